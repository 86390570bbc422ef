#include "bench/command/explain.h"

#include <stdio.h>
#include <string.h>

#include "bench/command/option_table.h"
#include "bench/data/text.h"
#include "workloads/words.h"

#define OPTIONS_NAMED_MAX 64

static bool lacks_value(const struct argp_option *option, char *message, size_t bytes)
{
    snprintf(message, bytes, "--%s needs a value: write --%s %s; see bench --help", option->name,
             option->name, option->arg);
    return true;
}

/* word is an option of this name, or its beginning. */
static bool explain_known(const struct argp_option *option, bool value, bool last, char *message,
                          size_t bytes)
{
    if (option->arg != NULL && !value && last)
        return lacks_value(option, message, bytes);
    if (option->arg != NULL || !value)
        return false;
    snprintf(message, bytes, "--%s takes no value: write just --%s", option->name, option->name);
    return true;
}

static bool explain_long(const char *word, bool last, char *message, size_t bytes)
{
    const char *names[OPTIONS_NAMED_MAX + 1], *name = word + 2;
    char shown[WORD_SHOWN_BYTES], wanted[WORD_SHOWN_BYTES];
    size_t length = strcspn(name, "="), count = 0, matches = 0;
    const struct argp_option *found = NULL;
    for (const struct argp_option *option = option_table; option->group != 0; option++) {
        if (option->name == NULL || count == OPTIONS_NAMED_MAX)
            continue;
        names[count++] = option->name;
        if (strncmp(option->name, name, length) == 0) {
            matches++;
            found = option;
        }
    }
    names[count] = NULL;
    if (matches == 1)
        return explain_known(found, name[length] == '=', last, message, bytes);
    snprintf(wanted, sizeof wanted, "%.*s", (int)(length < sizeof wanted ? length : sizeof wanted),
             name);
    const char *nearest = word_nearest(wanted, names);
    const char *kind = matches > 1 ? "ambiguous" : "unknown";
    text_brief(word, shown, sizeof shown);
    if (nearest == NULL)
        snprintf(message, bytes, "%s option '%s'; see bench --help", kind, shown);
    else
        snprintf(message, bytes, "%s option '%s': did you mean --%s? See bench --help", kind, shown,
                 nearest);
    return true;
}

/* Letters may stand together, as in -qn4: what follows a letter with a value is that value. */
static bool explain_short(const char *word, bool last, char *message, size_t bytes)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct argp_option *option = option_table;
        while (option->group != 0 && option->key != *letter)
            option++;
        if (option->group == 0) {
            snprintf(message, bytes, "unknown option '-%c'; see bench --help", *letter);
            return true;
        }
        if (option->arg != NULL)
            return letter[1] == '\0' && last && lacks_value(option, message, bytes);
    }
    return false;
}

bool explain_word(const char *word, bool last, char *message, size_t bytes)
{
    if (word[0] != '-' || word[1] == '\0')
        return false;
    return word[1] == '-' ? explain_long(word, last, message, bytes)
                          : explain_short(word, last, message, bytes);
}
