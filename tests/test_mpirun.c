/* Tests of bench/launch/mpirun.c: its command line works wherever bench may be started from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/launch/mpirun.h"
#include "common/board.h"
#include "common/child.h"
#include "common/clock.h"
#include "common/cross_memory.h"

#define LIMIT_NS (30 * NS_PER_S)

static bool holds(char *const *texts, const char *text)
{
    for (size_t i = 0; texts[i] != NULL; i++)
        if (strcmp(texts[i], text) == 0)
            return true;
    return false;
}

static bool has_prefix(char *const *texts, const char *prefix)
{
    for (size_t i = 0; texts[i] != NULL; i++)
        if (strncmp(texts[i], prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

static void make_of(const struct mpirun *mpirun, struct mpirun_command *command)
{
    char message[256];
    int error = mpirun_command(mpirun, command, message, sizeof message);
    if (error == -ENOENT)
        skip();
    assert_int_equal(error, 0);
}

static void make(char *const *argv, unsigned ranks, const char *directory,
                 struct mpirun_command *command)
{
    const struct mpirun mpirun = {
        .argv = argv, .ranks = ranks, .cores = 1, .directory = directory};
    make_of(&mpirun, command);
}

/* What follows --mca NAME on the command line; NULL: it is not there. */
static const char *parameter(const struct mpirun_command *command, const char *name)
{
    for (char **word = command->argv; *word != NULL; word++)
        if (strcmp(*word, "--mca") == 0 && strcmp(word[1], name) == 0)
            return word[2];
    return NULL;
}

static void test_command_ends_with_the_program(void **state)
{
    (void)state;
    char *argv[] = {"/some/program", "an argument", "", NULL};
    struct mpirun_command command;
    make(argv, 5, "/private", &command);
    size_t count = 0;
    while (command.argv[count] != NULL)
        count++;
    assert_string_equal(command.argv[1], "-n");
    assert_string_equal(command.argv[2], "5");
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(command.argv[count - 3 + i], argv[i]);
    assert_true(holds(command.environment, "TMPDIR=/private"));
    mpirun_command_free(&command);
    mpirun_command_free(&command); /* a no-op */
}

static void test_what_an_outer_mpirun_set_is_dropped(void **state)
{
    (void)state;
    char *argv[] = {"/bin/true", NULL};
    struct mpirun_command command;
    setenv("OMPI_COMM_WORLD_RANK", "3", 1);
    setenv("PMIX_NAMESPACE", "1", 1);
    setenv("SLURM_JOB_ID", "1", 1);
    setenv("PMI_RANK", "0", 1);
    setenv("TMPDIR", "/elsewhere", 1);
    setenv("OMPI", "mine", 1);
    make(argv, 1, "/private", &command);
    assert_false(has_prefix(command.environment, "OMPI_COMM_WORLD_"));
    assert_false(has_prefix(command.environment, "SLURM_"));
    assert_false(has_prefix(command.environment, "PMI_"));
    assert_false(has_prefix(command.environment, "PMIX_NAMESPACE="));
    assert_false(holds(command.environment, "TMPDIR=/elsewhere"));
    assert_true(holds(command.environment, "OMPI=mine"));
    mpirun_command_free(&command);
}

/* Runs the test with a PATH of its own directory, in which it makes stand-ins. */
struct place {
    char directory[32];
    char *path;
};

static void make_executable(const struct place *place, const char *name)
{
    char file[64];
    snprintf(file, sizeof file, "%s/%s", place->directory, name);
    int fd = open(file, O_CREAT | O_WRONLY, 0755);
    assert_true(fd >= 0);
    close(fd);
}

static int enter_place(void **state)
{
    static struct place place;
    strcpy(place.directory, "/tmp/test_mpirun_XXXXXX");
    if (mkdtemp(place.directory) == NULL)
        return -1;
    place.path = strdup(getenv("PATH"));
    setenv("PATH", place.directory, 1);
    *state = &place;
    return 0;
}

static int leave_place(void **state)
{
    static const char *const names[] = {"mpirun", "ompi_info", "orterun"};
    struct place *place = *state;
    char file[64];
    setenv("PATH", place->path, 1);
    free(place->path);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(file, sizeof file, "%s/%s", place->directory, names[i]);
        unlink(file);
    }
    return rmdir(place->directory);
}

static void test_no_mpirun_is_a_reason_to_skip(void **state)
{
    (void)state;
    char message[256] = "";
    char *argv[] = {"/bin/true", NULL};
    struct mpirun mpirun = {.argv = argv, .ranks = 1, .cores = 1, .directory = "/private"};
    struct mpirun_command command;
    assert_int_equal(mpirun_find(0, message, sizeof message), -ENOENT);
    assert_non_null(strstr(message, "there is no mpirun on PATH"));
    assert_int_equal(mpirun_command(&mpirun, &command, message, sizeof message), -ENOENT);
    assert_null(command.argv);
    mpirun_command_free(&command);
}

static void test_another_mpi_is_a_reason_to_skip(void **state)
{
    char message[256] = "";
    make_executable(*state, "mpirun"); /* as MPICH has one: alone */
    assert_int_equal(mpirun_find(0, message, sizeof message), -ENOENT);
    assert_non_null(strstr(message, "not Open MPI's"));
    make_executable(*state, "ompi_info");
    assert_int_equal(mpirun_find(0, message, sizeof message), 0);
}

static void test_version_4_is_told_by_orterun(void **state)
{
    const struct place *place = *state;
    char *argv[] = {"/bin/true", NULL};
    char launcher[64];
    struct mpirun_command command;
    make_executable(place, "mpirun");
    make_executable(place, "ompi_info");
    make_executable(place, "orterun");
    make(argv, 1, "/private", &command);
    snprintf(launcher, sizeof launcher, "%s/orterun", place->directory);
    assert_string_equal(command.argv[0], launcher);
    assert_true(holds(command.argv, "self,vader"));
    mpirun_command_free(&command);
}

static void test_ranks_yield_only_where_they_exceed_the_cores(void **state)
{
    (void)state;
    static const struct {
        unsigned ranks, cores;
        const char *yields, *settings;
    } cases[] = {{2, 2, "0", "PARBENCH_SETTINGS=yield=0 copy=none"},
                 {3, 2, "1", "PARBENCH_SETTINGS=yield=1 copy=none"},
                 {2, 1, "1", "PARBENCH_SETTINGS=yield=1 copy=none"},
                 {1, 1, "0", "PARBENCH_SETTINGS=yield=0 copy=none"}};
    char *argv[] = {"/bin/true", NULL};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mpirun_command command;
        const struct mpirun mpirun = {.argv = argv,
                                      .ranks = cases[i].ranks,
                                      .cores = cases[i].cores,
                                      .directory = "/private"};
        make_of(&mpirun, &command);
        assert_string_equal(parameter(&command, "mpi_yield_when_idle"), cases[i].yields);
        assert_true(holds(command.environment, cases[i].settings));
        mpirun_command_free(&command);
    }
}

static void test_the_single_copy_is_named_in_each_versions_words(void **state)
{
    char *argv[] = {"/bin/true", NULL};
    struct mpirun mpirun = {.argv = argv, .ranks = 1, .cores = 1, .directory = "/private"};
    struct mpirun_command command;
    make_executable(*state, "mpirun");
    make_executable(*state, "ompi_info"); /* and no orterun: version 5 */
    make_of(&mpirun, &command);
    assert_string_equal(parameter(&command, "smsc"), "^cma,knem,xpmem");
    assert_null(parameter(&command, "btl_vader_single_copy_mechanism"));
    mpirun_command_free(&command);
    mpirun.single_copy = true;
    make_of(&mpirun, &command);
    assert_string_equal(parameter(&command, "smsc"), "cma");
    mpirun_command_free(&command);
    make_executable(*state, "orterun");
    make_of(&mpirun, &command);
    assert_string_equal(parameter(&command, "btl_vader_single_copy_mechanism"), "cma");
    assert_true(holds(command.environment, "PARBENCH_SETTINGS=yield=0 copy=cma"));
    assert_null(parameter(&command, "smsc"));
    mpirun_command_free(&command);
}

/* ---- really started ------------------------------------------------------------------------- */

static int execute(void *argument)
{
    const struct mpirun_command *command = argument;
    int null = open("/dev/null", O_RDWR);
    if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
        return 127;
    execve(command->argv[0], command->argv, command->environment);
    return 127;
}

static int run_of(const struct mpirun *mpirun)
{
    struct mpirun_command command;
    struct child child;
    int status = -1;
    make_of(mpirun, &command);
    assert_int_equal(child_start(&child, execute, &command), 0);
    int error = child_wait(&child, clock_deadline(LIMIT_NS), &status);
    child_end(&child);
    mpirun_command_free(&command);
    assert_int_equal(error, 0);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int run(char *script, unsigned ranks, const char *directory)
{
    char *argv[] = {"/bin/sh", "-c", script, NULL};
    const struct mpirun mpirun = {
        .argv = argv, .ranks = ranks, .cores = 1, .directory = directory};
    return run_of(&mpirun);
}

static void test_it_runs_and_leaves_nothing(void **state)
{
    (void)state;
    char directory[] = "/tmp/test_mpirun_XXXXXX";
    assert_non_null(mkdtemp(directory));
    setenv("OMPI_COMM_WORLD_SIZE", "99", 1); /* as if inside an mpirun */
    setenv("OMPI_MCA_ess", "^singleton", 1);
    setenv("OMPI_MCA_orte_hnp_uri", "1.0;tcp://127.0.0.1:1", 1);
    setenv("PMIX_RANK", "7", 1);
    assert_int_equal(run("test $OMPI_COMM_WORLD_SIZE = 5", 5, directory), 0);
    assert_int_equal(run("exit 3", 1, directory), 3);
    assert_int_equal(
        run("test $OMPI_COMM_WORLD_RANK != 1 || kill -9 $$; exec sleep 20", 3, directory), 128 + 9);
    assert_int_equal(rmdir(directory), 0); /* so it is empty */
}

/* Whether a message of so many bytes arrives while its sender is not inside of MPI. */
static bool arrives(const char *bytes, bool single_copy, const char *limit_ns)
{
    char directory[] = "/tmp/test_mpirun_XXXXXX", path[64];
    char flags[2] = {0, 0};
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/flags", directory);
    int file = open(path, O_CREAT | O_RDWR, 0600);
    assert_int_equal(write(file, flags, sizeof flags), sizeof flags);
    char *argv[] = {OVERLAP, path, (char *)bytes, (char *)limit_ns, NULL};
    const struct mpirun mpirun = {.argv = argv,
                                  .ranks = 2,
                                  .cores = 1,
                                  .single_copy = single_copy,
                                  .directory = directory};
    assert_int_equal(run_of(&mpirun), 0);
    assert_int_equal(pread(file, flags, sizeof flags, 0), sizeof flags);
    assert_int_equal(flags[0], 1); /* in the end it has come */
    close(file);
    unlink(path);
    assert_int_equal(rmdir(directory), 0);
    return flags[1] == 1;
}

#define NEVER_ARRIVES "200000000"   /* ns of computing: it can't come, so this decides nothing */
#define ARRIVES       "20000000000" /* a ceiling that is not reached */

static void test_a_message_comes_while_its_sender_computes_or_not(void **state)
{
    (void)state;
    assert_true(arrives("1024", false, ARRIVES)); /* eager: it had left when MPI_Isend returned */
    assert_false(arrives("65536", false, NEVER_ARRIVES)); /* its fragments wait for the sender */
    if (cross_memory_try() == 0)
        assert_true(arrives("65536", true, ARRIVES)); /* the receiver fetches it */
}

static void test_a_rank_that_is_hushed_polls_no_more(void **state)
{
    (void)state;
    char directory[] = "/tmp/test_mpirun_XXXXXX", path[64];
    struct board *board;
    int fd;
    assert_non_null(mkdtemp(directory));
    assert_int_equal(board_create(&board, &fd), 0);
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), fd);
    char *argv[] = {HUSHED, path, NULL};
    const struct mpirun mpirun = {.argv = argv, .ranks = 2, .cores = 1, .directory = directory};
    assert_int_equal(run_of(&mpirun), 0);
    board_close(board);
    close(fd);
    assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_ends_with_the_program),
        cmocka_unit_test(test_what_an_outer_mpirun_set_is_dropped),
        cmocka_unit_test_setup_teardown(test_no_mpirun_is_a_reason_to_skip, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(test_another_mpi_is_a_reason_to_skip, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(test_version_4_is_told_by_orterun, enter_place,
                                        leave_place),
        cmocka_unit_test(test_ranks_yield_only_where_they_exceed_the_cores),
        cmocka_unit_test_setup_teardown(test_the_single_copy_is_named_in_each_versions_words,
                                        enter_place, leave_place),
        cmocka_unit_test(test_it_runs_and_leaves_nothing),
        cmocka_unit_test(test_a_message_comes_while_its_sender_computes_or_not),
        cmocka_unit_test(test_a_rank_that_is_hushed_polls_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
