#include "bench/ipc/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/command/units.h"
#include "bench/data/text.h"
#include "workloads/words.h"

const char *const ipc_placements[IPC_PLACEMENTS + 1] = {"same", "different", "free", NULL};

enum { KEY_CHECK = SURVEY_OWN_KEYS };

static const struct argp_option table[] = {
    {"transport", 't', "LIST", 0, "which transports; all is the default", 0},
    {"bytes", 'b', "LIST", 0, "sizes of a message; default " IPC_BYTES, 0},
    {"placement", 'p', "LIST", 0, "same core, different cores, or free; default same,different", 0},
    {"check", KEY_CHECK, NULL, 0,
     "compare with what other tools measure, at sizes and placements of its own", 0},
    SURVEY_ROUNDS("8, with --check 15"),
    SURVEY_OPTIONS("ipc.csv and DIR/ipc_starts.csv", "10s"),
};

static int add_transport(struct survey_words *words, const char *word)
{
    struct ipc_options *options = words->own;
    const struct transport_entry *entry = transport_find(word);
    const char *names[IPC_TRANSPORTS_MOST + 2] = {"all"};
    for (size_t i = 0; i < IPC_TRANSPORTS_MOST && transport_registry[i].name != NULL; i++)
        names[i + 1] = transport_registry[i].name;
    if (strcmp(word, "all") == 0) {
        options->all_transports = true;
        for (size_t i = 1; names[i] != NULL; i++)
            add_transport(words, names[i]);
        return 0;
    }
    if (entry == NULL)
        return survey_refuse_name(words, "transport", word, names);
    for (size_t i = 0; i < options->transport_count; i++)
        if (options->transports[i] == entry)
            return 0;
    options->transports[options->transport_count++] = entry;
    return 0;
}

static int add_placement(struct survey_words *words, const char *word)
{
    struct ipc_options *options = words->own;
    for (size_t i = 0; i < options->placement_count; i++)
        if (strcmp(options->placements[i], word) == 0)
            return 0;
    for (size_t i = 0; ipc_placements[i] != NULL; i++) {
        if (strcmp(ipc_placements[i], word) == 0) {
            options->placements[options->placement_count++] = ipc_placements[i];
            return 0;
        }
    }
    return survey_refuse_name(words, "placement", word, ipc_placements);
}

static int add_size(struct survey_words *words, const char *word)
{
    struct ipc_options *options = words->own;
    char shown[WORD_SHOWN_BYTES];
    uint64_t bytes;
    if (units_read_bytes(word, 1, IPC_BYTES_MOST, &bytes) != 0) {
        snprintf(words->message, words->bytes,
                 "--bytes: '%s' is no size: write a whole number from 1 to 1GiB, such as 8, 64KiB "
                 "or 1MiB",
                 text_brief(word, shown, sizeof shown));
        return EINVAL;
    }
    for (size_t i = 0; i < options->size_count; i++)
        if (options->sizes[i] == bytes)
            return 0;
    if (options->size_count == IPC_SIZES_MOST) {
        snprintf(words->message, words->bytes, "--bytes: at most %d sizes", IPC_SIZES_MOST);
        return EINVAL;
    }
    options->sizes[options->size_count++] = bytes;
    return 0;
}

static error_t take(int key, char *text, struct argp_state *state)
{
    struct survey_words *words = state->input;
    struct ipc_options *options = words->own;
    switch (key) {
    case 't':
        return survey_list(words, "transport", text, add_transport);
    case 'b':
        return survey_list(words, "bytes", text, add_size);
    case 'p':
        return survey_list(words, "placement", text, add_placement);
    case KEY_CHECK:
        options->check = true;
        return 0;
    case SURVEY_ROUNDS_KEY:
        return survey_count(words, "rounds", text, SURVEY_ROUNDS_MOST, &options->rounds);
    default:
        return survey_word(words, key, text, state);
    }
}

static void add_defaults(struct survey_words *words)
{
    struct ipc_options *options = words->own;
    if (options->rounds == 0)
        options->rounds = options->check ? IPC_CHECK_ROUNDS : SURVEY_ROUNDS_DEFAULT;
    if (options->transport_count == 0)
        add_transport(words, "all");
    if (options->size_count == 0)
        survey_list(words, "bytes", IPC_BYTES, add_size);
    if (options->placement_count == 0)
        survey_list(words, "placement", "same,different", add_placement);
}

int ipc_options_parse(struct ipc_options *options, int argc, char **argv, char *message,
                      size_t bytes)
{
    struct survey_words words = {.command = "ipc",
                                 .table = table,
                                 .common = &options->common,
                                 .own = options,
                                 .message = message,
                                 .bytes = bytes};
    *options = (struct ipc_options){
        .common = {.timeout_ns = IPC_TIMEOUT_NS, .spread_ns = SURVEY_SPREAD_NS}};
    int parsed = survey_parse(&words, take, argc, argv);
    if (parsed != SURVEY_RUN)
        return parsed;
    add_defaults(&words);
    return SURVEY_RUN;
}

void ipc_options_help(void)
{
    printf("Usage: bench ipc [OPTION...]\n\n"
           "Measures what moving bytes between two workers takes, by transport, size and\n"
           "placement: the round trip of a message (median, 95 %% interval, slowest hundredth)\n"
           "and the bandwidth one way, by a chain of blocking sends; where many messages can be in\n"
           "flight, by windows of 64 as well. Every message is checked. In each round all of it is\n"
           "measured once, in fresh processes: the interval is between these starts, the spread\n"
           "within one stands beside it.\n\n");
    survey_print_options(table);
    printf("\nTransports:\n");
    for (size_t i = 0; transport_registry[i].name != NULL; i++) {
        const struct transport *transport = transport_registry[i].transport;
        printf("  %-20s %s\n", transport_registry[i].name,
               transport != NULL ? transport->summary : "ranks of MPI, started by mpirun");
    }
}
