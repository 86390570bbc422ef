#include "bench/command/option_table.h"

#include <stdlib.h>

#include "bench/command/options.h"
#include "bench/present/screen.h"

#define ARGP_LEAST 40 /* columns; argp refuses to work with fewer than its indents */

#define TEXT_OF(number) #number
#define TEXT(macro)     TEXT_OF(macro)

/* argp sorts the options of a group by their letters and names, and fills paragraphs. */
const struct argp_option option_table[] = {
    {0, 0, 0, 0, "What is measured: every combination of these (lists by comma, or repeated):", 1},
    {"backend", 'b', "NAME|FILE", 0,
     "mechanisms, by name or as the path of a plugin (with a '/'); all, the default, means all in"
     " C, python all of Python's own, so all,python is everything. Python starts processes by"
     " fork; python-pool:spawn and python-pool:forkserver are its other ways. manager:tcp is "
     "manager"
     " over TCP with a key, not part of all",
     1},
    {"workload", 'w', "NAME[:KEY=VALUE,...]", 0,
     "jobs, with parameters that differ from the lecture's; all, the default, means the lecture's "
     "three: " OPTIONS_WORKLOADS,
     1},
    {"workers", 'n', "N", 0,
     "numbers of workers, 1 to " TEXT(
         BOARD_LINES) ", more than there are cores if you like; default: the cores "
                      "that this process may use; all means 1,2,4,... up to these",
     1},
    {"schedule", 's', "per-task|dynamic[:CHUNK]|static|all", 0,
     "how tasks reach workers; default: " OPTIONS_SCHEDULE, 1},

    {"pin", KEY_PIN, "none|compact|scatter|LIST", 0,
     "bind each worker to a processor: neighbours first, far apart, or those listed, such as 0,2;"
     " default: none",
     1},

    {0, 0, 0, 0, "How often, and for how long:", 2},
    {"rounds", KEY_ROUNDS, "N", 0,
     "measure all cells N times over, each time in another order (default " TEXT(
         OPTIONS_ROUNDS) "; fewer, and intervals cover less than 95 %)",
     2},
    {"repetitions", KEY_REPETITIONS, "N", 0,
     "samples of a cell in each round (default " TEXT(
         OPTIONS_REPETITIONS) "); for long cells 1 will do, as intervals come from rounds",
     2},
    {"min-time", KEY_MIN_TIME, "TIME", 0,
     "go on repeating until the samples last so long together, such as 200ms (default 0)", 2},
    {"against", KEY_AGAINST, "OTHER/bench", 0,
     "measure the same cells with another build's programs as well, in turn, and say which differ;"
     " " TEXT(
         OPTIONS_AGAINST_ROUNDS) " rounds unless --rounds says otherwise; exit status 3: some do",
     2},
    {"timeout", KEY_TIMEOUT, "TIME", 0,
     "the longest that a cell may take, such as 30s; then it is ended and reported (default 1m)",
     2},
    {"patience", KEY_PATIENCE, "TIME", 0,
     "how much longer the whole run may take so that what other programs disturb is measured again;"
     " what stays disturbed is marked (default: half of the time it takes, at most 10s; 0s: none)",
     2},
    {"seed", KEY_SEED, "N", 0, "another shuffling of the cells (default " TEXT(OPTIONS_SEED) ")",
     2},

    {0, 0, 0, 0, "When things go wrong:", 3},
    {"on-death", KEY_ON_DEATH, "fail|retry", 0,
     "a worker that dies fails its cell (the default), or a new one takes its tasks", 3},
    {"inject", KEY_INJECT, "FAULT", 0,
     "make a fault: kill:task=3, stop:task=3, segv:worker=1, exit0:task=2 or slow:task=5,ms=200;"
     " in serial only if it is the only backend, for others need it as their baseline",
     3},

    {0, 0, 0, 0, "What comes out:", 4},
    {"output", 'o', "DIR", 0,
     "keep samples.csv, summary.csv and environment.json in DIR, which is made if need be", 4},
    {"format", KEY_FORMAT, "table|csv|json|markdown|latex|html", 0,
     "of the summary on standard output; default: table on a terminal, else csv", 4},
    {"results", KEY_RESULTS, 0, 0,
     "show what the tasks computed, as the lecture's programs do: before the table, or on standard "
     "error"
     " where standard output holds another format",
     4},
    {"trace", KEY_TRACE, "FILE", 0,
     "record who ran which task, when: FILE for ui.perfetto.dev, and a CSV beside it (not beside a"
     " pipe or a device). Costs two looks at the clock for each task",
     4},
    {"quiet", 'q', 0, 0, "no progress and no hints", 4},

    {"help", 'h', 0, 0, "show this text", 5},
    {"version", 'V', 0, 0, "show the version and what it was built with", 5},
    {0, 0, 0, 0, 0, 0},
};

/* Argp prints what is before \v above the options, the rest below them. */
static const char document[] =
    "Runs the same tasks through different mechanisms of parallelism (processes, threads, "
    "OpenMP, MPI, Python's multiprocessing) and measures what each of them costs. Every result "
    "is verified, and times come as medians with 95 % confidence intervals.\n"
    "\n"
    "Examples:\n"
    "  bench --backend pipes --workload resize\n"
    "  bench -b serial,shm,mpi -w primes -n 1,2,4 -s dynamic,static\n"
    "  bench -b all -w all --rounds 12 -o results/today\n"
    "  bench -b shm -w resize:images=64,width=3840,height=2160 --results\n"
    "  bench -b pipes -w sum --inject kill:task=2 --on-death retry\n"
    "  bench -b openmp -w sum -- --benchmark_out=x.json\n"
    "\v"
    "Words:\n"
    "  workload   a job of the lecture: tasks, the kernel that runs each, answers\n"
    "  backend    a mechanism that runs tasks on workers\n"
    "  worker     one process, thread or MPI rank\n"
    "  schedule   how tasks reach workers: per-task (a fresh worker for each),\n"
    "             dynamic (a free worker takes the next), static (split before)\n"
    "  cell       backend x workload x workers x schedule, in a fresh process\n"
    "  sample     one repetition of a cell: one row of samples.csv\n"
    "\n"
    "Times are written as 250us, 200ms, 1.5s, 2m. Flags behind -- are Google Benchmark's: they "
    "begin with --benchmark_ or --v= and go to every cell; one that would have no effect is refused. "
    "Variables BENCHMARK_* do not reach cells.\n"
    "\n"
    "Results: a summary on standard output; progress and errors on standard error; with -o, "
    "every sample in DIR.\n"
    "\n"
    "Exit status: 0 all cells verified; 1 a cell failed or a result was wrong; 2 the command "
    "line was wrong, and nothing was run.";

/* argp fills lines of 79 columns, unless told otherwise in the environment. */
static void tell_width(size_t width)
{
    char format[64];
    if (width < ARGP_LEAST || width >= SCREEN_COLUMNS)
        return; /* narrower ones are cut as any other text is */
    snprintf(format, sizeof format, "rmargin=%zu,opt-doc-col=%zu", width - 1, width / 3);
    setenv("ARGP_HELP_FMT", format, 0);
}

void options_help(FILE *out)
{
    static const struct argp help = {.options = option_table, .doc = document};
    char name[] = "bench";
    fputs("Usage: bench [OPTION...] [-- GOOGLE-BENCHMARK-FLAG...]\n"
          "  or:  bench COMMAND [ARGUMENT...]\n"
          "\n",
          out);
    tell_width(screen_width(out));
    argp_help(&help, out, ARGP_HELP_LONG | ARGP_HELP_DOC, name);
}

void options_usage(FILE *out)
{
    fputs("bench measures what each way of running tasks in parallel costs. Try:\n"
          "\n"
          "  ./bench --backend pipes --workload resize       one mechanism, one job\n"
          "  ./bench -b serial,shm,mpi -w primes -n 1,2,4    a comparison\n"
          "  ./bench doctor                                  is this machine fit to measure?\n"
          "\n"
          "./bench list shows backends, workloads and schedules; ./bench --help explains all.\n",
          out);
}
