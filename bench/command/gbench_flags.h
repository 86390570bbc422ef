/*
 * gbench_flags.h - which of Google Benchmark's flags would have no effect behind --.
 */
#ifndef PARBENCH_BENCH_COMMAND_GBENCH_FLAGS_H
#define PARBENCH_BENCH_COMMAND_GBENCH_FLAGS_H

/* What to do instead of giving this flag ("--benchmark_repetitions=20"), in words that follow a
 * colon; NULL: cells heed it, or it is not known here (then Google Benchmark itself is asked). */
const char *gbench_flags_instead(const char *flag);

#endif
