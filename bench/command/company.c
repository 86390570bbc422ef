#include "bench/command/company.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/command/cores.h"
#include "bench/command/read_file.h"
#include "bench/data/text.h"
#include "common/clock.h"

#define UNSURE_NS   (20 * NS_PER_MS) /* for each core: a tick too much at both ends */
#define NAMED_CORES 0.01

static uint64_t used_by(int who)
{
    struct rusage usage;
    if (getrusage(who, &usage) != 0)
        return 0;
    return ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * NS_PER_S +
           ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * NS_PER_US;
}

static uint64_t used_by_us(void)
{
    return used_by(RUSAGE_SELF) + used_by(RUSAGE_CHILDREN);
}

static bool read_pressure(uint64_t *total_us)
{
    char text[512];
    return pressure_read(read_file("/proc/pressure/cpu", text, sizeof text), total_us) == 0;
}

void company_open(struct company *company)
{
    *company = (struct company){.begin_ns = clock_ns(), .ours_ns = used_by_us()};
    company->machine_known = machine_time_now(&company->machine) == 0;
    company->pressure_known = read_pressure(&company->pressure_us);
    if (neighbours_open(getpid(), &company->neighbours) != 0)
        company->neighbours = NULL;
}

void company_close(struct company *company)
{
    neighbours_close(company->neighbours);
    company->neighbours = NULL;
}

/* The machine's busy time without ours, less what its ticks leave open. */
static double unseen_ns(const struct company *company, const struct company_report *report,
                        const struct machine_time *machine)
{
    double busy_ns = (double)(machine->busy_ns - company->machine.busy_ns);
    double ours_ns = (double)(used_by_us() - company->ours_ns);
    return busy_ns - ours_ns - (double)(UNSURE_NS * report->cores);
}

void company_look(struct company *company, struct company_report *report)
{
    struct machine_time machine;
    uint64_t pressure_us, seen_ns = 0;
    *report = (struct company_report){.elapsed_ns = clock_ns() - company->begin_ns,
                                      .cores = cores_affinity(),
                                      .steal_cores = NAN,
                                      .pressure = NAN};
    const double elapsed_ns = (double)(report->elapsed_ns > 0 ? report->elapsed_ns : 1);
    if (company->neighbours != NULL) {
        seen_ns = neighbours_used(company->neighbours, NULL);
        report->named_count = neighbours_top(company->neighbours, report->named, COMPANY_NAMED);
    }
    report->others_cores = (double)seen_ns / elapsed_ns;
    if (company->machine_known && machine_time_now(&machine) == 0) {
        report->others_cores =
            fmax(report->others_cores, unseen_ns(company, report, &machine) / elapsed_ns);
        report->steal_cores = (double)(machine.steal_ns - company->machine.steal_ns) / elapsed_ns;
    }
    if (company->pressure_known && read_pressure(&pressure_us))
        report->pressure =
            (double)(pressure_us - company->pressure_us) * (double)NS_PER_US / elapsed_ns;
    while (report->named_count > 0 &&
           (double)report->named[report->named_count - 1].used_ns < NAMED_CORES * elapsed_ns)
        report->named_count--;
}

bool company_is_busy(const struct company_report *report)
{
    double stolen = isnan(report->steal_cores) ? 0 : report->steal_cores;
    return report->others_cores + stolen > COMPANY_SHARE * report->cores;
}

char *company_line(const struct company_report *report, char *line, size_t bytes)
{
    const double elapsed_ns = (double)(report->elapsed_ns > 0 ? report->elapsed_ns : 1);
    size_t used =
        (size_t)snprintf(line, bytes, "other programs used %.2f of %u core%s", report->others_cores,
                         report->cores, report->cores == 1 ? "" : "s");
    for (size_t i = 0; i < report->named_count && used < bytes; i++) {
        char name[PROCESS_NAME_BYTES];
        used += (size_t)snprintf(line + used, bytes - used, "%s%s %d: %.2f", i == 0 ? " (" : ", ",
                                 text_brief(report->named[i].name, name, sizeof name),
                                 (int)report->named[i].pid,
                                 (double)report->named[i].used_ns / elapsed_ns);
    }
    if (report->named_count > 0 && used < bytes)
        used += (size_t)snprintf(line + used, bytes - used, ")");
    if (report->steal_cores > COMPANY_SHARE * report->cores && used < bytes)
        snprintf(line + used, bytes - used, "; the host took %.2f", report->steal_cores);
    text_clean(line);
    return line;
}

void company_say(const struct company_report *report, enum table_format format, bool quiet)
{
    char line[512];
    if (!company_is_busy(report))
        return;
    company_line(report, line, sizeof line);
    if (format == TABLE_TERMINAL || format == TABLE_MARKDOWN)
        printf("\nWhile this was measured, %s.\n", line);
    else if (!quiet)
        fprintf(stderr, "bench: while this was measured, %s\n", line);
}
