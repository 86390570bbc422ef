/*
 * What others have set in the environment, and who gets to see it (bench/launch/variables.h).
 */
#include "bench/launch/variables.h"
#include "bench/command/facts/fact.h"

struct told {
    enum variables_fate fate;
    const char *warning; /* with the variables' names before it; NULL: none */
};

static void find_told(const struct fact_query *query, struct fact *fact)
{
    const struct told *told = query->rule->detail;
    char text[FACT_TEXT_BYTES / 2];
    if (*variables_tell(told->fate, text, sizeof text) == '\0') {
        fact_unknown(fact, "none");
        return;
    }
    fact_text(fact, "%s", text);
    if (told->warning != NULL)
        fact_warn(fact, "%s: %s", text, told->warning);
}

static void find_removed(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    char text[FACT_TEXT_BYTES];
    if (*variables_tell_removed(text, sizeof text) == '\0')
        fact_unknown(fact, "none");
    else
        fact_text(fact, "%s", text);
}

static const struct told
    openmp =
        {VARIABLES_OF_OPENMP,
         "the OpenMP runtime binds, counts or lets wait its threads by that; only cells of openmp "
         "and of plug-ins get it, and their rows tell (settings); --pin binds workers of any "
         "backend"},
    libc = {VARIABLES_OF_LIBC,
            "the C library works differently in each program that is measured, and "
            "rows tell (settings); unset it unless that is your question"},
    loader =
        {VARIABLES_OF_LOADER,
         "each program that is measured loads other libraries, or in another way, and rows tell "
         "(settings); unset it unless that is your question"},
    paths = {VARIABLES_OF_PATHS, NULL};

const struct fact_rule variable_rules[] = {
    {"openmp", "OpenMP's", "", find_told, &openmp, false},
    {"c_library", "the C library's", "", find_told, &libc, false},
    {"loader", "the loader's", "", find_told, &loader, false},
    {"library_path", "where libraries are taken from", "", find_told, &paths, false},
    {"removed", "not handed on", "", find_removed, NULL, false},
    {NULL, NULL, NULL, NULL, NULL, false},
};
