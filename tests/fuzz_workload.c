/*
 * fuzz_workload.c - whatever a user writes as --workload: accepted and sound, or refused in a line.
 *
 * Built with PARBENCH_FUZZ. Paths of plugins are left alone, so that nothing is loaded by accident.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "workloads/plugin.h"
#include "workloads/workload.h"

#define MESSAGE_BYTES 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

_Noreturn void check_failed(const char *file, int line, const char *function, const char *condition)
{
    fprintf(stderr, "%s:%d: %s: %s\n", file, line, function, condition);
    abort();
}

static void check_sound(const struct work *work)
{
    CHECK(work->tasks <= WORKLOAD_TASKS_MAX);
    CHECK(work->shape.task_bytes <= WORKLOAD_RECORD_BYTES_MAX);
    CHECK(work->shape.result_bytes <= WORKLOAD_RECORD_BYTES_MAX);
    CHECK(work->tasks * work->shape.task_bytes <= WORKLOAD_TOTAL_BYTES_MAX);
    CHECK(work->tasks * work->shape.result_bytes <= WORKLOAD_TOTAL_BYTES_MAX);
}

/* Its canonical name opens the same work. */
static void check_canonical(const struct work *work)
{
    char message[MESSAGE_BYTES];
    char *text;
    struct work *again;
    CHECK(asprintf(&text, "%s:%s", work->workload->name, work->parameters) > 0);
    CHECK(work_open(text, &again, message, sizeof message) == 0);
    CHECK(strcmp(again->parameters, work->parameters) == 0);
    CHECK(again->tasks == work->tasks);
    work_close(again);
    free(text);
}

static void check_refusal(int error, const char *message)
{
    CHECK(error == -EINVAL);
    CHECK(message[0] != '\0' && strlen(message) < MESSAGE_BYTES - 1); /* said, and not cut */
    for (const char *c = message; *c != '\0'; c++)
        CHECK(*c >= ' ' && *c <= '~');
}

static void open_one(const char *text)
{
    char message[MESSAGE_BYTES] = "";
    struct work *work;
    int error = work_open(text, &work, message, sizeof message);
    if (error == 0) {
        check_sound(work);
        check_canonical(work);
        work_close(work);
    } else {
        CHECK(work == NULL);
        check_refusal(error, message);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char *text = malloc(bytes + 1);
    CHECK(text != NULL);
    if (bytes > 0)
        memcpy(text, data, bytes);
    text[bytes] = '\0';
    if (plugin_length(text) == 0)
        open_one(text);
    free(text);
    return 0;
}
