#include "bench/launch/describe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/registry.h"
#include "bench/cell/arguments.h"
#include "bench/data/text.h"
#include "bench/launch/descendants.h"
#include "bench/launch/lack.h"
#include "bench/launch/mpirun.h"
#include "bench/launch/quote.h"
#include "bench/launch/spawn.h"
#include "common/clock.h"
#include "common/io.h"

#define ANSWER_LIMIT_NS  (20 * NS_PER_S) /* a Python on a busy machine takes seconds */
#define FLAG_SHOWN_BYTES 60 /* of what users wrote, in messages */
#define LEFT_LIMIT_NS    (2 * NS_PER_S)
#define ANSWER_BYTES     16384
#define PROBLEM_BYTES    768
#define UNENDED          (-1) /* in place of an exit status */
#define NOT_FOUND        127 /* exit status of a program that could not be executed */

/* Says why a program did not answer, as well as it told itself. */
static void say_failure(const char *program, int status, FILE *answer, char *problem, size_t bytes)
{
    char how[64], output[ANSWER_BYTES], line[QUOTE_BYTES];
    output[fread(output, 1, sizeof output - 1, answer)] = '\0';
    quote_line(output, line, sizeof line);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
        snprintf(problem, bytes, "there is no %s: install it, or put it on PATH", program);
    else if (status == UNENDED)
        snprintf(problem, bytes, "did not say what it is within 20 s%s%s",
                 *line != '\0' ? ", but: " : "", line);
    else
        snprintf(problem, bytes, "loading it, the process %s%s%s%s",
                 WIFSIGNALED(status) ? "was " : "", child_describe(status, how, sizeof how),
                 *line != '\0' ? ": " : "", line);
}

/* Runs a program to its end and ends what it leaves: *left processes. Returns 0 with its status, or
 * a negative errno. */
static int run(const struct spawn *spawn, int *status, unsigned *left)
{
    struct child child;
    const pid_t janitor = descendants_owned();
    int error = descendants_adopt(); /* before there are any */
    if (error == 0)
        error = spawn_program(spawn, &child);
    if (error != 0)
        return error;
    error = io_wait(child.pidfd, POLLIN, clock_deadline(ANSWER_LIMIT_NS)); /* it has ended */
    *left = descendants_end(&child, status, janitor, LEFT_LIMIT_NS);
    return error;
}

/* Runs argv with its output in a memory file, from its beginning. What went wrong with it is said
 * in problem[bytes]. */
static int ask(char *const *argv, FILE **answer, char *problem, size_t bytes)
{
    int status = 0, output = memfd_create("parbench-description", MFD_CLOEXEC);
    struct spawn spawn = {.argv = argv, .output = output};
    unsigned left = 0;
    struct lack lack;
    if (output < 0)
        return -errno;
    lack_look(&lack);
    int error = run(&spawn, &status, &left);
    *answer = error == 0 || error == -ETIMEDOUT ? fdopen(output, "r+") : NULL;
    if (*answer == NULL) {
        close(output);
        return error != 0 ? error : -ENOMEM;
    }
    rewind(*answer);
    if (error == -ETIMEDOUT || status != 0) {
        say_failure(argv[0], error != 0 ? UNENDED : status, *answer, problem, bytes);
        lack_explain(&lack, problem, bytes);
    } else if (left > 0) {
        snprintf(problem, bytes, "loading it left %u processes behind", left);
    }
    return 0;
}

/* Runs `cell OPTION NAME`. */
static int ask_cell(const char *option, const char *name, FILE **answer, char *problem,
                    size_t bytes)
{
    char cell[PATH_MAX];
    int error = spawn_find("cell", cell, sizeof cell);
    if (error != 0)
        return error;
    return ask((char *const[]){cell, (char *)option, (char *)name, NULL}, answer, problem, bytes);
}

/* Runs `python3 cell.py --describe NAME...`: all at once, since a Python takes long to start. */
static int ask_python(const char *const *names, size_t count, FILE **answer, char *problem,
                      size_t bytes)
{
    char program[PATH_MAX];
    int error = spawn_find(REGISTRY_PYTHON, program, sizeof program);
    if (error != 0)
        return error;
    const char *const first[] = {"python3", PYTHON_FLAGS, program, "--describe"};
    const size_t firsts = sizeof first / sizeof first[0];
    const char **argv = calloc(firsts + count + 1, sizeof *argv);
    if (argv == NULL)
        return -ENOMEM;
    memcpy(argv, first, sizeof first);
    memcpy(argv + firsts, names, count * sizeof *names);
    error = ask((char *const *)argv, answer, problem, bytes);
    free(argv);
    return error;
}

/* The rest of the line that begins with key and a tab, and with owner and a tab before that unless
 * owner is NULL; the caller's to free, NULL: none. */
static char *read_field(FILE *answer, const char *owner, const char *key)
{
    char *line = NULL, *value = NULL;
    size_t bytes = 0, owned = owner != NULL ? strlen(owner) + 1 : 0, length = strlen(key);
    rewind(answer);
    while (value == NULL && getline(&line, &bytes, answer) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (owner != NULL && (strncmp(line, owner, owned - 1) != 0 || line[owned - 1] != '\t'))
            continue;
        if (strncmp(line + owned, key, length) == 0 && line[owned + length] == '\t')
            value = strdup(line + owned + length + 1);
    }
    free(line);
    return value;
}

static bool has_field(FILE *answer, const char *owner, const char *key)
{
    char *value = read_field(answer, owner, key);
    free(value);
    return value != NULL;
}

static size_t read_size(FILE *answer, const char *owner, const char *key, size_t missing)
{
    char *text = read_field(answer, owner, key);
    size_t value = text != NULL ? strtoull(text, NULL, 10) : missing;
    free(text);
    return value;
}

/* Reads what an answer says of owner (NULL: all of it is of one backend). problem: what went wrong
 * with asking, or "". */
static int read_description(FILE *answer, const char *owner, const char *name, const char *problem,
                            struct description *description)
{
    char lack[PROBLEM_BYTES];
    description->name = read_field(answer, owner, "name");
    description->summary = read_field(answer, owner, "summary");
    description->mpirun = has_field(answer, owner, "mpirun");
    description->serial = has_field(answer, owner, "serial");
    for (int schedule = 0; schedule < SCHEDULES; schedule++)
        description->lacks[schedule] =
            read_field(answer, owner, schedule_name((enum schedule)schedule));
    if (description->name == NULL)
        description->name = strdup(name);
    if (description->summary == NULL)
        description->summary = strdup("");
    description->problem = read_field(answer, owner, "problem");
    if (description->mpirun && description->problem == NULL && *problem == '\0' &&
        mpirun_find(0, lack, sizeof lack) != 0)
        problem = lack;
    if (*problem != '\0' && description->problem == NULL)
        description->problem = strdup(problem);
    return description->name == NULL || description->summary == NULL ? -ENOMEM : 0;
}

static bool is_python(const char *name)
{
    const struct registry_entry *entry = registry_find(name);
    return entry != NULL && registry_is_python(entry);
}

static int describe_cells(const char *const *names, size_t count, struct description *list)
{
    int error = 0;
    for (size_t i = 0; i < count && error == 0; i++) {
        char problem[PROBLEM_BYTES] = "";
        FILE *answer = NULL;
        if (is_python(names[i]))
            continue;
        error = ask_cell("--describe", names[i], &answer, problem, sizeof problem);
        if (error == 0) {
            error = read_description(answer, NULL, names[i], problem, &list[i]);
            fclose(answer);
        }
    }
    return error;
}

static int describe_python(const char *const *names, size_t count, struct description *list)
{
    char problem[PROBLEM_BYTES] = "";
    FILE *answer = NULL;
    const char **asked = calloc(count + 1, sizeof *asked);
    size_t asked_count = 0;
    if (asked == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (is_python(names[i]))
            asked[asked_count++] = names[i];
    int error =
        asked_count == 0 ? 0 : ask_python(asked, asked_count, &answer, problem, sizeof problem);
    free(asked);
    for (size_t i = 0; answer != NULL && i < count && error == 0; i++) {
        if (!is_python(names[i]))
            continue;
        error = read_description(answer, names[i], names[i], problem, &list[i]);
        list[i].python = read_field(answer, NULL, "interpreter");
    }
    if (answer != NULL)
        fclose(answer);
    return error;
}

int describe_backends(const char *const *names, size_t count, struct description **list)
{
    *list = calloc(count > 0 ? count : 1, sizeof **list);
    if (*list == NULL)
        return -ENOMEM;
    int error = describe_cells(names, count, *list);
    if (error == 0)
        error = describe_python(names, count, *list);
    if (error != 0) {
        describe_free(*list, count);
        *list = NULL;
    }
    return error;
}

int describe_interpreter(struct description **python)
{
    static const char *const names[] = {"python-pool"}; /* any whose cell is in Python */
    return describe_backends(names, 1, python);
}

const char *describe_no_interpreter(const struct description *python)
{
    if (python->problem != NULL)
        return python->problem;
    return python->python == NULL ? "there is no python3 on PATH" : NULL;
}

void describe_free(struct description *list, size_t count)
{
    for (size_t i = 0; list != NULL && i < count; i++) {
        free(list[i].name);
        free(list[i].summary);
        free(list[i].python);
        free(list[i].problem);
        for (int schedule = 0; schedule < SCHEDULES; schedule++)
            free(list[i].lacks[schedule]);
    }
    free(list);
}

char *describe_error(int error, char *message, size_t bytes)
{
    if (error == -ENOENT)
        snprintf(message, bytes, "libexec/parbench/cell is missing beside this program: build it");
    else
        lack_line(message, bytes, "cannot start a process", error);
    return message;
}

int describe_work(const char *text, struct work_description *work, char *message, size_t bytes)
{
    FILE *answer = NULL;
    *message = '\0';
    int error = ask_cell("--describe-work", text, &answer, message, bytes);
    if (error != 0) {
        describe_error(error, message, bytes);
        return error;
    }
    *work = (struct work_description){
        .name = read_field(answer, NULL, "name"),
        .parameters = read_field(answer, NULL, "parameters"),
        .tasks = read_size(answer, NULL, "tasks", 0),
        .shape = {read_size(answer, NULL, "task_bytes", 0),
                  read_size(answer, NULL, "result_bytes", 0)},
    };
    char *problem = read_field(answer, NULL, "problem");
    fclose(answer);
    if (work->name != NULL && work->parameters != NULL && problem == NULL && *message == '\0')
        return 0;
    if (problem != NULL)
        snprintf(message, bytes, "--workload: %s", problem);
    free(problem);
    describe_work_free(work);
    return -EINVAL;
}

int describe_flag(const char *flag, char *message, size_t bytes)
{
    FILE *answer = NULL;
    char problem[PROBLEM_BYTES], shown[FLAG_SHOWN_BYTES];
    int error = ask_cell("--describe-flag", flag, &answer, problem, sizeof problem);
    if (error != 0) {
        describe_error(error, message, bytes);
        return error;
    }
    bool known = has_field(answer, NULL, "flag");
    fclose(answer);
    if (known)
        return 0;
    snprintf(message, bytes,
             "'%s' behind --: Google Benchmark has no such flag, or no such value of it; it has "
             "--benchmark_filter=REGEX, --benchmark_out=FILE and others",
             text_brief(flag, shown, sizeof shown));
    return -EINVAL;
}

void describe_work_free(struct work_description *work)
{
    free(work->name);
    free(work->parameters);
    *work = (struct work_description){0};
}

int describe_other(const char *bench, char *message, size_t bytes)
{
    char cell[PATH_MAX], problem[PROBLEM_BYTES], shown[FLAG_SHOWN_BYTES];
    FILE *answer = NULL;
    text_brief(bench, shown, sizeof shown);
    if (spawn_find_of(bench, "cell", cell, sizeof cell) != 0) {
        snprintf(message, bytes,
                 "--against: no libexec/parbench/cell belongs to '%s': name the bench of another "
                 "build or installation, such as ../old/build/bench",
                 shown);
        return -EINVAL;
    }
    char *const argv[] = {cell, (char *)"--describe", (char *)"serial", NULL};
    int error = ask(argv, &answer, problem, sizeof problem);
    if (error != 0) {
        describe_error(error, message, bytes);
        return error;
    }
    size_t interface = read_size(answer, NULL, "interface", 0);
    fclose(answer);
    if (interface == CELL_INTERFACE)
        return 0;
    snprintf(message, bytes,
             "--against: '%s' was built from a parbench whose cells this one can't run (interface "
             "%zu, not %d): compare their samples.csv by bench compare",
             shown, interface, CELL_INTERFACE);
    return -EINVAL;
}
