// gbench.cc - the C++ half of gbench.h: each function is the method of Google Benchmark (GB) that
// bears its name, behind a wall that no exception passes.
//
// What differs between GB 1.6 and 1.9 is found by asking the compiler whether a member exists
// (of two overloads it takes the first if that one can be compiled), not by version numbers, which
// GB's header doesn't have.

#undef NDEBUG // GB's inline checks, such as that of an argument's index, are always on
#include "gbench.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

using benchmark::Counter;
using benchmark::State;
// Whatever registering returns a pointer to: later versions deprecate the name that earlier ones have.
using Benchmark = std::remove_pointer_t<decltype(benchmark::RegisterBenchmark(
    "", std::declval<void (*)(State &)>()))>;
using Run = benchmark::BenchmarkReporter::Run;

namespace
{

[[noreturn]] void die(const char *what)
{
    std::fprintf(stderr, "gbench: %s\n", what);
    std::abort();
}

// A caller's error. Many builds of GB have such checks compiled out and would go on with nonsense.
void require(bool condition, const char *what)
{
    if (!condition)
        die(what);
}

template <class Number> Number positive(Number value, const char *function)
{
    if (!(value > 0))
        die((std::string(function) + ": needs a number above 0").c_str());
    return value;
}

// The wall between C++ and C: what is thrown inside ends the program with its reason.
template <class Body> auto sealed(Body body) -> decltype(body())
{
    try {
        return body();
    } catch (const std::exception &error) {
        die(error.what());
    } catch (...) {
        die("an unknown C++ exception");
    }
}

State &real(gbench_state *state)
{
    return *reinterpret_cast<State *>(state);
}

const State &real(const gbench_state *state)
{
    return *reinterpret_cast<const State *>(state);
}

} // namespace

// The benchmark that GB has registered is a lambda that holds this, and so owns it.
struct gbench {
    gbench_function *function;
    void *context;
    gbench_function *setup = nullptr;
    gbench_function *teardown = nullptr;
    Benchmark *gb = nullptr;

    gbench(gbench_function *f, void *c) : function(f), context(c)
    {
    }

    // GB's own Setup and Teardown know no context, so they are called here: just as often.
    void run(State &state) const
    {
        auto *handle = reinterpret_cast<gbench_state *>(&state);
        if (setup != nullptr)
            setup(handle, context);
        if (!state.error_occurred())
            function(handle, context);
        if (!state.error_occurred() && state.iterations() < state.max_iterations)
            state.SkipWithError("the function returned before gbench_keep_running was false");
        if (teardown != nullptr)
            teardown(handle, context);
    }
};

// ---- statistics: a C++ function for each C function -------------------------------------------

namespace
{

std::array<gbench_compute *, GBENCH_STATISTICS_MAX> computes; // beside GB's registry

template <std::size_t slot> double compute(const std::vector<double> &values)
{
    return computes[slot](values.data(), values.size());
}

template <std::size_t... slots>
constexpr std::array<benchmark::StatisticsFunc *, sizeof...(slots)>
make_twins(std::index_sequence<slots...>)
{
    return {{compute<slots>...}};
}

constexpr auto twins = make_twins(std::make_index_sequence<GBENCH_STATISTICS_MAX>());

// The twin of a C function: the one that it has already, or the first that is free, or none.
benchmark::StatisticsFunc *find_twin(gbench_compute *function)
{
    for (std::size_t slot = 0; slot < computes.size(); slot++) {
        if (computes[slot] == nullptr)
            computes[slot] = function;
        if (computes[slot] == function)
            return twins[slot];
    }
    return nullptr;
}

// ---- results ----------------------------------------------------------------------------------

// The reason that a run was skipped for, or null. GB before 1.8, then later.
template <class R>
auto error_of(const R &run, int) -> decltype(run.error_occurred, run.error_message.c_str())
{
    return run.error_occurred ? run.error_message.c_str() : nullptr;
}

template <class R> const char *error_of(const R &run, long)
{
    return run.skipped != decltype(run.skipped){} ? run.skip_message.c_str() : nullptr;
}

gbench_result_type type_of(const Run &run)
{
    if (run.report_big_o)
        return GBENCH_BIG_O;
    if (run.report_rms)
        return GBENCH_RMS;
    return run.run_type == Run::RT_Aggregate ? GBENCH_AGGREGATE : GBENCH_REPETITION;
}

// Hands results on to a C function, or to nobody.
class Reporter final : public benchmark::BenchmarkReporter
{
  public:
    Reporter(gbench_report *report, void *context) : report_(report), context_(context)
    {
    }

    bool ReportContext(const Context &) override
    {
        return true;
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs)
            if (report_ != nullptr)
                hand_on(run);
    }

  private:
    void hand_on(const Run &run) const
    {
        const std::string name = run.benchmark_name();
        const std::string run_name = run.run_name.str();
        std::vector<gbench_counter> counters;
        for (const auto &[counter_name, counter] : run.counters)
            counters.push_back({counter_name.c_str(), counter.value});

        gbench_result result = {};
        result.name = name.c_str();
        result.run_name = run_name.c_str();
        result.aggregate = run.aggregate_name.c_str();
        result.type = type_of(run);
        // A ratio isn't divided by iterations; that of a fit has none to be divided by.
        const bool ratio =
            result.type == GBENCH_AGGREGATE && run.aggregate_unit == benchmark::kPercentage;
        result.percentage = ratio || result.type == GBENCH_RMS;
        result.repetition = result.type == GBENCH_REPETITION ? run.repetition_index : -1;
        result.repetitions = run.repetitions;
        result.iterations = run.iterations;
        result.real_s = run.real_accumulated_time;
        result.cpu_s = run.cpu_accumulated_time;
        result.real_time = ratio ? result.real_s : run.GetAdjustedRealTime();
        result.cpu_time = ratio ? result.cpu_s : run.GetAdjustedCPUTime();
        result.unit = static_cast<gbench_time_unit>(run.time_unit);
        result.label = run.report_label.c_str();
        result.error = error_of(run, 0);
        result.counters = counters.data();
        result.counter_count = counters.size();
        report_(&result, context_);
    }

    gbench_report *report_;
    void *context_;
};

// ---- translations -----------------------------------------------------------------------------

template <class B>
auto warm_up(B *bench, double seconds, int) -> decltype(bench->MinWarmUpTime(seconds), true)
{
    bench->MinWarmUpTime(seconds);
    return true;
}

template <class B> bool warm_up(B *, double, long)
{
    return false; // GB before 1.7
}

static_assert(int{GBENCH_SECOND} == int{benchmark::kSecond}, "gbench_time_unit is GB's TimeUnit");
static_assert(int{GBENCH_O_AUTO} == int{benchmark::oAuto}, "gbench_growth is GB's BigO");
static_assert(int{GBENCH_AVG_ITERATIONS} == int{Counter::kAvgIterations}, "the flags are GB's");

Counter make_counter(double value, unsigned flags)
{
    int gb_flags = static_cast<int>(flags & ~unsigned{GBENCH_INVERT | GBENCH_1024});
    if (flags & GBENCH_INVERT)
        gb_flags |= Counter::kInvert;
    return Counter(value, static_cast<Counter::Flags>(gb_flags),
                   flags & GBENCH_1024 ? Counter::kIs1024 : Counter::kIs1000);
}

} // namespace

// ---- functions that add nothing but the wall --------------------------------------------------

// A C signature, and what it calls.
#define FORWARD(type, signature, call)                                                             \
    type signature                                                                                 \
    {                                                                                              \
        return sealed([&] { return static_cast<type>(call); });                                    \
    }

// clang-format off
FORWARD(bool, gbench_report_unrecognized(int argc, char **argv),
        benchmark::ReportUnrecognizedArguments(argc, argv))
FORWARD(void, gbench_add_context(const char *key, const char *value),
        benchmark::AddCustomContext(key, value))
FORWARD(size_t, gbench_run(void), benchmark::RunSpecifiedBenchmarks())
FORWARD(void, gbench_shutdown(void), benchmark::Shutdown())

FORWARD(void, gbench_setup(gbench *bench, gbench_function *setup), bench->setup = setup)
FORWARD(void, gbench_teardown(gbench *bench, gbench_function *teardown), bench->teardown = teardown)
FORWARD(void, gbench_arg(gbench *bench, int64_t value), bench->gb->Arg(value))
FORWARD(void, gbench_args(gbench *bench, const int64_t *values, size_t count),
        bench->gb->Args({values, values + count}))
FORWARD(void, gbench_arg_dense_range(gbench *bench, int64_t first, int64_t last, int step),
        bench->gb->DenseRange(first, last, positive(step, "gbench_arg_dense_range")))
FORWARD(void, gbench_arg_names(gbench *bench, const char *const *names, size_t count),
        bench->gb->ArgNames({names, names + count}))
FORWARD(void, gbench_min_time(gbench *bench, double seconds),
        bench->gb->MinTime(positive(seconds, "gbench_min_time")))
FORWARD(bool, gbench_min_warm_up_time(gbench *bench, double seconds),
        warm_up(bench->gb, positive(seconds, "gbench_min_warm_up_time"), 0))
FORWARD(void, gbench_iterations_fixed(gbench *bench, int64_t n),
        bench->gb->Iterations(positive(n, "gbench_iterations_fixed")))
FORWARD(void, gbench_repetitions(gbench *bench, int n),
        bench->gb->Repetitions(positive(n, "gbench_repetitions")))
FORWARD(void, gbench_use_real_time(gbench *bench), bench->gb->UseRealTime())
FORWARD(void, gbench_use_manual_time(gbench *bench), bench->gb->UseManualTime())
FORWARD(void, gbench_measure_process_cpu_time(gbench *bench),
        bench->gb->MeasureProcessCPUTime())
FORWARD(void, gbench_unit(gbench *bench, gbench_time_unit unit),
        bench->gb->Unit(static_cast<benchmark::TimeUnit>(unit)))
FORWARD(void, gbench_report_aggregates_only(gbench *bench, bool value),
        bench->gb->ReportAggregatesOnly(value))
FORWARD(void, gbench_display_aggregates_only(gbench *bench, bool value),
        bench->gb->DisplayAggregatesOnly(value))
FORWARD(void, gbench_complexity(gbench *bench, gbench_growth growth),
        bench->gb->Complexity(static_cast<benchmark::BigO>(growth)))
FORWARD(void, gbench_complexity_function(gbench *bench, double (*growth)(int64_t n)),
        bench->gb->Complexity(growth))

FORWARD(bool, gbench_keep_running(gbench_state *state), real(state).KeepRunning())
FORWARD(bool, gbench_keep_running_batch(gbench_state *state, int64_t n),
        real(state).KeepRunningBatch(n))
FORWARD(void, gbench_pause_timing(gbench_state *state), real(state).PauseTiming())
FORWARD(void, gbench_resume_timing(gbench_state *state), real(state).ResumeTiming())
FORWARD(void, gbench_set_iteration_time(gbench_state *state, double seconds),
        real(state).SetIterationTime(seconds))
FORWARD(void, gbench_skip_with_error(gbench_state *state, const char *reason),
        real(state).SkipWithError(reason))
FORWARD(bool, gbench_error_occurred(const gbench_state *state), real(state).error_occurred())
FORWARD(int64_t, gbench_range(const gbench_state *state, size_t index), real(state).range(index))
FORWARD(int64_t, gbench_iterations(const gbench_state *state), real(state).iterations())
FORWARD(int64_t, gbench_max_iterations(const gbench_state *state), real(state).max_iterations)
FORWARD(void, gbench_set_items_processed(gbench_state *state, int64_t items),
        real(state).SetItemsProcessed(items))
FORWARD(void, gbench_set_bytes_processed(gbench_state *state, int64_t bytes),
        real(state).SetBytesProcessed(bytes))
FORWARD(void, gbench_set_label(gbench_state *state, const char *label), real(state).SetLabel(label))
FORWARD(void, gbench_set_complexity_n(gbench_state *state, int64_t n),
        real(state).SetComplexityN(n))
FORWARD(void, gbench_set_counter(gbench_state *state, const char *name, double value,
                                 unsigned flags),
        real(state).counters[name] = make_counter(value, flags))
// clang-format on

// ---- the others: the program ------------------------------------------------------------------

int gbench_initialize(int *argc, char **argv)
{
    require(*argc >= 1, "gbench_initialize: argv needs the program's name");
    sealed([&] { benchmark::Initialize(argc, argv); });
    return *argc - 1;
}

size_t gbench_run_reporting(gbench_report *report, void *context)
{
    return sealed([&] {
        Reporter reporter(report, context);
        return benchmark::RunSpecifiedBenchmarks(&reporter);
    });
}

size_t gbench_run_quiet(void)
{
    return gbench_run_reporting(nullptr, nullptr);
}

void gbench_clear(void)
{
    sealed([] { benchmark::ClearRegisteredBenchmarks(); });
    computes.fill(nullptr);
}

// ---- the others: a benchmark ------------------------------------------------------------------

gbench *gbench_register(const char *name, gbench_function *function, void *context)
{
    require(name != nullptr, "gbench_register: a benchmark needs a name");
    require(function != nullptr, "gbench_register: a benchmark needs a function");
    return sealed([&] {
        auto bench = std::make_shared<gbench>(function, context);
        bench->gb =
            benchmark::RegisterBenchmark(name, [bench](State &state) { bench->run(state); });
        return bench.get();
    });
}

void gbench_arg_ranges(gbench *bench, const gbench_bounds *ranges, size_t count, int multiplier)
{
    require(multiplier >= 2, "gbench_arg_ranges: multiplier must be 2 or more");
    sealed([&] {
        std::vector<std::pair<int64_t, int64_t>> pairs;
        for (size_t i = 0; i < count; i++)
            pairs.emplace_back(ranges[i].first, ranges[i].last);
        bench->gb->RangeMultiplier(multiplier)->Ranges(pairs);
    });
}

void gbench_arg_range(gbench *bench, int64_t first, int64_t last, int multiplier)
{
    const gbench_bounds range = {first, last};
    gbench_arg_ranges(bench, &range, 1, multiplier);
}

void gbench_args_product(gbench *bench, const gbench_values *lists, size_t count)
{
    sealed([&] {
        std::vector<std::vector<int64_t>> product;
        for (size_t i = 0; i < count; i++)
            product.emplace_back(lists[i].values, lists[i].values + lists[i].count);
        bench->gb->ArgsProduct(product);
    });
}

int gbench_statistic(gbench *bench, const char *name, gbench_compute *function, bool percentage)
{
    require(function != nullptr, "gbench_statistic: a statistic needs a function");
    benchmark::StatisticsFunc *twin = find_twin(function);
    if (twin == nullptr)
        return -ENOSPC;
    const auto unit = percentage ? benchmark::kPercentage : benchmark::kTime;
    sealed([&] { bench->gb->ComputeStatistics(name, twin, unit); });
    return 0;
}
