/*
 * bench - measures what each way of running tasks in parallel costs, and when it pays.
 *
 * This file only finds the command. A command line that begins with an option is one of `run`.
 */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/command/commands.h"
#include "bench/command/facts/fact.h"
#include "bench/command/nested.h"
#include "bench/command/options.h"
#include "bench/compare/against.h"
#include "bench/data/text.h"
#include "bench/launch/alone.h"
#include "bench/launch/inherited.h"
#include "bench/launch/lack.h"
#include "bench/launch/variables.h"
#include "bench/present/screen.h"
#include "bench/suite/suite.h"
#include "common/starter.h"
#include "workloads/words.h"

struct command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
};

static int run_command(int argc, char **argv);
static int help_command(int argc, char **argv);

static const struct command commands[] = {
    {"run", "measure cells; the command where none is named", run_command},
    {"lecture", "an example of the lecture, and where its time went", lecture_command},
    {"ipc", "latency and bandwidth of every transport by payload", ipc_command},
    {"spawn", "what starting a worker costs, and its memory", spawn_command},
    {"compare", "is the difference between two runs, or two cells, real?", compare_command},
    {"plot", "pictures of a run that was kept with -o, by gnuplot", plot_command},
    {"report", "one HTML page of a run that was kept with -o", report_command},
    {"metg", "how short a task may be before a backend wastes half of the machine", metg_command},
    {"list", "which backends, workloads and schedules there are", list_command},
    {"doctor", "what this machine is, and what spoils measurements on it", doctor_command},
    {"help", "what a command does: bench help COMMAND", help_command},
    {NULL, NULL, NULL},
};

static void print_help(void)
{
    options_help(stdout);
    printf("\nCommands (bench help COMMAND tells more):\n");
    for (const struct command *command = commands; command->name != NULL; command++)
        printf("  %-10s %s\n", command->name, command->summary);
}

/* What it is and what it was built from: the facts of the group "build". */
static void print_version(void)
{
    struct fact_source source = {.topology = NULL};
    for (const struct fact_rule *rule = build_rules; rule->name != NULL; rule++) {
        struct fact fact;
        fact_find(&source, rule, &fact);
        if (rule == build_rules)
            printf("bench %s\n", fact.text);
        else if (fact.kind == FACT_TEXT)
            printf("  %-18s %s\n", rule->label, fact.text);
    }
}

static int run_command(int argc, char **argv)
{
    struct options options;
    char line[OPTIONS_LINE_BYTES];
    int parsed = options_parse(&options, argc, argv, line, sizeof line);
    if (parsed == OPTIONS_HELP || parsed == OPTIONS_VERSION) {
        parsed == OPTIONS_HELP ? print_help() : print_version();
        return COMMAND_OK;
    }
    if (parsed != OPTIONS_RUN)
        return command_refuse("%s", parsed == -ENOMEM ? "no memory for the options" : line);
    int status = options_make_output(&options, line, sizeof line) == 0
                     ? (options.against != NULL ? against_run : suite_run)(&options, argc, argv)
                     : command_refuse("%s", line);
    options_free(&options);
    return status;
}

static int refuse_command(const char *word)
{
    const char *names[sizeof commands / sizeof commands[0]];
    char shown[WORD_SHOWN_BYTES], known[2 * WORDS_BYTES];
    size_t count = 0;
    for (; commands[count].name != NULL; count++)
        names[count] = commands[count].name;
    names[count] = NULL;
    return command_refuse("'%s' is no command: %s; see bench --help",
                          text_brief(word, shown, sizeof shown),
                          words_suggest(word, names, known, sizeof known));
}

static const struct command *find_command(const char *name)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static int help_command(int argc, char **argv)
{
    if (argc > 2)
        return command_refuse("help explains one command: write bench help COMMAND");
    const struct command *command =
        argc == 2 && argv[1][0] != '-' ? find_command(argv[1]) : commands;
    if (command == NULL)
        return refuse_command(argv[1]);
    if (command->run == help_command)
        command = commands;
    char name[32], help[] = "--help";
    snprintf(name, sizeof name, "%s", command->name);
    return command->run(2, (char *[]){name, help, NULL});
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        options_usage(stderr);
        return COMMAND_USAGE; /* nothing was measured */
    }
    if (argv[1][0] == '-')
        return run_command(argc, argv);
    const struct command *command = find_command(argv[1]);
    return command != NULL ? command->run(argc - 1, argv + 1) : refuse_command(argv[1]);
}

/* Programs find their files, and their own processes, in /proc. Only the doctor goes on without. */
static bool lacks_proc(int argc, char **argv)
{
    char line[LACK_BYTES];
    if (*lack_proc(line, sizeof line) == '\0' || (argc > 1 && strcmp(argv[1], "doctor") == 0))
        return false;
    fprintf(stderr, "bench: %s\n", line);
    return true;
}

/* What every program takes for granted, and a bare environment (env -i, a job of cron, a user
 * without an account) may lack. */
static void complete_environment(void)
{
    static const char *const defaults[][2] = {
        {"PATH", "/usr/local/bin:/usr/bin:/bin"},
        {"HWLOC_HIDE_ERRORS", "2"}}; /* bench doctor tells where /sys cannot be read */
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        const char *value = getenv(defaults[i][0]);
        if (value == NULL || *value == '\0')
            setenv(defaults[i][0], defaults[i][1], 1);
    }
}

/* Whoever read our output has gone away, as head does. */
static bool reader_left(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* Output that was lost is a failure, but for a reader that had enough: then we end as any program
 * in its place, only later, when nothing is left behind. */
static int finish_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (reader_left() && !inherited_ignored(SIGPIPE)) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    fprintf(stderr, "bench: cannot write to standard output\n");
    return COMMAND_FAILED;
}

int main(int argc, char **argv)
{
    const char *message;
    int error = inherited_put_right(&message);
    if (error != 0) {
        fprintf(stderr, "bench: %s\n", message);
        return COMMAND_FAILED;
    }
    variables_settle();
    if (nested_rank() > 0)
        return COMMAND_OK; /* rank 0 measures, see nested.h */
    error = alone_begin();
    if (error != 0) {
        fprintf(stderr, "bench: cannot start a process: %s\n", strerror(-error));
        return COMMAND_FAILED;
    }
    complete_environment();
    starter_sign();
    setlocale(LC_CTYPE, ""); /* for text on terminals; numbers keep their point */
    screen_open();
    return finish_output(lacks_proc(argc, argv) ? COMMAND_FAILED : dispatch(argc, argv));
}
