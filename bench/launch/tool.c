#include "bench/launch/tool.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "bench/data/text.h"
#include "bench/launch/mpirun.h"
#include "bench/launch/spawn.h"
#include "bench/launch/watch.h"
#include "common/clock.h"
#include "common/io.h"

/* program, arguments..., --output, where. Borrows all of them; the list itself is the caller's. */
static char **make_argv(char *program, const struct tool *tool, char *where)
{
    size_t count = 0;
    while (tool->arguments[count] != NULL)
        count++;
    char **argv = calloc(count + 4, sizeof *argv);
    if (argv == NULL)
        return NULL;
    argv[0] = program;
    memcpy(argv + 1, tool->arguments, count * sizeof *argv);
    argv[count + 1] = "--output";
    argv[count + 2] = where;
    return argv;
}

static int start(struct watch *watch, const struct tool *tool, int rows, char *message,
                 size_t bytes)
{
    char program[PATH_MAX], where[WATCH_PATH_BYTES];
    if (spawn_find(tool->program, program, sizeof program) != 0) {
        snprintf(message, bytes, "libexec/parbench/%s is missing beside this program: build it",
                 tool->program);
        return -ENOENT;
    }
    watch_name_descriptor(watch, where, rows);
    char **argv = make_argv(program, tool, where);
    if (argv == NULL)
        return -ENOMEM;
    int error = watch_start(watch, argv, tool->ranks, tool->limit_ns, message, bytes);
    free(argv);
    return error;
}

void tool_judge(const struct tool_end *end, char *status, size_t bytes)
{
    if (*status == '\0' || strcmp(status, "ok") == 0 || strncmp(status, "skip", 4) == 0)
        return;
    if (end->signal == 0)
        quote_add(end->said, status, bytes);
    lack_judge(&end->lack, status, bytes);
    text_clean(status);
}

static void judge(const struct watch *watch, const struct tool *tool, struct tool_end *end)
{
    char how[96];
    const size_t bytes = sizeof end->status;
    child_describe(watch->status, how, sizeof how);
    quote_line(watch->printed, end->said, sizeof end->said);
    memcpy(end->settings, watch->settings, sizeof end->settings);
    end->signal = watch->signal;
    if (watch->signal != 0)
        snprintf(end->status, bytes, "failed: stopped by signal %d (%s)", watch->signal,
                 strsignal(watch->signal));
    else if (watch->timed_out)
        snprintf(end->status, bytes, "timeout: not done within %g s",
                 (double)tool->limit_ns / (double)NS_PER_S);
    else if (watch->status != 0) /* then those left behind are only the consequence */
        snprintf(end->status, bytes, "failed: %s %s%s", tool->program,
                 WIFSIGNALED(watch->status) ? "was " : "", how);
    else if (watch->left_behind > 0)
        snprintf(end->status, bytes, "failed: left %u processes behind", watch->left_behind);
    tool_judge(end, end->status, bytes);
}

/* Whether it can't be run here, which is no fault of anybody's. */
static bool skip(const struct tool *tool, struct tool_end *end)
{
    char reason[LACK_BYTES];
    if (tool->ranks == 0 || mpirun_find(tool->ranks, reason, sizeof reason) == 0)
        return false;
    snprintf(end->status, sizeof end->status, "skip: %s", reason);
    return true;
}

static int run(struct watch *watch, const struct tool *tool, int rows, struct tool_end *end,
               char *message, size_t bytes)
{
    int error = start(watch, tool, rows, message, bytes);
    if (error == 0)
        error = watch_wait(watch);
    if (error == 0)
        judge(watch, tool, end);
    return error;
}

int tool_run(struct session *session, const struct tool *tool, struct tool_end *end, char *message,
             size_t bytes)
{
    const struct watch_means means = {
        .janitor = &session->janitor,
        .signals = session->signals,
        .single_copy = tool->ranks > 0 && session_single_copy(session),
        .one_core = tool->one_core,
    };
    struct watch watch;
    *end = (struct tool_end){0};
    lack_look(&end->lack);
    int error = watch_open(&watch, &means);
    int rows = memfd_create("parbench-rows", MFD_CLOEXEC);
    end->rows = rows >= 0 ? fdopen(rows, "r") : NULL;
    if (error == 0 && end->rows == NULL)
        error = -errno;
    snprintf(message, bytes, "cannot make the files of %s", tool->program);
    if (error == 0 && !skip(tool, end))
        error = run(&watch, tool, rows, end, message, bytes);
    watch_close(&watch);
    if (error != 0 && end->rows != NULL) {
        fclose(end->rows);
        end->rows = NULL;
    } else if (error != 0) {
        io_close(&rows);
    }
    return error;
}
