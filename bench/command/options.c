#include "bench/command/options.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/command/choices.h"
#include "bench/command/cores.h"
#include "bench/command/gbench_flags.h"
#include "bench/command/explain.h"
#include "bench/command/nested.h"
#include "bench/command/option_table.h"
#include "bench/command/placement.h"
#include "bench/command/units.h"
#include "bench/data/text.h"
#include "common/inject.h"

#define SHOWN_BYTES 40 /* of what users wrote, in messages */

static const struct options_defaults run_defaults = {
    .backends = "all",
    .workloads = "all",
    .schedules = OPTIONS_SCHEDULE,
    .rounds = OPTIONS_ROUNDS,
    .repetitions = OPTIONS_REPETITIONS,
};

struct parse {
    struct options *options;
    const struct options_defaults *defaults;
    int asked; /* OPTIONS_RUN, or OPTIONS_HELP or OPTIONS_VERSION */
    bool format_given, rounds_given;
    char *message;
    size_t bytes;
};

static int refuse(struct parse *parse, const char *option, const char *text, const char *right)
{
    char shown[SHOWN_BYTES];
    snprintf(parse->message, parse->bytes, "--%s: '%s' will not do: write %s", option,
             text_brief(text, shown, sizeof shown), right);
    return -EINVAL;
}

static int read_count(struct parse *parse, const char *option, const char *text, unsigned most,
                      unsigned *value)
{
    uint64_t count = 0;
    char right[64];
    snprintf(right, sizeof right, "a whole number from 1 to %u", most);
    if (units_read_count(text, 1, most, &count) != 0)
        return refuse(parse, option, text, right);
    *value = (unsigned)count;
    return 0;
}

static int read_time(struct parse *parse, const char *option, const char *text, uint64_t least_ns,
                     uint64_t *value_ns)
{
    char right[128], least[32], most[32];
    snprintf(right, sizeof right, "a time with its unit, such as 200ms, 1.5s or 2m, from %s to %s",
             units_write_time(least_ns, least, sizeof least),
             units_write_time(OPTIONS_TIME_MAX_NS, most, sizeof most));
    return units_read_time(text, least_ns, OPTIONS_TIME_MAX_NS, value_ns) == 0
               ? 0
               : refuse(parse, option, text, right);
}

static int read_seed(struct parse *parse, const char *text)
{
    return units_read_count(text, 0, UINT64_MAX, &parse->options->seed) == 0
               ? 0
               : refuse(parse, "seed", text, "a whole number below 2^64");
}

static int read_on_death(struct parse *parse, const char *text)
{
    bool retry = strcmp(text, "retry") == 0;
    if (!retry && strcmp(text, "fail") != 0)
        return refuse(parse, "on-death", text, "fail or retry");
    parse->options->on_death = retry ? ON_DEATH_RETRY : ON_DEATH_FAIL;
    return 0;
}

static int keep_text(char **where, const char *text)
{
    free(*where);
    *where = strdup(text);
    return *where == NULL ? -ENOMEM : 0;
}

static int read_inject(struct parse *parse, const char *text)
{
    struct inject inject;
    char line[OPTIONS_LINE_BYTES];
    if (inject_parse(text, &inject, line, sizeof line) == 0)
        return keep_text(&parse->options->inject, text);
    snprintf(parse->message, parse->bytes, "--inject: %s", line);
    return -EINVAL;
}

static int read_pin(struct parse *parse, const char *text)
{
    char line[OPTIONS_LINE_BYTES];
    if (placement_check(text, line, sizeof line) == 0)
        return keep_text(&parse->options->pin, text);
    snprintf(parse->message, parse->bytes, "--pin: %s", line);
    return -EINVAL;
}

static int read_against(struct parse *parse, const char *text)
{
    char path[PATH_MAX];
    if (realpath(text, path) == NULL || access(path, X_OK) != 0)
        return refuse(parse, "against", text, "the bench program of another build");
    return keep_text(&parse->options->against, path);
}

static int read_format(struct parse *parse, const char *text)
{
    char line[OPTIONS_LINE_BYTES];
    parse->format_given = true;
    if (table_format_parse(text, &parse->options->format, line, sizeof line) == 0)
        return 0;
    snprintf(parse->message, parse->bytes, "--format: %s", line);
    return -EINVAL;
}

static int read_word(struct parse *parse, const char *word)
{
    char shown[SHOWN_BYTES];
    snprintf(parse->message, parse->bytes,
             "'%s' is no option: these begin with --, and a command comes first; see bench --help",
             text_brief(word, shown, sizeof shown));
    return -EINVAL;
}

/* getopt stopped before argv[next], or in it, where letters stand together. */
static int explain(struct parse *parse, const struct argp_state *state)
{
    for (int i = state->next - 1; i <= state->next && i < state->argc; i++)
        if (i > 0 &&
            explain_word(state->argv[i], i == state->argc - 1, parse->message, parse->bytes))
            return -EINVAL;
    snprintf(parse->message, parse->bytes, "cannot read the options; see bench --help");
    return -EINVAL;
}

/* What argp calls for each option: returns 0 or an error, which ends the parsing. */
static error_t take(int key, char *text, struct argp_state *state)
{
    struct parse *parse = state->input;
    struct options *options = parse->options;
    switch (key) {
    case 'b':
        return choices_add_backends(options, text, parse->message, parse->bytes);
    case 'w':
        return choices_add_workloads(options, text, parse->message, parse->bytes);
    case 'n':
        return choices_add_workers(options, text, parse->message, parse->bytes);
    case 's':
        return choices_add_schedules(options, text, parse->message, parse->bytes);
    case KEY_ROUNDS:
        parse->rounds_given = true;
        return read_count(parse, "rounds", text, OPTIONS_ROUNDS_MAX, &options->rounds);
    case KEY_REPETITIONS:
        return read_count(parse, "repetitions", text, OPTIONS_REPETITIONS_MAX,
                          &options->repetitions);
    case KEY_MIN_TIME:
        return read_time(parse, "min-time", text, 0, &options->min_time_ns);
    case KEY_TIMEOUT:
        return read_time(parse, "timeout", text, NS_PER_MS, &options->timeout_ns);
    case KEY_PATIENCE:
        options->patience_given = true;
        return read_time(parse, "patience", text, 0, &options->patience_ns);
    case KEY_SEED:
        return read_seed(parse, text);
    case KEY_ON_DEATH:
        return read_on_death(parse, text);
    case KEY_INJECT:
        return read_inject(parse, text);
    case KEY_FORMAT:
        return read_format(parse, text);
    case KEY_RESULTS:
        options->results = true;
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case 'o':
        return *text != '\0' ? keep_text(&options->output, text)
                             : refuse(parse, "output", text, "the name of a directory");
    case KEY_AGAINST:
        return read_against(parse, text);
    case KEY_PIN:
        return read_pin(parse, text);
    case KEY_TRACE:
        return *text != '\0' ? keep_text(&options->trace, text)
                             : refuse(parse, "trace", text, "the name of a file");
    case 'h':
    case 'V':
        parse->asked = key == 'h' ? OPTIONS_HELP : OPTIONS_VERSION;
        return ECANCELED; /* whatever else is said */
    case ARGP_KEY_ARG:
        return read_word(parse, text);
    case ARGP_KEY_ERROR:
        return parse->message[0] == '\0' && parse->asked == OPTIONS_RUN ? explain(parse, state) : 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {.options = option_table, .parser = take};

/* Flags go to Google Benchmark in every cell, so what it would not know is refused here. */
static int read_flags(struct parse *parse, int count, char **flags)
{
    struct options *options = parse->options;
    char shown[SHOWN_BYTES];
    int error = 0;
    for (int i = 0; i < count && error == 0; i++) {
        if (strncmp(flags[i], "--benchmark_", 12) != 0 && strncmp(flags[i], "--v=", 4) != 0) {
            snprintf(parse->message, parse->bytes,
                     "'%s' behind -- is no flag of Google Benchmark: these begin with "
                     "--benchmark_ or --v=; options of bench stand before --",
                     text_brief(flags[i], shown, sizeof shown));
            return -EINVAL;
        }
        const char *instead = gbench_flags_instead(flags[i]);
        if (instead != NULL) {
            snprintf(parse->message, parse->bytes, "'%s' behind -- would have no effect: %s",
                     text_brief(flags[i], shown, sizeof shown), instead);
            return -EINVAL;
        }
        error = choices_append(&options->flags, &options->flag_count, flags[i]);
    }
    return error;
}

static int add_defaults(struct parse *parse)
{
    const struct options_defaults *defaults = parse->defaults;
    struct options *options = parse->options;
    char *message = parse->message, workers[16];
    unsigned wanted = nested_workers() > 0 ? nested_workers() : cores_usable();
    int error = 0;
    snprintf(workers, sizeof workers, "%u", wanted < BOARD_LINES ? wanted : BOARD_LINES);
    if (options->backend_count == 0 && defaults->backends != NULL)
        error = choices_add_backends(options, defaults->backends, message, parse->bytes);
    if (error == 0 && options->workload_count == 0 && defaults->workloads != NULL)
        error = choices_add_workloads(options, defaults->workloads, message, parse->bytes);
    if (error == 0 && options->worker_count == 0)
        error = choices_add_workers(options, workers, message, parse->bytes);
    if (error == 0 && options->schedule_count == 0 && defaults->schedules != NULL)
        error = choices_add_schedules(options, defaults->schedules, message, parse->bytes);
    if (options->against != NULL && !parse->rounds_given)
        options->rounds = OPTIONS_AGAINST_ROUNDS;
    if (!parse->format_given)
        options->format = isatty(STDOUT_FILENO) ? TABLE_TERMINAL : TABLE_CSV;
    return error;
}

static int parse_all(struct parse *parse, int argc, char **argv)
{
    int own = 1; /* words before "--", which argp is not shown */
    while (own < argc && strcmp(argv[own], "--") != 0)
        own++;
    int error = argp_parse(&parser, own, argv,
                           ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, parse);
    if (parse->asked != OPTIONS_RUN)
        return 0;
    if (error == 0 && own < argc)
        error = read_flags(parse, argc - own - 1, argv + own + 1);
    if (error == 0)
        error = add_defaults(parse);
    return error == -EINVAL || error == EINVAL ? -EINVAL : error == 0 ? 0 : -ENOMEM;
}

int options_parse_for(const struct options_defaults *defaults, struct options *options, int argc,
                      char **argv, char *message, size_t bytes)
{
    struct parse parse = {
        .options = options, .defaults = defaults, .message = message, .bytes = bytes};
    *options = (struct options){.rounds = defaults->rounds,
                                .repetitions = defaults->repetitions,
                                .min_time_ns = OPTIONS_MIN_TIME_NS,
                                .timeout_ns = OPTIONS_TIMEOUT_NS,
                                .patience_ns = OPTIONS_PATIENCE_NS,
                                .seed = OPTIONS_SEED};
    message[0] = '\0';
    int error = parse_all(&parse, argc, argv);
    text_clean(message);
    if (error != 0 || parse.asked != OPTIONS_RUN)
        options_free(options);
    return error != 0 ? error : parse.asked;
}

int options_parse(struct options *options, int argc, char **argv, char *message, size_t bytes)
{
    return options_parse_for(&run_defaults, options, argc, argv, message, bytes);
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

void options_free(struct options *options)
{
    free_texts(options->backends, options->backend_count);
    free_texts(options->workloads, options->workload_count);
    free_texts(options->flags, options->flag_count);
    free(options->workers);
    free(options->schedules);
    free(options->inject);
    free(options->output);
    free(options->pin);
    free(options->trace);
    free(options->against);
    *options = (struct options){0};
}
