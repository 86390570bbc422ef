#include "bench/survey/words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/command/environment.h"
#include "bench/command/options.h"
#include "bench/command/units.h"
#include "bench/data/text.h"
#include "common/clock.h"
#include "workloads/words.h"

#define ELEMENT_BYTES 64
#define OPTIONS_MOST  16

int survey_count(struct survey_words *words, const char *option, const char *text, uint64_t most,
                 uint64_t *count)
{
    char shown[WORD_SHOWN_BYTES];
    if (units_read_count(text, 1, most, count) == 0)
        return 0;
    snprintf(words->message, words->bytes, "--%s: '%s': write a whole number from 1 to %" PRIu64,
             option, text_brief(text, shown, sizeof shown), most);
    return EINVAL;
}

int survey_refuse_name(struct survey_words *words, const char *option, const char *word,
                       const char *const names[])
{
    char shown[WORD_SHOWN_BYTES], known[2 * WORDS_BYTES];
    snprintf(words->message, words->bytes, "--%s: '%s' is none: %s", option,
             text_brief(word, shown, sizeof shown),
             words_suggest(word, names, known, sizeof known));
    return EINVAL;
}

int survey_list(struct survey_words *words, const char *option, const char *list,
                int (*add)(struct survey_words *words, const char *element))
{
    char element[ELEMENT_BYTES];
    int error = 0;
    for (const char *next = list; error == 0; next++) {
        size_t length = strcspn(next, ",");
        if (length == 0) {
            snprintf(words->message, words->bytes, "--%s: an element is empty: write NAME,NAME",
                     option);
            return EINVAL;
        }
        snprintf(element, sizeof element, "%.*s", (int)length, next);
        error = add(words, element);
        next += length;
        if (*next == '\0')
            break;
    }
    return error;
}

static int read_time(struct survey_words *words, const char *option, const char *text,
                     uint64_t *time_ns)
{
    char shown[WORD_SHOWN_BYTES];
    if (units_read_time(text, NS_PER_MS, 3600 * NS_PER_S, time_ns) == 0)
        return 0;
    snprintf(words->message, words->bytes,
             "--%s: '%s': write a time with its unit from 1ms to 1h, such as 10s", option,
             text_brief(text, shown, sizeof shown));
    return EINVAL;
}

static int read_format(struct survey_words *words, const char *text)
{
    char line[200];
    words->format_given = true;
    if (table_format_parse(text, &words->common->format, line, sizeof line) == 0)
        return 0;
    snprintf(words->message, words->bytes, "--format: %s", line);
    return EINVAL;
}

static int read_output(struct survey_words *words, const char *text)
{
    words->common->output = text;
    if (*text != '\0')
        return 0;
    snprintf(words->message, words->bytes, "--output: write the name of a directory");
    return EINVAL;
}

/* What getopt could not read. */
static int refuse_word(struct survey_words *words, const char *word)
{
    const char *names[OPTIONS_MOST] = {NULL};
    char shown[WORD_SHOWN_BYTES], known[2 * WORDS_BYTES];
    for (size_t i = 0; words->table[i].name != NULL; i++) {
        names[i] = words->table[i].name;
        if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, words->table[i].name) == 0) {
            snprintf(words->message, words->bytes, "%s: %s lacks its value: write %s %s",
                     words->command, word, word,
                     words->table[i].arg != NULL ? words->table[i].arg : "without one");
            return EINVAL;
        }
    }
    snprintf(words->message, words->bytes, "%s: '%s' is out of place: %s, each behind --",
             words->command, text_brief(word, shown, sizeof shown),
             words_suggest(word + strspn(word, "-"), names, known, sizeof known));
    return EINVAL;
}

error_t survey_word(struct survey_words *words, int key, char *text, struct argp_state *state)
{
    switch (key) {
    case SURVEY_TIMEOUT:
        return read_time(words, "timeout", text, &words->common->timeout_ns);
    case SURVEY_SPREAD:
        return read_time(words, "spread", text, &words->common->spread_ns);
    case SURVEY_FORMAT:
        return read_format(words, text);
    case 'o':
        return read_output(words, text);
    case 'q':
        words->common->quiet = true;
        return 0;
    case 'h':
        words->help = true;
        return ECANCELED; /* whatever else is said */
    case ARGP_KEY_ARG:
        return refuse_word(words, text);
    case ARGP_KEY_ERROR:
        if (words->message[0] == '\0' && !words->help)
            refuse_word(words, state->argv[state->next - 1]);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int survey_parse(struct survey_words *words, argp_parser_t take, int argc, char **argv)
{
    const struct argp parser = {.options = words->table, .parser = take};
    words->message[0] = '\0';
    int error = argp_parse(&parser, argc, argv,
                           ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, words);
    text_clean(words->message);
    if (words->help)
        return SURVEY_HELP;
    if (!words->format_given)
        words->common->format = isatty(STDOUT_FILENO) ? TABLE_TERMINAL : TABLE_CSV;
    return error != 0 ? -EINVAL : SURVEY_RUN;
}

void survey_print_options(const struct argp_option *table)
{
    for (size_t i = 0; table[i].name != NULL; i++) {
        char option[40];
        snprintf(option, sizeof option, "--%s%s%s", table[i].name, table[i].arg ? "=" : "",
                 table[i].arg ? table[i].arg : "");
        printf("  %-20s %s\n", option, table[i].doc);
    }
}

int survey_make_output(const struct survey_options *options, int argc, char **argv, char *message,
                       size_t bytes)
{
    const struct options place = {.output = (char *)options->output};
    *message = '\0';
    int error = options_make_output(&place, message, bytes);
    if (error == 0 && options->output != NULL)
        error = environment_keep(options->output, argc, argv, message, bytes);
    return error;
}
