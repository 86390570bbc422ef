#include "bench/launch/mpirun.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/launch/lack.h"
#include "bench/launch/variables.h"
#include "common/io.h"

/* In the tables below, for what is decided for each command: */
#define DIRECTORY "@directory" /* the private one */
#define YIELDS    "@yields"    /* 0 or 1 */
#define COPY      "@copy"      /* the single-copy mechanism, in version 4's words */
#define COPY_5    "@copy5"     /* ... and in version 5's */

/* What is asked of Open MPI 4 and why (mpirun(1); ompi_info --all). A row is up to three words. */
static const char *const version4[][3] = {
    {"--quiet"},                    /* the runner names a dead rank in one line */
    {"--oversubscribe"},            /* more ranks than cores are allowed */
    {"--bind-to", "none"},          /* binding is the runner's business */
    {"--mca", "plm", "isolated"},   /* one machine: needs no ssh */
    {"--mca", "pml", "ob1"},        /* looks for no network: 0.2 s faster; */
    {"--mca", "osc", "sm"},         /* nor is one wanted for what no rank here uses */
    {"--mca", "btl", "self,vader"}, /* messages go through shared memory, */
    {"--mca", "btl_vader_backing_directory", DIRECTORY}, /* which can be removed; */
    {"--mca", "btl_vader_single_copy_mechanism", COPY},  /* large ones by one copy, where allowed */
    {"--mca", "odls_base_sigkill_timeout", "0"},         /* with one rank all die, at once */
    {"--mca", "mpi_yield_when_idle", YIELDS},            /* else --oversubscribe decides it */
    {NULL},
};

/* The same as far as version 5 has it (its mpirun is PRRTE's prterun). vader is called sm there,
 * and single copies are a framework of their own, smsc, whose components are named or, with ^, left
 * out (docs.open-mpi.org 5.0, "Shared Memory"; opal/mca/smsc). From its manual and its source:
 * there was no version 5 to try it on, so how it treats a dead rank is not known either. */
static const char *const version5[][3] = {
    {"--map-by", ":OVERSUBSCRIBE"},
    {"--bind-to", "none"},
    {"--mca", "pml", "ob1"},
    {"--mca", "osc", "sm"},
    {"--mca", "btl", "self,sm"},
    {"--mca", "btl_sm_backing_directory", DIRECTORY},
    {"--mca", "smsc", COPY_5},
    {"--mca", "mpi_yield_when_idle", YIELDS},
    {NULL},
};

/* What may call itself mpirun is told by its company: ompi_info comes with Open MPI and nothing
 * else, orterun with its versions up to 4. Debian adds a suffix where several MPIs are installed.
 */
static const struct launcher {
    const char *name;
    const char *const (*settings)[3];
} launchers[] = {{"orterun", version4}, {"mpirun.openmpi", version5}, {"mpirun", version5}};

/* In the environment, beside what variables.h decides for any program. A measurement depends on
 * nothing that its row does not tell, so nobody's files of parameters are read. A user's are looked
 * for at home (~/.openmpi, ~/.pmix, ~/.prte), and without a home Open MPI crashes: */
static const char *const homeless[][2] = {
    {"HOME", DIRECTORY},
    {"LSAN_OPTIONS", "detect_leaks=0"}, /* MPI keeps some memory, which is not our leak */
    {NULL, NULL},
};
/* ... the system's are where it was built to, unless it is told "none": of these names version 4
 * has the first three, version 5 with its PMIx and PRRTE all but the second (mca_base_var.c in opal
 * and in pmix, prte_mca_params.c). */
static const char *const additions[][2] = {
    {"OMPI_MCA_mca_base_param_files", "none"},
    {"OMPI_MCA_orte_default_hostfile", "none"},
    {"PMIX_MCA_mca_base_param_files", "none"},
    {"PRTE_MCA_prte_param_files", "none"},
    {"PRTE_MCA_prte_default_hostfile", "none"},
    {"HWLOC_PLUGINS_PATH", DIRECTORY}, /* no plug-ins, which ask X11 and OpenCL for devices */
    {"PMIX_MCA_gds", "hash"},          /* no shared memory just for a handful of addresses */
    {NULL, NULL},
};

#define HOST_NAME_LONGEST 56
#define FILES_OF_MPIRUN   27 /* the least with which Open MPI 4.1 started ranks of /bin/true, */
#define FILES_OF_RANK     4  /* by ulimit -n: 35 for 2 and 47 for 5 of them */

/* Why there are no programs of ours that mpirun could start, or NULL. */
#ifdef PARBENCH_WITHOUT_MPI
static const char *const built_without = PARBENCH_WITHOUT_MPI;
#else
static const char *const built_without = NULL;
#endif

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* --- finding ------------------------------------------------------------------------------------
 */

/* The first directory on PATH that has this program. */
static bool find_directory(const char *program, char *directory, size_t bytes)
{
    const char *path = getenv("PATH");
    char file[PATH_MAX];
    while (path != NULL && *path != '\0') {
        int length = (int)strcspn(path, ":");
        int written = snprintf(file, sizeof file, "%.*s/%s", length, path, program);
        if (length > 0 && (size_t)written < sizeof file && (size_t)length < bytes &&
            access(file, X_OK) == 0) {
            snprintf(directory, bytes, "%.*s", length, path);
            return true;
        }
        path += length + (path[length] == ':');
    }
    return false;
}

static const struct launcher *find_launcher(char *path, size_t bytes)
{
    char directory[PATH_MAX];
    if (built_without != NULL || !find_directory("ompi_info", directory, sizeof directory))
        return NULL;
    for (size_t i = 0; i < LENGTH(launchers); i++) {
        int written = snprintf(path, bytes, "%s/%s", directory, launchers[i].name);
        if (written > 0 && (size_t)written < bytes && access(path, X_OK) == 0)
            return &launchers[i];
    }
    return NULL;
}

static int say_missing(char *message, size_t bytes)
{
    char directory[PATH_MAX];
    bool other = find_directory("mpirun", directory, sizeof directory);
    if (built_without != NULL)
        snprintf(message, bytes, "%s", built_without);
    else
        snprintf(message, bytes, "%s: install Open MPI (openmpi-bin) or put its bin on PATH",
                 other ? "the mpirun on PATH is not Open MPI's" : "there is no mpirun on PATH");
    return -ENOENT;
}

/* What keeps any mpirun of Open MPI from starting anything, and of which it says little or nothing:
 * under a long host name it overruns a buffer of its own (open-mpi/ompi#13358). */
static int find_obstacle(char *message, size_t bytes)
{
    char name[HOST_NAME_MAX + 1] = "";
    gethostname(name, sizeof name - 1);
    if (strlen(name) > HOST_NAME_LONGEST) {
        snprintf(
            message, bytes,
            "Open MPI crashes under a host name of %zu characters: give the machine or container "
            "one of at most %d (docker run --hostname; unshare --uts)",
            strlen(name), HOST_NAME_LONGEST);
        return -ENAMETOOLONG;
    }
    if (!lack_network()) {
        snprintf(message, bytes,
                 "mpirun needs a network interface, and none is up here: "
                 "ip link set lo up");
        return -ENETDOWN;
    }
    return 0;
}

/* mpirun itself, for pipes to each rank: with fewer it says so, and hangs. */
static int find_descriptors(unsigned ranks, char *message, size_t bytes)
{
    const unsigned needed = FILES_OF_MPIRUN + FILES_OF_RANK * ranks;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < needed)
        io_raise_limit();
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return 0;
    snprintf(
        message, bytes,
        "mpirun needs %u descriptors for %u ranks, and a process may have %u: fewer workers, or "
        "ulimit -n 4096",
        needed, ranks, (unsigned)limit.rlim_cur);
    return -EMFILE;
}

int mpirun_find(unsigned ranks, char *message, size_t bytes)
{
    char path[PATH_MAX];
    if (find_launcher(path, sizeof path) == NULL)
        return say_missing(message, bytes);
    int error = find_obstacle(message, bytes);
    return error != 0 ? error : find_descriptors(ranks, message, bytes);
}

/* --- deciding -----------------------------------------------------------------------------------
 */

bool mpirun_yields(const struct mpirun *mpirun)
{
    return mpirun->ranks > mpirun->cores;
}

static const char *fill(const char *value, const struct mpirun *mpirun)
{
    if (strcmp(value, DIRECTORY) == 0)
        return mpirun->directory;
    if (strcmp(value, YIELDS) == 0)
        return mpirun_yields(mpirun) ? "1" : "0";
    if (strcmp(value, COPY) == 0)
        return mpirun->single_copy ? "cma" : "none";
    if (strcmp(value, COPY_5) == 0)
        return mpirun->single_copy ? "cma" : "^cma,knem,xpmem";
    return value;
}

#define OWN_SETTINGS_BYTES 64

static char *own_settings(const struct mpirun *mpirun, char text[OWN_SETTINGS_BYTES])
{
    snprintf(text, OWN_SETTINGS_BYTES, "yield=%d copy=%s", mpirun_yields(mpirun),
             fill(COPY, mpirun));
    return text;
}

/* --- building -----------------------------------------------------------------------------------
 */

struct list {
    char **texts; /* ends with NULL, as execve wants it */
    size_t count;
    bool failed; /* no memory: checked once, at the end */
};

static void add(struct list *list, const char *word)
{
    char **texts = realloc(list->texts, (list->count + 2) * sizeof *texts);
    if (texts != NULL)
        list->texts = texts;
    char *text = strdup(word);
    if (texts == NULL || text == NULL) {
        free(text);
        list->failed = true;
        return;
    }
    texts[list->count++] = text;
    texts[list->count] = NULL;
}

static void add_arguments(struct list *list, const struct mpirun *mpirun, const char *path,
                          const struct launcher *launcher)
{
    char ranks[16];
    snprintf(ranks, sizeof ranks, "%u", mpirun->ranks);
    add(list, path);
    add(list, "-n");
    add(list, ranks);
    if (geteuid() == 0)
        add(list, "--allow-run-as-root");
    for (size_t row = 0; launcher->settings[row][0] != NULL; row++)
        for (size_t i = 0; i < 3 && launcher->settings[row][i] != NULL; i++)
            add(list, fill(launcher->settings[row][i], mpirun));
    for (size_t i = 0; mpirun->argv[i] != NULL; i++)
        add(list, mpirun->argv[i]);
}

/* Sets all of a table, which ends with NULL, unless *environment is NULL already: no memory. */
static void set_all(char ***environment, const char *const (*table)[2], const struct mpirun *mpirun)
{
    for (; (*table)[0] != NULL && *environment != NULL; table++) {
        if (variables_set(environment, (*table)[0], fill((*table)[1], mpirun)) == 0)
            continue;
        variables_free(*environment);
        *environment = NULL;
    }
}

static struct variables rank_variables(const struct mpirun *mpirun, char own[OWN_SETTINGS_BYTES])
{
    return (struct variables){.reader = VARIABLES_CELL,
                              .directory = mpirun->directory,
                              .settings = own_settings(mpirun, own)};
}

char *mpirun_settings(const struct mpirun *mpirun, char text[VARIABLES_SETTINGS_BYTES])
{
    char own[OWN_SETTINGS_BYTES];
    const struct variables variables = rank_variables(mpirun, own);
    return variables_settings(&variables, text);
}

static char **make_environment(const struct mpirun *mpirun)
{
    char own[OWN_SETTINGS_BYTES];
    const struct variables variables = rank_variables(mpirun, own);
    char **environment = variables_make(&variables);
    set_all(&environment, homeless, mpirun);
    set_all(&environment, additions, mpirun);
    return environment;
}

char **mpirun_plain_environment(const char *directory)
{
    const struct variables variables = {.directory = directory};
    char **environment = variables_make(&variables);
    set_all(&environment, homeless, &(struct mpirun){.directory = directory});
    return environment;
}

int mpirun_command(const struct mpirun *mpirun, struct mpirun_command *command, char *message,
                   size_t bytes)
{
    char path[PATH_MAX];
    struct list arguments = {0};
    *command = (struct mpirun_command){0};
    const struct launcher *launcher = find_launcher(path, sizeof path);
    if (launcher == NULL)
        return say_missing(message, bytes);
    add_arguments(&arguments, mpirun, path, launcher);
    *command = (struct mpirun_command){arguments.texts, make_environment(mpirun)};
    if (!arguments.failed && command->environment != NULL)
        return 0;
    mpirun_command_free(command);
    snprintf(message, bytes, "no memory for the command line of mpirun");
    return -ENOMEM;
}

void mpirun_command_free(struct mpirun_command *command)
{
    variables_free(command->argv); /* a list of texts as well */
    variables_free(command->environment);
    *command = (struct mpirun_command){0};
}
