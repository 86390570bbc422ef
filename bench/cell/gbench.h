/*
 * gbench.h - Google Benchmark for C programs.
 *
 * Google Benchmark (GB below) decides how often a piece of code must run until its time means
 * something, repeats it, computes statistics, and prints or files the results in a form that its
 * own tools compare. It speaks C++ only. This header is all of it that a C program needs, and
 * gbench.cc is the only C++ file: compile it as C++17 and write the rest in C. Link with
 * -lbenchmark -lstdc++ -lpthread -lm (g++ adds the last three by itself). Tested with GB 1.7.1,
 * written for 1.6 to 1.9.
 *
 *     #include <string.h>
 *     #include "gbench.h"
 *
 *     static void copy(struct gbench_state *state, void *buffer)
 *     {
 *         size_t bytes = (size_t)gbench_range(state, 0);
 *         while (gbench_keep_running(state)) {            // what is timed
 *             memcpy(buffer, (char *)buffer + bytes, bytes);
 *             gbench_clobber_memory();                    // or the copy may be optimized away
 *         }
 *         gbench_set_bytes_processed(state, gbench_iterations(state) * (int64_t)bytes);
 *     }
 *     int main(int argc, char **argv)
 *     {
 *         static char buffer[2 << 20];
 *         gbench_initialize(&argc, argv);
 *         if (gbench_report_unrecognized(argc, argv))
 *             return 2;
 *         gbench_arg_range(gbench_register("copy", copy, buffer), 8, 1 << 20, 8);
 *         gbench_run();
 *         gbench_shutdown();
 *     }
 *
 * Words     A *benchmark* is a function under a name, once for each set of its arguments. One call
 *           of the function is a *run*: GB sets up a state that allows so many *iterations*, and
 *           the function's loop makes them. Runs that were too short are tried again with more
 *           iterations, and only the last one is reported; so the function is called more often
 *           than it is reported, unless gbench_iterations_fixed says how many. *Repetitions*
 *           repeat the reported run; over two or more of them come *aggregates*: mean, median,
 *           stddev, cv and those of gbench_statistic.
 * Flags     --benchmark_filter, --benchmark_repetitions, --benchmark_min_time, --benchmark_out and
 *           so on are GB's own (see its user guide); a program may set them itself by an argv of
 *           its own. What is said here about one benchmark goes before a flag.
 * Errors    A wrong argument (a missing function, zero repetitions) and exhausted memory end the
 *           program with one line on standard error; no C++ exception reaches C. GB itself exits
 *           on --help, on a malformed flag and on an output file that it cannot open.
 * Callbacks must return: no longjmp out of them (a failing test assertion, say), it would jump
 *           over C++ frames. Strings handed to gbench are copied, contexts are *borrowed*.
 * Threads   One thread calls all of this. GB's own Threads() is left out on purpose: it would call
 *           one function with one context from many threads at once. Who measures workers owns
 *           them, starts them before the loop, and asks for gbench_use_real_time.
 *
 * After Google Benchmark's docs/user_guide.md and the comments of its benchmark.h.
 */
#ifndef GBENCH_H
#define GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gbench;       /* a registered benchmark; GB's registry owns it, until gbench_clear */
struct gbench_state; /* one run, seen from inside the function; lives until that returns */

/* What is measured, and setup and teardown. context: as it was given to gbench_register. */
typedef void gbench_function(struct gbench_state *state, void *context);

/* ---- the program --------------------------------------------------------------------------- */

/* Takes GB's own flags out of argv and returns how many arguments are left over: they are now
 * argv[1] .. argv[*argc - 1], the program's own or a user's mistake. Needs *argc >= 1; GB keeps
 * argv[0] for its reports, so it must live as long as GB is used. May be called again. */
int gbench_initialize(int *argc, char **argv);

/* Prints each argument left over as an error on standard error; true if there is one. */
bool gbench_report_unrecognized(int argc, char **argv);

/* Adds a line to the context in the report's head and to "context" of the JSON file. A key is set
 * once. */
void gbench_add_context(const char *key, const char *value);

/* Runs the registered benchmarks that --benchmark_filter lets through, one after the other, and
 * reports them on standard output as --benchmark_format says. Returns how many there were; 0 is
 * also what a filter returns that matches nothing. With --benchmark_out=FILE the results go to
 * that file as well, as --benchmark_out_format says (json); so do those of the next two. */
size_t gbench_run(void);

/* The same, with nothing on standard output but the names that --benchmark_list_tests asks for. */
size_t gbench_run_quiet(void);

/* The same, each result being handed to report(result, context) instead of being printed. Results
 * arrive by benchmark: its repetitions, then its aggregates. */
struct gbench_result;
typedef void gbench_report(const struct gbench_result *result, void *context);
size_t gbench_run_reporting(gbench_report *report, void *context);

/* Forgets all registered benchmarks; their handles are invalid from here on. */
void gbench_clear(void);

/* Frees what GB holds. The last call of all: contexts may not be added, nor benchmarks run, after
 * it. */
void gbench_shutdown(void);

/* ---- a benchmark: what is run ---------------------------------------------------------------- */

/* Registers function under a name. Returns the handle for the settings below; without any of them
 * it is run once, without arguments. */
struct gbench *gbench_register(const char *name, gbench_function *function, void *context);

/* Called before and after every run, outside of what is timed. After a setup that skips with an
 * error the function is left out; the teardown never is. NULL: none. */
void gbench_setup(struct gbench *bench, gbench_function *setup);
void gbench_teardown(struct gbench *bench, gbench_function *teardown);

/* Each of these adds sets of arguments, and each set is one benchmark, named "name/8/64". All sets
 * of one benchmark are equally long. */
struct gbench_values {
    const int64_t *values; /* values[count] */
    size_t count;
};
struct gbench_bounds {
    int64_t first, last; /* both are included */
};
void gbench_arg(struct gbench *bench, int64_t value);
void gbench_args(struct gbench *bench, const int64_t *values, size_t count); /* one set */
/* first, the powers of multiplier (at least 2) between, last: 8, 64, 512, 1000 */
void gbench_arg_range(struct gbench *bench, int64_t first, int64_t last, int multiplier);
/* first, first + step, and so on, up to last */
void gbench_arg_dense_range(struct gbench *bench, int64_t first, int64_t last, int step);
/* every combination of one value of ranges[0], one of ranges[1], ... ranges[count - 1] */
void gbench_arg_ranges(struct gbench *bench, const struct gbench_bounds *ranges, size_t count,
                       int multiplier);
/* every combination of one value of lists[0], one of lists[1], ... lists[count - 1] */
void gbench_args_product(struct gbench *bench, const struct gbench_values *lists, size_t count);
/* names[count], for "name/rows:8/columns:64" */
void gbench_arg_names(struct gbench *bench, const char *const *names, size_t count);

/* ---- a benchmark: how long, how often -------------------------------------------------------- */

/* Runs until this much time was spent in the loop (default 0.5 s, see --benchmark_min_time). Which
 * time: the thread's CPU time, or what the clocks below choose. Not with a fixed number. */
void gbench_min_time(struct gbench *bench, double seconds);

/* Runs this long beforehand without counting it. false: this GB is older than 1.7 and has no
 * warm-up, nothing was set. */
bool gbench_min_warm_up_time(struct gbench *bench, double seconds);

/* Exactly so many iterations in each run, and no other runs than the repetitions. */
void gbench_iterations_fixed(struct gbench *bench, int64_t iterations);
void gbench_repetitions(struct gbench *bench, int repetitions);

/* ---- a benchmark: which clock ---------------------------------------------------------------- */

/* CPU time of the calling thread decides how long to run and divides the rates, unless one of
 * these is asked for. Real time is reported in any case. */
void gbench_use_real_time(struct gbench *bench);            /* the wall clock decides */
void gbench_use_manual_time(struct gbench *bench);          /* gbench_set_iteration_time decides */
void gbench_measure_process_cpu_time(struct gbench *bench); /* all threads of this process */

/* ---- a benchmark: what is reported ----------------------------------------------------------- */

enum gbench_time_unit { GBENCH_NANOSECOND, GBENCH_MICROSECOND, GBENCH_MILLISECOND, GBENCH_SECOND };
void gbench_unit(struct gbench *bench, enum gbench_time_unit unit);

/* Aggregates without the repetitions they are made of: everywhere, or only on the display (which
 * gbench_run_reporting stands for) and not in the file. */
void gbench_report_aggregates_only(struct gbench *bench, bool value);
void gbench_display_aggregates_only(struct gbench *bench, bool value);

/* One more aggregate. values[count] has one value for each repetition: real time, then CPU time,
 * then each counter. The times are seconds of whole runs, so a statistic of times must scale with
 * them (a maximum does, a variance does not). percentage: it is a ratio, free of units, reported
 * without dividing by iterations. Returns 0, or -ENOSPC: GB takes a bare C++ function with no
 * context, so gbench.cc holds a fixed number of these, one for each different compute. This is the
 * one thing that gbench keeps beside GB, and gbench_clear empties it. */
typedef double gbench_compute(const double *values, size_t count);
#define GBENCH_STATISTICS_MAX 16
int gbench_statistic(struct gbench *bench, const char *name, gbench_compute *compute,
                     bool percentage);

/* Fits the times of all argument sets to a growth in n (see gbench_set_complexity_n), and reports
 * the coefficient and the root mean square of the error. */
enum gbench_growth {
    GBENCH_O_1 = 1,
    GBENCH_O_N,
    GBENCH_O_N_SQUARED,
    GBENCH_O_N_CUBED,
    GBENCH_O_LOG_N,
    GBENCH_O_N_LOG_N,
    GBENCH_O_AUTO /* whichever fits best */
};
void gbench_complexity(struct gbench *bench, enum gbench_growth growth);
void gbench_complexity_function(struct gbench *bench, double (*growth)(int64_t n));

/* ---- inside a run: the loop ------------------------------------------------------------------ */

/* The timed loop: while (gbench_keep_running(state)) { one iteration }. The clock runs from the
 * first call, which starts it, to the call that returns false. The function must go on until then
 * or skip with an error; a run that ends early is reported as an error. */
bool gbench_keep_running(struct gbench_state *state);

/* One call allows n iterations at once, which the body must make: for bodies of few nanoseconds,
 * beside which the 2 ns of a call show. The last batch may go beyond what was planned. */
bool gbench_keep_running_batch(struct gbench_state *state, int64_t n);

/* Stops the clocks within an iteration. Each pause needs its resume before the iteration ends.
 * The pair costs half a microsecond: not for iterations of that size. */
void gbench_pause_timing(struct gbench_state *state);
void gbench_resume_timing(struct gbench_state *state);

/* With gbench_use_manual_time: what this iteration took; once in each iteration. */
void gbench_set_iteration_time(struct gbench_state *state, double seconds);

/* Ends the benchmark with an error and its reason: the loop ends at its next call, no times are
 * reported, and the other benchmarks go on. */
void gbench_skip_with_error(struct gbench_state *state, const char *reason);
bool gbench_error_occurred(const struct gbench_state *state);

/* ---- inside a run: questions and results ----------------------------------------------------- */

int64_t gbench_range(const struct gbench_state *state, size_t index); /* the index-th argument */
int64_t gbench_iterations(const struct gbench_state *state);          /* made so far */
int64_t gbench_max_iterations(const struct gbench_state *state);      /* to be made in this run */

/* After the loop; totals of the run. They appear as counters items_per_second, bytes_per_second. */
void gbench_set_items_processed(struct gbench_state *state, int64_t items);
void gbench_set_bytes_processed(struct gbench_state *state, int64_t bytes);
void gbench_set_label(struct gbench_state *state, const char *label);
void gbench_set_complexity_n(struct gbench_state *state, int64_t n);

/* A number of the user's own. It is reported as it is, or as its flags (or-ed) say. */
enum gbench_counter_flags {
    GBENCH_PLAIN = 0,
    GBENCH_RATE = 1 << 0,                /* divided by the seconds of the run */
    GBENCH_AVG_THREADS = 1 << 1,         /* divided by GB's threads: here always one */
    GBENCH_ITERATION_INVARIANT = 1 << 2, /* the same in each iteration: times iterations */
    GBENCH_AVG_ITERATIONS = 1 << 3,      /* a total of the run: divided by iterations */
    GBENCH_INVERT = 1 << 4,              /* at the end, 1 / value */
    GBENCH_1024 = 1 << 5                 /* the display's k is 1024, not 1000 */
};
void gbench_set_counter(struct gbench_state *state, const char *name, double value, unsigned flags);

/* ---- results --------------------------------------------------------------------------------- */

enum gbench_result_type {
    GBENCH_REPETITION, /* one reported run */
    GBENCH_AGGREGATE,  /* over the repetitions */
    GBENCH_BIG_O,      /* a fit: its coefficients stand for times */
    GBENCH_RMS         /* the fit's error, relative to the mean */
};
struct gbench_counter {
    const char *name;
    double value; /* final: rates and averages are already taken */
};
/* All that it points to lives until the callback returns. */
struct gbench_result {
    const char *name;      /* "copy/64", of an aggregate "copy/64_mean" */
    const char *run_name;  /* "copy/64" for all that belongs together */
    const char *aggregate; /* "mean", "median", ..., "BigO", "RMS"; "" for a repetition */
    enum gbench_result_type type;
    bool percentage;    /* it is a ratio (such as cv or RMS): real_time and cpu_time hold that */
    int64_t repetition; /* from 0; -1 for all but repetitions */
    int64_t repetitions;
    int64_t iterations;         /* of an aggregate: how many repetitions went into it */
    double real_s, cpu_s;       /* seconds of the run, manual time being real time */
    double real_time, cpu_time; /* of one iteration, in unit */
    enum gbench_time_unit unit;
    const char *label; /* "" if none was set */
    const char *error; /* the reason it was skipped for, or NULL: then times count */
    const struct gbench_counter *counters; /* counters[counter_count], sorted by name */
    size_t counter_count;
};

/* ---- barriers against the optimizer (GCC and Clang) ------------------------------------------ */

/* Makes the compiler compute the object and have it in memory, as if somebody looked. No code. */
static inline void gbench_do_not_optimize(const void *object)
{
    __asm__ volatile("" : : "r"(object) : "memory");
}

/* The same for a value, which may stay in a register. */
static inline void gbench_do_not_optimize_int(int64_t value)
{
    __asm__ volatile("" : : "r,m"(value) : "memory");
}

static inline void gbench_do_not_optimize_double(double value)
{
    __asm__ volatile("" : : "r,m"(value) : "memory");
}

/* Makes pending writes happen, and what was read be read again, as far as others could see it. */
static inline void gbench_clobber_memory(void)
{
    __asm__ volatile("" : : : "memory");
}

#ifdef __cplusplus
}
#endif

#endif
