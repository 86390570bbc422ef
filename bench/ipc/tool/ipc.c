/*
 * ipc - the program that measures one transport, in one placement, for each of some sizes.
 *
 *     ipc --transport NAME --placement same|different|free --bytes N,... --budget-ns N
 *         --limit-ns N --output FILE [--reference trips|windows]
 *
 * bench ipc starts it; it can be started by hand, in a debugger or under strace. For each size it
 * makes a link and forks two fresh processes, or one with two threads; it writes a row as soon as
 * that is measured. Behind mpirun -n 2 the ranks are the sides, and the transport is a module
 * beside this program. With --reference, round trips (or windows) are taken in turns with those of
 * a plain loop (reference.h), whose row stands behind the transport's.
 */
#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/ipc/row.h"
#include "bench/ipc/tool/measure.h"
#include "common/starter.h"
#include "common/transport/registry.h"

enum { EXIT_WRITTEN = 0, EXIT_NOT_WRITTEN = 1, EXIT_USAGE = 2 };

struct arguments {
    const char *transport, *placement, *bytes, *output;
    const char *reference; /* NULL: none */
    uint64_t budget_ns, limit_ns;
};

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"transport", required_argument, NULL, 't'}, {"placement", required_argument, NULL, 'p'},
        {"bytes", required_argument, NULL, 'b'},     {"output", required_argument, NULL, 'o'},
        {"budget-ns", required_argument, NULL, 'n'}, {"limit-ns", required_argument, NULL, 'l'},
        {"reference", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0},
    };
    *arguments = (struct arguments){0};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        switch (option) {
        case 't':
            arguments->transport = optarg;
            break;
        case 'p':
            arguments->placement = optarg;
            break;
        case 'b':
            arguments->bytes = optarg;
            break;
        case 'o':
            arguments->output = optarg;
            break;
        case 'n':
            arguments->budget_ns = strtoull(optarg, NULL, 10);
            break;
        case 'l':
            arguments->limit_ns = strtoull(optarg, NULL, 10);
            break;
        case 'r':
            arguments->reference = optarg;
            break;
        default:
            return -EINVAL;
        }
    }
    bool complete = arguments->transport && arguments->placement && arguments->bytes &&
                    arguments->output && arguments->budget_ns && arguments->limit_ns;
    return complete && optind == argc ? 0 : -EINVAL;
}

/* What a module beside this program exports: a transport, and a reference for it. NULL, said on
 * standard error: no module. */
static const struct transport *load(const char *module, bool windows,
                                    const struct reference **reference)
{
    char self[PATH_MAX], path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    int written = snprintf(path, sizeof path, "%s/%s", dirname(self), module);
    void *library =
        written > 0 && (size_t)written < sizeof path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    const struct transport *transport =
        library != NULL ? dlsym(library, "parbench_transport") : NULL;
    if (transport == NULL)
        fprintf(stderr, "cannot load %s: %s\n", module, dlerror());
    const char *symbol = windows ? "parbench_window_reference" : "parbench_reference";
    *reference = library != NULL ? dlsym(library, symbol) : NULL;
    return transport;
}

static void choose(const struct transport_entry *entry, const char *reference,
                   struct measure *measure)
{
    const bool windows = reference != NULL && strcmp(reference, "windows") == 0;
    measure->name = entry->name;
    measure->transport = entry->transport;
    measure->reference = windows ? NULL : reference_find(entry->name);
    if (entry->transport == NULL)
        measure->transport = load(entry->module, windows, &measure->reference);
    if (reference == NULL)
        measure->reference = NULL;
}

/* Which side this process is: a rank of mpirun's, or -1. */
static int own_rank(const struct transport_entry *entry)
{
    const char *rank = entry->module != NULL ? getenv("OMPI_COMM_WORLD_RANK") : NULL;
    return rank == NULL ? -1 : atoi(rank);
}

static int find_place(const char *name, enum place *place)
{
    for (unsigned i = 0; i < PLACES; i++) {
        if (strcmp(place_names[i], name) == 0) {
            *place = (enum place)i;
            return 0;
        }
    }
    return -EINVAL;
}

static int measure_sizes(struct measure *measure, const char *list)
{
    for (const char *next = list; *next != '\0';) {
        char *end;
        measure->bytes = strtoull(next, &end, 10);
        if (end == next || measure->bytes == 0)
            return EXIT_USAGE;
        if (measure_run(measure) != 0)
            return EXIT_NOT_WRITTEN;
        next = *end == ',' ? end + 1 : end;
    }
    return EXIT_WRITTEN;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct measure measure = {0};
    if (starter_join() != 0)
        return EXIT_NOT_WRITTEN;
    signal(SIGPIPE, SIG_IGN); /* the other side's death is an error of a write */
    const struct transport_entry *entry = NULL;
    if (read_arguments(argc, argv, &arguments) == 0)
        entry = transport_find(arguments.transport);
    if (entry == NULL || find_place(arguments.placement, &measure.place) != 0) {
        fprintf(stderr,
                "ipc: bench ipc knows how to call this program; see bench/ipc/tool/ipc.c\n");
        return EXIT_USAGE;
    }
    choose(entry, arguments.reference, &measure);
    measure.rank = own_rank(entry);
    measure.budget_ns = arguments.budget_ns;
    measure.limit_ns = arguments.limit_ns;
    /* Only one rank writes; truncating by the other would lose what is there. */
    measure.rows = fopen(arguments.output, measure.rank == 1 ? "re" : "we");
    if (measure.rows == NULL)
        return EXIT_NOT_WRITTEN;
    if (arguments.reference != NULL && measure.reference == NULL)
        fprintf(stderr, "ipc: there is no plain loop to hold %s against\n", entry->name);
    if (measure.transport == NULL || (arguments.reference != NULL && measure.reference == NULL)) {
        fclose(measure.rows);
        return EXIT_NOT_WRITTEN;
    }
    if (measure.rank != 1)
        columns_write_header(measure.rows, ipc_start_columns, IPC_START_COLUMNS);
    int status = measure_sizes(&measure, arguments.bytes);
    return fclose(measure.rows) == 0 ? status : EXIT_NOT_WRITTEN;
}
