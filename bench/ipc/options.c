#include "bench/ipc/options.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/command/units.h"
#include "bench/data/text.h"
#include "workloads/words.h"

#define ELEMENT_BYTES 64
#define OPTIONS_MOST  16

const char *const ipc_placements[IPC_PLACEMENTS + 1] = {"same", "different", "free", NULL};

enum { KEY_TIMEOUT = 256, KEY_FORMAT, KEY_CHECK };

static const struct argp_option table[] = {
    {"transport", 't', "LIST", 0, "which transports; all is the default", 0},
    {"bytes", 'b', "LIST", 0, "sizes of a message; default " IPC_BYTES, 0},
    {"placement", 'p', "LIST", 0, "same core, different cores, or free; default same,different", 0},
    {"timeout", KEY_TIMEOUT, "T", 0, "the longest one measurement may take; default 10s", 0},
    {"format", KEY_FORMAT, "F", 0, "table, csv, json, markdown or latex", 0},
    {"output", 'o', "DIR", 0, "write DIR/ipc.csv, too", 0},
    {"check", KEY_CHECK, NULL, 0, "compare with what other tools measure", 0},
    {"quiet", 'q', NULL, 0, "no progress", 0},
    {"help", 'h', NULL, 0, "this text", 0},
    {0},
};

struct parse {
    struct ipc_options *options;
    char *message;
    size_t bytes;
    bool help, format_given;
};

static int refuse_name(struct parse *parse, const char *option, const char *word,
                       const char *const names[])
{
    char shown[WORD_SHOWN_BYTES], known[2 * WORDS_BYTES];
    snprintf(parse->message, parse->bytes, "--%s: '%s' is none: %s", option,
             text_brief(word, shown, sizeof shown),
             words_suggest(word, names, known, sizeof known));
    return EINVAL;
}

static int add_transport(struct parse *parse, const char *word)
{
    struct ipc_options *options = parse->options;
    const struct transport_entry *entry = transport_find(word);
    const char *names[IPC_TRANSPORTS_MOST + 2] = {"all"};
    for (size_t i = 0; transport_registry[i].name != NULL && i < IPC_TRANSPORTS_MOST; i++)
        names[i + 1] = transport_registry[i].name;
    if (strcmp(word, "all") == 0) {
        for (size_t i = 1; names[i] != NULL; i++)
            add_transport(parse, names[i]);
        return 0;
    }
    if (entry == NULL)
        return refuse_name(parse, "transport", word, names);
    for (size_t i = 0; i < options->transport_count; i++)
        if (options->transports[i] == entry)
            return 0;
    options->transports[options->transport_count++] = entry;
    return 0;
}

static int add_placement(struct parse *parse, const char *word)
{
    struct ipc_options *options = parse->options;
    for (size_t i = 0; i < options->placement_count; i++)
        if (strcmp(options->placements[i], word) == 0)
            return 0;
    for (size_t i = 0; ipc_placements[i] != NULL; i++) {
        if (strcmp(ipc_placements[i], word) == 0) {
            options->placements[options->placement_count++] = ipc_placements[i];
            return 0;
        }
    }
    return refuse_name(parse, "placement", word, ipc_placements);
}

static int add_size(struct parse *parse, const char *word)
{
    struct ipc_options *options = parse->options;
    char shown[WORD_SHOWN_BYTES];
    uint64_t bytes;
    if (units_read_bytes(word, 1, IPC_BYTES_MOST, &bytes) != 0) {
        snprintf(parse->message, parse->bytes,
                 "--bytes: '%s' is no size: write a whole number from 1 to 1GiB, such as 8, 64KiB "
                 "or 1MiB",
                 text_brief(word, shown, sizeof shown));
        return EINVAL;
    }
    for (size_t i = 0; i < options->size_count; i++)
        if (options->sizes[i] == bytes)
            return 0;
    if (options->size_count == IPC_SIZES_MOST) {
        snprintf(parse->message, parse->bytes, "--bytes: at most %d sizes", IPC_SIZES_MOST);
        return EINVAL;
    }
    options->sizes[options->size_count++] = bytes;
    return 0;
}

/* Calls add for each element of a list with commas. */
static int add_list(struct parse *parse, const char *option, const char *list,
                    int (*add)(struct parse *, const char *))
{
    char element[ELEMENT_BYTES];
    int error = 0;
    for (const char *next = list; error == 0; next++) {
        size_t length = strcspn(next, ",");
        if (length == 0) {
            snprintf(parse->message, parse->bytes, "--%s: an element is empty: write NAME,NAME",
                     option);
            return EINVAL;
        }
        snprintf(element, sizeof element, "%.*s", (int)length, next);
        error = add(parse, element);
        next += length;
        if (*next == '\0')
            break;
    }
    return error;
}

static int read_timeout(struct parse *parse, const char *text)
{
    char shown[WORD_SHOWN_BYTES];
    if (units_read_time(text, NS_PER_MS, 3600 * NS_PER_S, &parse->options->timeout_ns) == 0)
        return 0;
    snprintf(parse->message, parse->bytes,
             "--timeout: '%s': write a time with its unit from 1ms to 1h, such as 10s",
             text_brief(text, shown, sizeof shown));
    return EINVAL;
}

static int read_format(struct parse *parse, const char *text)
{
    char line[200];
    parse->format_given = true;
    if (table_format_parse(text, &parse->options->format, line, sizeof line) == 0)
        return 0;
    snprintf(parse->message, parse->bytes, "--format: %s", line);
    return EINVAL;
}

static int read_output(struct parse *parse, const char *text)
{
    parse->options->output = text;
    if (*text != '\0')
        return 0;
    snprintf(parse->message, parse->bytes, "--output: write the name of a directory");
    return EINVAL;
}

/* What getopt could not read. */
static int refuse_word(struct parse *parse, const char *word)
{
    const char *names[OPTIONS_MOST] = {NULL};
    char shown[WORD_SHOWN_BYTES], known[2 * WORDS_BYTES];
    for (size_t i = 0; table[i].name != NULL; i++) {
        names[i] = table[i].name;
        if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, table[i].name) == 0) {
            snprintf(parse->message, parse->bytes, "ipc: %s lacks its value: write %s %s", word,
                     word, table[i].arg != NULL ? table[i].arg : "without one");
            return EINVAL;
        }
    }
    snprintf(parse->message, parse->bytes, "ipc: '%s' is out of place: %s, each behind --",
             text_brief(word, shown, sizeof shown),
             words_suggest(word + strspn(word, "-"), names, known, sizeof known));
    return EINVAL;
}

static error_t take(int key, char *text, struct argp_state *state)
{
    struct parse *parse = state->input;
    switch (key) {
    case 't':
        return add_list(parse, "transport", text, add_transport);
    case 'b':
        return add_list(parse, "bytes", text, add_size);
    case 'p':
        return add_list(parse, "placement", text, add_placement);
    case KEY_TIMEOUT:
        return read_timeout(parse, text);
    case KEY_FORMAT:
        return read_format(parse, text);
    case 'o':
        return read_output(parse, text);
    case KEY_CHECK:
        parse->options->check = true;
        return 0;
    case 'q':
        parse->options->quiet = true;
        return 0;
    case 'h':
        parse->help = true;
        return ECANCELED; /* whatever else is said */
    case ARGP_KEY_ARG:
        return refuse_word(parse, text);
    case ARGP_KEY_ERROR:
        if (parse->message[0] == '\0' && !parse->help)
            refuse_word(parse, state->argv[state->next - 1]);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void add_defaults(struct parse *parse)
{
    struct ipc_options *options = parse->options;
    if (options->transport_count == 0)
        add_transport(parse, "all");
    if (options->size_count == 0)
        add_list(parse, "bytes", IPC_BYTES, add_size);
    if (options->placement_count == 0)
        add_list(parse, "placement", "same,different", add_placement);
    if (!parse->format_given)
        options->format = isatty(STDOUT_FILENO) ? TABLE_TERMINAL : TABLE_CSV;
}

int ipc_options_parse(struct ipc_options *options, int argc, char **argv, char *message,
                      size_t bytes)
{
    static const struct argp parser = {.options = table, .parser = take};
    struct parse parse = {.options = options, .message = message, .bytes = bytes};
    *options = (struct ipc_options){.timeout_ns = IPC_TIMEOUT_NS};
    message[0] = '\0';
    int error =
        argp_parse(&parser, (int)argc, argv,
                   ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, &parse);
    text_clean(message);
    if (parse.help)
        return IPC_HELP;
    if (error != 0)
        return -EINVAL;
    add_defaults(&parse);
    return IPC_RUN;
}

void ipc_options_help(void)
{
    printf("Usage: bench ipc [OPTION...]\n\n"
           "Measures what moving bytes between two workers takes, by transport, size and\n"
           "placement: the round trip of a message (median, 95 %% interval, slowest hundredth)\n"
           "and the bandwidth one way. Every message is checked.\n\n");
    for (size_t i = 0; table[i].name != NULL; i++) {
        char option[40];
        snprintf(option, sizeof option, "--%s%s%s", table[i].name, table[i].arg ? "=" : "",
                 table[i].arg ? table[i].arg : "");
        printf("  %-20s %s\n", option, table[i].doc);
    }
    printf("\nTransports:\n");
    for (size_t i = 0; transport_registry[i].name != NULL; i++) {
        const struct transport *transport = transport_registry[i].transport;
        printf("  %-20s %s\n", transport_registry[i].name,
               transport != NULL ? transport->summary : "ranks of MPI, started by mpirun");
    }
}
