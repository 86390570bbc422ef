#include "bench/launch/variables.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/data/text.h"

#define SHOWN_BYTES 64 /* of one variable, where it is told */

/* The first rule that fits decides. A name that ends with '*' is that of all that begin so. */
static const struct rule {
    const char *name;
    enum variables_fate fate;
    const char *does; /* a variable that is removed, or what it is */
} rules[] = {
    {"OMP_*", VARIABLES_OF_OPENMP, NULL},
    {"GOMP_*", VARIABLES_OF_OPENMP, NULL},
    {"KMP_*", VARIABLES_OF_OPENMP, NULL}, /* LLVM's runtime, which a plug-in may have */
    {"ACC_*", VARIABLES_OF_OPENMP, NULL},

    {"MALLOC_*", VARIABLES_OF_LIBC, NULL},
    {"GLIBC_TUNABLES", VARIABLES_OF_LIBC, NULL},
    {"LD_LIBRARY_PATH", VARIABLES_OF_PATHS, NULL},
    {"LD_DEBUG*", VARIABLES_REMOVED, "has the loader print"},
    {"LD_VERBOSE", VARIABLES_REMOVED, "has the loader print"},
    {"LD_SHOW_AUXV", VARIABLES_REMOVED, "has the loader print"},
    {"LD_*", VARIABLES_OF_LOADER, NULL},

    /* Where an Open MPI lies that was moved is no setting. */
    {"PMIX_PREFIX", VARIABLES_HANDED_ON, NULL},
    {"PMIX_INSTALL_PREFIX", VARIABLES_HANDED_ON, NULL},
    {"PRTE_PREFIX", VARIABLES_HANDED_ON, NULL},
    {"OMPI_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"OMPIHOME", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"PMIX_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"PRTE_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"ORTE_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"PMI_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"HYDRA_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"MPIEXEC_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"MPICH_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"I_MPI_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"UCX_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"FI_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"PSM2_*", VARIABLES_OF_LAUNCHERS, "of MPI"},
    {"SLURM_*", VARIABLES_OF_LAUNCHERS, "of a batch system"},
    {"PBS_*", VARIABLES_OF_LAUNCHERS, "of a batch system"},
    {"LSB_*", VARIABLES_OF_LAUNCHERS, "of a batch system"},
    {"SGE_*", VARIABLES_OF_LAUNCHERS, "of a batch system"},
    {"PE_HOSTFILE", VARIABLES_OF_LAUNCHERS, "of a batch system"},
    {"FLUX_*", VARIABLES_OF_LAUNCHERS, "of a batch system"},

    {"BENCHMARK_*", VARIABLES_REMOVED, "chooses what Google Benchmark runs"},
    {"HWLOC_*", VARIABLES_REMOVED, "makes another machine of this one"},
    {"PYTHON*", VARIABLES_REMOVED, "changes Python"},
    {"PERF_*", VARIABLES_REMOVED, "changes perf"},
    {"GNUPLOT_*", VARIABLES_REMOVED, "changes gnuplot"},
    {"GNUTERM", VARIABLES_REMOVED, "changes gnuplot"},
    {"BASH_ENV", VARIABLES_REMOVED, "changes shell scripts"},
    {"SHELLOPTS", VARIABLES_REMOVED, "changes shell scripts"},
    {"BASHOPTS", VARIABLES_REMOVED, "changes shell scripts"},
    {"GSL_*", VARIABLES_REMOVED, "changes how GSL computes"},
    {"LIBSMARTCOLS_*", VARIABLES_REMOVED, "changes tables"},
    {"ARGP_HELP_FMT", VARIABLES_REMOVED, "changes the help"},
    {"POSIXLY_CORRECT", VARIABLES_REMOVED, "ends options at the first other word"},
    {VARIABLES_SETTINGS, VARIABLES_REMOVED, "is bench's own"},
};

#define RULES (sizeof rules / sizeof rules[0])

/* --- deciding -----------------------------------------------------------------------------------
 */

static size_t name_length(const char *variable)
{
    return strcspn(variable, "=");
}

static bool fits(const struct rule *rule, const char *variable)
{
    size_t length = strlen(rule->name);
    if (rule->name[length - 1] == '*')
        return strncmp(variable, rule->name, length - 1) == 0;
    return name_length(variable) == length && strncmp(variable, rule->name, length) == 0;
}

/* Its rule; NULL: it has none. */
static const struct rule *find_rule(const char *variable)
{
    for (size_t i = 0; i < RULES; i++)
        if (fits(&rules[i], variable))
            return &rules[i];
    return NULL;
}

static enum variables_fate fate_of(const char *variable)
{
    const struct rule *rule = find_rule(variable);
    return rule != NULL ? rule->fate : VARIABLES_HANDED_ON;
}

static bool is_handed_on(const char *variable, enum variables_reader reader)
{
    switch (fate_of(variable)) {
    case VARIABLES_OF_OPENMP:
        return reader == VARIABLES_OPENMP;
    case VARIABLES_OF_LAUNCHERS:
    case VARIABLES_REMOVED:
        return false;
    default:
        return true;
    }
}

/* One without a value says nothing to libgomp, the C library and the loader. */
static bool is_empty(const char *variable)
{
    return variable[name_length(variable)] == '\0' || variable[name_length(variable) + 1] == '\0';
}

/* Whether a row tells of it. */
static bool is_setting(const char *variable, enum variables_reader reader)
{
    enum variables_fate fate = fate_of(variable);
    return !is_empty(variable) && (fate == VARIABLES_OF_LIBC || fate == VARIABLES_OF_LOADER ||
                                   (fate == VARIABLES_OF_OPENMP && reader == VARIABLES_OPENMP));
}

void variables_settle(void)
{
    for (size_t i = 0; environ[i] != NULL;) {
        char name[256];
        snprintf(name, sizeof name, "%.*s", (int)name_length(environ[i]), environ[i]);
        if (fate_of(environ[i]) != VARIABLES_REMOVED || unsetenv(name) != 0)
            i++;
    }
}

/* --- making -------------------------------------------------------------------------------------
 */

static bool is_named(const char *variable, const char *name)
{
    return name_length(variable) == strlen(name) && strncmp(variable, name, strlen(name)) == 0;
}

static bool has(char *const *environment, const char *name)
{
    while (*environment != NULL && !is_named(*environment, name))
        environment++;
    return *environment != NULL;
}

/* Appends a text, which becomes the environment's. */
static int append(char ***environment, char *text)
{
    size_t count = 0;
    while (*environment != NULL && (*environment)[count] != NULL)
        count++;
    char **longer = text == NULL ? NULL : realloc(*environment, (count + 2) * sizeof *longer);
    if (longer == NULL) {
        free(text);
        return -ENOMEM;
    }
    longer[count] = text;
    longer[count + 1] = NULL;
    *environment = longer;
    return 0;
}

int variables_set(char ***environment, const char *name, const char *value)
{
    char *text = NULL;
    if (asprintf(&text, "%s=%s", name, value) < 0)
        return -ENOMEM;
    for (char **variable = *environment; variable != NULL && *variable != NULL; variable++)
        if (is_named(*variable, name)) {
            free(*variable);
            *variable = text;
            return 0;
        }
    return append(environment, text);
}

void variables_free(char **environment)
{
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++)
        free(environment[i]);
    free(environment);
}

__attribute__((format(printf, 3, 4))) static void add_text(char *text, size_t bytes,
                                                           const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, bytes - used, format, arguments);
    va_end(arguments);
}

/* Appends a variable as it is told: harmless, and not too long. */
static void add_variable(char *text, size_t bytes, const char *variable)
{
    char shown[SHOWN_BYTES];
    add_text(text, bytes, "%s%s", *text != '\0' ? " " : "",
             text_brief(variable, shown, sizeof shown));
}

char *variables_settings(const struct variables *variables, char text[VARIABLES_SETTINGS_BYTES])
{
    snprintf(text, VARIABLES_SETTINGS_BYTES, "%s",
             variables->settings != NULL ? variables->settings : "");
    for (char **variable = environ; *variable != NULL; variable++)
        if (is_setting(*variable, variables->reader))
            add_variable(text, VARIABLES_SETTINGS_BYTES, *variable);
    return text;
}

static int set_settings(char ***environment, const struct variables *variables)
{
    char text[VARIABLES_SETTINGS_BYTES];
    variables_settings(variables, text);
    return *text != '\0' ? variables_set(environment, VARIABLES_SETTINGS, text) : 0;
}

/* libgomp's threads wait for work by spinning for milliseconds, which steals the core from whomever
 * they wait for; in a cell they spin as briefly as the other backends do. Users may say otherwise,
 * by libgomp's variable or by the standard's, which libgomp would not look at beside its own. */
static int calm_openmp(char ***environment)
{
    if (has(*environment, "OMP_WAIT_POLICY") || has(*environment, "GOMP_SPINCOUNT"))
        return 0;
    return variables_set(environment, "GOMP_SPINCOUNT", "250");
}

char **variables_make(const struct variables *variables)
{
    char **made = NULL;
    int error = 0;
    for (char **variable = environ; *variable != NULL && error == 0; variable++)
        if (is_handed_on(*variable, variables->reader))
            error = append(&made, strdup(*variable));
    if (error == 0) /* a number has its point and a message its words, wherever the user lives */
        error = variables_set(&made, "LC_ALL", "C");
    if (error == 0 && variables->directory != NULL)
        error = variables_set(&made, "TMPDIR", variables->directory);
    if (error == 0 && variables->reader != VARIABLES_PROGRAM)
        error = calm_openmp(&made);
    if (error == 0)
        error = set_settings(&made, variables);
    if (error == 0)
        return made;
    variables_free(made);
    return NULL;
}

/* --- telling ------------------------------------------------------------------------------------
 */

/* Calls look for each variable that this process was started with: of some nothing is left in
 * environ. */
static void look_back(void (*look)(void *context, const char *variable), void *context)
{
    char *variable = NULL;
    size_t bytes = 0;
    FILE *file = fopen("/proc/self/environ", "re");
    while (file != NULL && getdelim(&variable, &bytes, '\0', file) > 0)
        look(context, variable);
    free(variable);
    if (file != NULL)
        fclose(file);
}

struct telling {
    enum variables_fate fate;
    char *text;
    size_t bytes;
};

static void tell_one(void *context, const char *variable)
{
    const struct telling *telling = context;
    if (fate_of(variable) == telling->fate && !is_empty(variable))
        add_variable(telling->text, telling->bytes, variable);
}

char *variables_tell(enum variables_fate fate, char *text, size_t bytes)
{
    struct telling telling = {fate, text, bytes};
    *text = '\0';
    look_back(tell_one, &telling);
    return text;
}

struct removed { /* by rule */
    unsigned counts[RULES];
    char names[RULES][SHOWN_BYTES]; /* of the last one */
};

static void count_one(void *context, const char *variable)
{
    struct removed *removed = context;
    const struct rule *rule = find_rule(variable);
    if (rule == NULL || rule->does == NULL)
        return;
    removed->counts[rule - rules]++;
    snprintf(removed->names[rule - rules], SHOWN_BYTES, "%.*s", (int)name_length(variable),
             variable);
}

char *variables_tell_removed(char *text, size_t bytes)
{
    struct removed removed = {{0}, {{0}}};
    const char *before = NULL; /* what the last one is */
    *text = '\0';
    look_back(count_one, &removed);
    for (size_t i = 0; i < RULES; i++) {
        if (removed.counts[i] == 0)
            continue;
        if (before != NULL && strcmp(before, rules[i].does) != 0)
            add_text(text, bytes, " (%s), ", before);
        else if (before != NULL)
            add_text(text, bytes, ", ");
        if (removed.counts[i] > 1)
            add_text(text, bytes, "%s %u times", rules[i].name, removed.counts[i]);
        else
            add_text(text, bytes, "%s", removed.names[i]);
        before = rules[i].does;
    }
    if (before != NULL)
        add_text(text, bytes, " (%s)", before);
    text_clean(text);
    return text;
}
