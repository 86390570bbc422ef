#include "bench/metg/arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"

#define TEXT_OF(number) #number
#define TEXT(macro)     TEXT_OF(macro)
#define OPTION          "--efficiency"
#define INITIAL         "0.5,0.9"
#define SHOWN_BYTES     40

static const struct options_defaults defaults = {
    .backends = "all",
    .schedules = METG_SCHEDULES,
    .rounds = METG_ROUNDS,
    .repetitions = METG_REPETITIONS,
};

/* Reads a share within 0 .. 1 that ends at a comma or at the end; returns where, or NULL. */
static const char *read_share(const char *text, double *share)
{
    char *end;
    if (strspn(text, "0123456789.") != strcspn(text, ","))
        return NULL;
    *share = strtod(text, &end);
    return end != text && (*end == ',' || *end == '\0') && *share > 0 && *share < 1 ? end : NULL;
}

/* Keeps the shares in rising order, each once. */
static int add_share(struct curve_shares *shares, double share)
{
    size_t at = 0;
    while (at < shares->count && shares->values[at] < share)
        at++;
    if (at < shares->count && shares->values[at] == share)
        return 0;
    if (shares->count == CURVE_SHARES_MAX)
        return -ERANGE;
    for (size_t i = shares->count++; i > at; i--)
        shares->values[i] = shares->values[i - 1];
    shares->values[at] = share;
    return 0;
}

static int read_shares(struct curve_shares *shares, const char *text, char *message, size_t bytes)
{
    char shown[SHOWN_BYTES];
    const char *at = text;
    for (double share; (at = read_share(at, &share)) != NULL; at++) {
        if (add_share(shares, share) != 0)
            break;
        if (*at == '\0')
            return 0;
    }
    snprintf(message, bytes,
             OPTION ": '%s' will not do: write up to " TEXT(
                 CURVE_SHARES_MAX) " shares above 0 and below 1, such as " INITIAL,
             text_brief(text, shown, sizeof shown));
    return -EINVAL;
}

/* Moves --efficiency out of argv[] into *shares; others[] gets the rest. */
static int take_shares(struct curve_shares *shares, int argc, char **argv, char **others,
                       int *other_count, char *message, size_t bytes)
{
    const size_t length = strlen(OPTION);
    int error = 0;
    for (int i = 0; i < argc && error == 0; i++) {
        if (strncmp(argv[i], OPTION, length) != 0) {
            others[(*other_count)++] = argv[i];
        } else if (argv[i][length] == '=') {
            error = read_shares(shares, argv[i] + length + 1, message, bytes);
        } else if (argv[i][length] == '\0' && i + 1 < argc) {
            error = read_shares(shares, argv[++i], message, bytes);
        } else {
            snprintf(message, bytes, OPTION " needs a value: write " OPTION " " INITIAL);
            error = -EINVAL;
        }
    }
    if (error == 0 && shares->count == 0)
        error = read_shares(shares, INITIAL, message, bytes);
    return error;
}

/* What `run` understands and makes no sense here. */
static const char *find_stranger(const struct options *options)
{
    if (options->workload_count > 0)
        return "metg measures the workload spin in many lengths: leave out --workload";
    if (options->results)
        return "metg has no use for what the tasks computed: leave out --results";
    if (options->trace != NULL)
        return "metg runs too many cells to trace them: leave out --trace";
    if (options->flag_count > 0)
        return "metg passes nothing on to Google Benchmark: leave out -- and what follows";
    if (options->backend_count == 1 && strcmp(options->backends[0], "serial") == 0)
        return "--backend: serial is what metg compares with: name another one, such as pthreads";
    return NULL;
}

int metg_parse(struct options *options, struct curve_shares *shares, int argc, char **argv,
               char *message, size_t bytes)
{
    int count = 0;
    char **others = calloc((size_t)argc + 1, sizeof *others);
    if (others == NULL)
        return -ENOMEM;
    *shares = (struct curve_shares){.count = 0};
    int parsed = take_shares(shares, argc, argv, others, &count, message, bytes);
    if (parsed == 0)
        parsed = options_parse_for(&defaults, options, count, others, message, bytes);
    const char *stranger = parsed == OPTIONS_RUN ? find_stranger(options) : NULL;
    if (stranger != NULL) {
        snprintf(message, bytes, "%s", stranger);
        options_free(options);
        parsed = -EINVAL;
    }
    free(others);
    return parsed;
}

void metg_help(FILE *out)
{
    fputs(
        "Usage: bench metg [OPTION...]\n"
        "\n"
        "How short may a task be? METG(50 %), the minimum effective task granularity, is the\n"
        "smallest wall time x cores / tasks at which half of the machine still computes (after\n"
        "Slaughter et al., Task Bench, SC20). Tasks of spin are made shorter and shorter to see\n"
        "whereabouts; then tasks of four lengths, and of one in short maps also, are measured in\n"
        "each round by new processes. To these is fitted, for n tasks of length t,\n"
        "\n"
        "    wall = a + n (c + (1 + b) t / cores)\n"
        "\n"
        "with a the cost of a map, c the cost of a task, and b what placement costs: cores that\n"
        "workers did not get for as long as the map lasted. METG follows from c and b: it is for\n"
        "maps so long that a is nothing. Nothing is extrapolated. Intervals are between process\n"
        "starts, and \"starts\" says how far the middle 80 % of them differ.\n"
        "\n"
        "Efficiency is against the plain loop over tasks of that length, measured in the same\n"
        "rounds, and against the cores' worth of compute that the machine really gave at that\n"
        "moment: what a shared machine takes away is no fault of a backend.\n"
        "\n"
        "  --backend LIST          which mechanisms; default: all\n"
        "  --schedule LIST         default: " METG_SCHEDULES "; also per-task\n"
        "  --workers N             default: the cores that this process may use\n"
        "  --efficiency SHARES     default: " INITIAL "\n"
        "  --rounds N              process starts of each cell (default " TEXT(
            METG_ROUNDS) ")\n"
                         "  --repetitions N         samples of a cell in each round (default " TEXT(
                             METG_REPETITIONS) ")\n"
                                               "  --timeout TIME          the longest that a cell "
                                               "may take (default 1m)\n"
                                               "  -o DIR                  keep metg.csv, "
                                               "metg_curve.csv and environment.json in DIR,\n"
                                               "                          all samples in DIR/metg\n"
                                               "  --format FORMAT         table, csv, json, "
                                               "markdown or latex\n"
                                               "  --quiet                 no progress\n"
                                               "\n"
                                               "Where --efficiency is crossed nowhere, the table "
                                               "says so: \"never reaches 90 %: at most\n"
                                               "84 % at 10 ms\", or \"below the shortest task "
                                               "measured\". Where other programs disturbed\n"
                                               "more than a tenth of the samples, it says that "
                                               "and concludes nothing.\n",
        out);
}
