#include "bench/suite/trace_files.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/data/columns.h"
#include "bench/data/out_file.h"
#include "bench/data/text.h"
#include "common/clock.h"

#define PATH_SHOWN_BYTES 200
#define COORDINATOR 0 /* its row; worker w has row w + 1 */

/* ---- the CSV -----------------------------------------------------------------------------------
 */

struct trace_row { /* times in ns since the map began */
    const char *workload, *parameters, *backend, *schedule;
    uint64_t chunk, workers, task, worker, pid, tid, begin_ns, end_ns;
};

static const struct column columns[] = {
    COLUMN(trace_row, workload, COLUMN_TEXT),  COLUMN(trace_row, parameters, COLUMN_TEXT),
    COLUMN(trace_row, backend, COLUMN_TEXT),   COLUMN(trace_row, schedule, COLUMN_TEXT),
    COLUMN(trace_row, chunk, COLUMN_COUNT),    COLUMN(trace_row, workers, COLUMN_COUNT),
    COLUMN(trace_row, task, COLUMN_COUNT),     COLUMN(trace_row, worker, COLUMN_COUNT),
    COLUMN(trace_row, pid, COLUMN_COUNT),      COLUMN(trace_row, tid, COLUMN_COUNT),
    COLUMN(trace_row, begin_ns, COLUMN_COUNT), COLUMN(trace_row, end_ns, COLUMN_COUNT),
};
#define COLUMNS (sizeof columns / sizeof columns[0])

struct lap { /* a task that was run to its end */
    const struct trace_record *record;
    uint64_t task;
};

static void write_rows(FILE *out, const struct sample *cell, uint64_t begin_ns,
                       const struct lap laps[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct trace_record *record = laps[i].record;
        const struct trace_row row = {
            .workload = cell->workload,
            .parameters = cell->parameters,
            .backend = cell->backend,
            .schedule = cell->schedule,
            .chunk = cell->chunk,
            .workers = cell->workers,
            .task = laps[i].task,
            .worker = (uint64_t)record->worker,
            .pid = (uint64_t)record->pid,
            .tid = (uint64_t)record->tid,
            .begin_ns = record->begin_ns - begin_ns,
            .end_ns = record->end_ns - begin_ns,
        };
        columns_write_row(out, columns, COLUMNS, &row);
    }
}

/* ---- the JSON ----------------------------------------------------------------------------------
 */

struct chrome {
    FILE *out;
    unsigned cell;     /* its "process" */
    uint64_t begin_ns; /* of its map */
};

static double us(const struct chrome *chrome, uint64_t ns)
{
    return (double)(ns - chrome->begin_ns) / (double)NS_PER_US;
}

/* A row's or a process's name, which may hold anything that users write. */
static void write_name(const struct chrome *chrome, const char *what, int row, const char *name)
{
    json_t *text = json_string(name);
    char *quoted = text != NULL ? json_dumps(text, JSON_ENCODE_ANY) : NULL;
    fprintf(chrome->out,
            "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%u,\"tid\":%d,\"args\":{\"name\":%s}},\n", what,
            chrome->cell, row, quoted != NULL ? quoted : "\"?\"");
    free(quoted);
    json_decref(text);
}

static void write_span(const struct chrome *chrome, int row, const char *name, const char *category,
                       uint64_t begin_ns, uint64_t end_ns)
{
    if (end_ns <= begin_ns)
        return;
    fprintf(chrome->out,
            "{\"ph\":\"X\",\"name\":\"%s\",\"cat\":\"%s\",\"pid\":%u,\"tid\":%d,"
            "\"ts\":%.3f,\"dur\":%.3f},\n",
            name, category, chrome->cell, row, us(chrome, begin_ns),
            (double)(end_ns - begin_ns) / (double)NS_PER_US);
}

static void write_worker_name(const struct chrome *chrome, const struct trace_record *record)
{
    char name[64];
    snprintf(name, sizeof name, "worker %d (pid %d, thread %d)", record->worker, record->pid,
             record->tid);
    write_name(chrome, "thread_name", record->worker + 1, name);
}

/* laps come worker by worker, each in the order of time: what is between them are waits. */
static void write_laps(const struct chrome *chrome, const struct trace *trace,
                       const struct lap laps[], size_t count)
{
    char name[32];
    uint64_t since_ns = trace->begin_ns;
    for (size_t i = 0; i < count; i++) {
        const struct trace_record *record = laps[i].record;
        int row = record->worker + 1;
        if (i == 0 || laps[i - 1].record->worker != record->worker) {
            write_worker_name(chrome, record);
            since_ns = trace->begin_ns;
        }
        snprintf(name, sizeof name, "task %" PRIu64, laps[i].task);
        write_span(chrome, row, "wait", "wait", since_ns, record->begin_ns);
        write_span(chrome, row, name, "task", record->begin_ns, record->end_ns);
        since_ns = record->end_ns;
        if (i + 1 == count || laps[i + 1].record->worker != record->worker)
            write_span(chrome, row, "wait", "wait", since_ns, trace->end_ns);
    }
}

static void write_messages(const struct chrome *chrome, const struct trace *trace)
{
    size_t count;
    const struct trace_message *messages = trace_messages(trace, &count);
    for (size_t i = 0; i < count; i++) {
        const struct trace_message *message = &messages[i];
        bool sent = message->way == TRACE_SENT;
        char whom[32] = "";
        if (message->worker != TRACE_ANYBODY)
            snprintf(whom, sizeof whom, " %s worker %d", sent ? "to" : "from", message->worker);
        fprintf(chrome->out,
                "{\"ph\":\"i\",\"s\":\"t\",\"name\":\"%s%s\",\"cat\":\"message\",\"pid\":%u,"
                "\"tid\":%d,\"ts\":%.3f,\"args\":{\"first\":%" PRIu64 ",\"tasks\":%" PRIu32 "}},\n",
                sent ? "send tasks" : "receive results", whom, chrome->cell, COORDINATOR,
                us(chrome, message->at_ns), message->first, message->count);
    }
}

static void write_cell(const struct chrome *chrome, const struct sample *cell,
                       const struct trace *trace, const struct lap laps[], size_t count)
{
    char name[1024];
    snprintf(name, sizeof name, "%s, %s, %" PRIu64 " workers: %s %s", cell->backend, cell->schedule,
             cell->workers, cell->workload, cell->parameters);
    write_name(chrome, "process_name", COORDINATOR, name);
    write_name(chrome, "thread_name", COORDINATOR, "coordinator");
    write_span(chrome, COORDINATOR, "map", "map", trace->begin_ns, trace->end_ns);
    write_messages(chrome, trace);
    write_laps(chrome, trace, laps, count);
}

/* ---- both --------------------------------------------------------------------------------------
 */

static int by_worker_and_time(const void *a, const void *b)
{
    const struct trace_record *one = ((const struct lap *)a)->record;
    const struct trace_record *other = ((const struct lap *)b)->record;
    if (one->worker != other->worker)
        return one->worker < other->worker ? -1 : 1;
    return (one->begin_ns > other->begin_ns) - (one->begin_ns < other->begin_ns);
}

/* The tasks of this map that came to their end; NULL: no memory. The caller frees. */
static struct lap *find_laps(const struct trace *trace, size_t *count)
{
    struct lap *laps = calloc(trace->count + 1, sizeof *laps);
    *count = 0;
    for (size_t task = 0; laps != NULL && task < trace->count; task++) {
        const struct trace_record *record = &trace->records[task];
        if (record->begin_ns >= trace->begin_ns && record->end_ns >= record->begin_ns)
            laps[(*count)++] = (struct lap){record, task};
    }
    if (laps != NULL)
        qsort(laps, *count, sizeof *laps, by_worker_and_time);
    return laps;
}

static int create(const char *path, FILE **file, char *message, size_t bytes)
{
    char shown[PATH_SHOWN_BYTES];
    int error = out_file_open(path, true, file);
    if (error != 0)
        snprintf(message, bytes, "--trace: cannot write %s: %s; name another file",
                 text_brief(path, shown, sizeof shown), out_file_problem(error));
    return error;
}

/* The table's name beside that of the JSON. */
static int name_csv(struct trace_files *files, char *message, size_t bytes)
{
    const char *path = files->json_path;
    size_t length = strlen(path), stem = length;
    if (length > 5 && strcmp(path + length - 5, ".json") == 0)
        stem -= 5;
    if (length > 4 && strcmp(path + length - 4, ".csv") == 0) {
        snprintf(message, bytes,
                 "--trace: name the JSON file, such as trace.json; the CSV is "
                 "written beside it");
        return -EINVAL;
    }
    if (snprintf(files->csv_path, sizeof files->csv_path, "%.*s.csv", (int)stem, path) <
        (int)sizeof files->csv_path)
        return 0;
    snprintf(message, bytes, "--trace: a name of %zu bytes is too long: name another file", length);
    return -ENAMETOOLONG;
}

int trace_files_open(struct trace_files *files, const char *path, char *message, size_t bytes)
{
    *files = (struct trace_files){.json_path = path};
    if (path == NULL)
        return 0;
    bool made = access(path, F_OK) != 0;
    int error = name_csv(files, message, bytes);
    if (error == 0)
        error = create(path, &files->json, message, bytes);
    if (error == 0 && !out_file_is_special(path))
        error = create(files->csv_path, &files->csv, message, bytes);
    if (error != 0) {
        if (files->json != NULL && made)
            unlink(path);
        trace_files_close(files, message, bytes);
        return error;
    }
    fputs("[\n", files->json);
    if (files->csv != NULL)
        columns_write_header(files->csv, columns, COLUMNS);
    return 0;
}

int trace_files_add(struct trace_files *files, const struct sample *row, const struct trace *trace,
                    char *message, size_t bytes)
{
    size_t count;
    if (files->json == NULL || trace == NULL || trace->begin_ns == 0)
        return 0;
    struct lap *laps = find_laps(trace, &count);
    if (laps == NULL)
        return -ENOMEM;
    const struct chrome chrome = {files->json, ++files->cells, trace->begin_ns};
    write_cell(&chrome, row, trace, laps, count);
    if (files->csv != NULL)
        write_rows(files->csv, row, trace->begin_ns, laps, count);
    free(laps);
    int error = out_file_flush(files->json, files->json_path, message, bytes);
    if (error == 0 && files->csv != NULL)
        error = out_file_flush(files->csv, files->csv_path, message, bytes);
    return error;
}

int trace_files_close(struct trace_files *files, char *message, size_t bytes)
{
    int error = 0, second = 0;
    if (files->json != NULL) {
        fprintf(files->json, "{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":0,"
                             "\"args\":{\"sort_index\":0}}\n]\n"); /* no comma behind the last */
        error = out_file_close(files->json, files->json_path, 0, message, bytes);
    }
    if (files->csv != NULL)
        second = out_file_close(files->csv, files->csv_path, 0, message, bytes);
    *files = (struct trace_files){0};
    return error != 0 ? error : second;
}
