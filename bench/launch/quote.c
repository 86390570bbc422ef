#include "bench/launch/quote.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bench/data/text.h"

#define LINES_MAX  512 /* of what was printed at the end */
#define ERRORS_MAX 133 /* EHWPOISON is the last */
#define RULE_LEAST 20  /* characters of a line that is a rule */

struct line { /* borrowed from the output */
    const char *text;
    size_t length;
};

struct lines {
    struct line list[LINES_MAX];
    size_t count;
};

/* ---- lines ---------------------------------------------------------------------------------- */

/* Where a line begins that has "[host:pid] [[job],rank] " before it, as Open MPI has. */
static const char *skip_brackets(const char *begin, const char *end)
{
    while (begin < end && *begin == '[') {
        const char *close = begin;
        int depth = 0;
        do
            depth += (*close == '[') - (*close == ']');
        while (depth > 0 && ++close < end);
        if (close == end)
            break;
        begin = close + 1;
        while (begin < end && isspace((unsigned char)*begin))
            begin++;
    }
    return begin;
}

static struct line trim(const char *begin, const char *end)
{
    while (begin < end && isspace((unsigned char)*begin))
        begin++;
    while (end > begin && isspace((unsigned char)end[-1]))
        end--;
    begin = skip_brackets(begin, end);
    return (struct line){begin, (size_t)(end - begin)};
}

static bool is_rule(const struct line *line)
{
    for (size_t i = 0; i < line->length; i++)
        if (line->text[i] != line->text[0])
            return false;
    return line->length >= RULE_LEAST && ispunct((unsigned char)line->text[0]);
}

static bool has(const struct line *line, const char *words)
{
    const size_t length = strlen(words);
    for (size_t i = 0; i + length <= line->length; i++)
        if (strncasecmp(line->text + i, words, length) == 0)
            return true;
    return false;
}

static bool has_any(const struct line *line, const char *const words[])
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (has(line, words[i]))
            return true;
    return false;
}

/* The last LINES_MAX of them. What is indented in a traceback of Python's are calls and source. */
static void split(const char *output, struct lines *lines)
{
    bool traceback = false;
    lines->count = 0;
    while (*output != '\0') {
        const char *end = output + strcspn(output, "\n");
        bool source = traceback && *output == ' ';
        if (lines->count == LINES_MAX)
            memmove(lines->list, lines->list + 1, --lines->count * sizeof lines->list[0]);
        struct line line = trim(source ? end : output, end);
        traceback = source || has(&line, "traceback (most recent call last)");
        lines->list[lines->count++] = line;
        output = *end == '\n' ? end + 1 : end;
    }
}

/* ---- weighing ------------------------------------------------------------------------------- */

enum weight { NOTHING, WORDS, COMPLAINT, CAUSE };

/* What stands around that which tells. */
static const char *const frames[] = {"process received signal",
                                     "end of error message",
                                     "traceback (most recent call last)",
                                     "during handling of the above exception",
                                     "the above exception was the direct cause",
                                     "resource_tracker",
                                     "help / error messages",
                                     "sent help message",
                                     "primary job  terminated normally",
                                     "job to be terminated",
                                     NULL};

static const char *const warnings[] = {"warning", "warn(", NULL};

static const char *const complaints[] = {
    "error",         "cannot",    "can't",         "could not",  "couldn't",  "unable",
    "fail",          "limit",     "not enough",    "not found",  "no such",   "denied",
    "refused",       "exhausted", "too many",      "too long",   "too small", "out of ",
    "smashing",      "overflow",  "signal:",       "killed",     "invalid",   "undefined",
    "unknown",       "missing",   "not available", "were found", "not exist", "exception",
    "not permitted", NULL};

static bool has_letters(const struct line *line)
{
    for (size_t i = 0; i < line->length; i++)
        if (isalpha((unsigned char)line->text[i]))
            return true;
    return false;
}

static bool has_error_words(const struct line *line)
{
    for (int error = 1; error <= ERRORS_MAX; error++)
        if (has(line, strerror(error)))
            return true;
    return false;
}

static enum weight weigh(const struct line *line)
{
    if (!has_letters(line) || has_any(line, frames))
        return NOTHING;
    if (has_any(line, warnings) || line->text[0] == '/') /* of a backtrace */
        return WORDS;
    return has_error_words(line) ? CAUSE : has_any(line, complaints) ? COMPLAINT : WORDS;
}

/* What comes after the first complaint is its consequence. Returns its place; count: there is none.
 */
static size_t find_telling(const struct lines *lines)
{
    size_t telling = lines->count;
    enum weight most = NOTHING;
    for (size_t i = 0; i < lines->count; i++) {
        enum weight weight = weigh(&lines->list[i]);
        if (weight == NOTHING || weight < most || (weight == most && weight > WORDS))
            continue;
        most = weight;
        telling = i;
    }
    return telling;
}

/* ---- quoting -------------------------------------------------------------------------------- */

static void add(const struct line *line, char *text, size_t bytes)
{
    size_t used = strlen(text);
    snprintf(text + used, bytes - used, "%s%.*s", used > 0 ? " " : "", (int)line->length,
             line->text);
}

/* Whether it stands between rules: behind an odd number of them. */
static bool is_framed(const struct lines *lines, size_t place)
{
    bool framed = false;
    for (size_t i = 0; i < place; i++)
        framed ^= is_rule(&lines->list[i]);
    return framed;
}

/* The first paragraph of a frame, which says what it is about. Returns the place of its last line.
 */
static size_t add_paragraph(const struct lines *lines, size_t place, char *text, size_t bytes)
{
    while (!is_rule(&lines->list[place - 1]))
        place--;
    add(&lines->list[place], text, bytes);
    while (place + 1 < lines->count && lines->list[place + 1].length > 0 &&
           !is_rule(&lines->list[place + 1]))
        add(&lines->list[++place], text, bytes);
    return place;
}

/* Of a line that only announces: what it does. */
static void add_next(const struct lines *lines, size_t place, char *text, size_t bytes)
{
    while (++place < lines->count && !has_letters(&lines->list[place]))
        ;
    if (place < lines->count)
        add(&lines->list[place], text, bytes);
}

char *quote_line(const char *output, char *text, size_t bytes)
{
    struct lines lines;
    *text = '\0';
    split(output, &lines);
    size_t telling = find_telling(&lines), last = telling;
    if (telling == lines.count)
        return text;
    if (is_framed(&lines, telling))
        last = add_paragraph(&lines, telling, text, bytes);
    else
        add(&lines.list[telling], text, bytes);
    if (last < telling)
        add(&lines.list[telling], text, bytes);
    else if (text[strlen(text) - 1] == ':')
        add_next(&lines, last, text, bytes);
    text_clean(text);
    return text;
}

void quote_add(const char *line, char *status, size_t bytes)
{
    size_t used = strlen(status);
    if (*line != '\0' && strstr(status, line) == NULL)
        snprintf(status + used, bytes - used, "; it said: %s", line);
}
