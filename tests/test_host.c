/* test_host.c - what bench finds out about the machine that it runs on: cores, quotas, facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/cores.h"
#include "bench/command/environment.h"
#include "bench/command/facts/fact.h"
#include "common/cgroup.h"
#include "common/cross_memory.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool near(double a, double b)
{
    return a - b < 1e-9 && b - a < 1e-9;
}

static void test_quota(void **state)
{
    (void)state;
    assert_true(near(cores_read_v2("150000 100000\n"), 1.5));
    assert_true(near(cores_read_v2("5000 100000"), 0.05));
    assert_true(near(cores_read_v1("400000\n", "100000\n"), 4));
    static const char *const none[] = {"max 100000\n", "",    "max",   "100000", "-1 100000",
                                       "100000 0",     "x y", "nan 1", "inf 1"};
    for (size_t i = 0; i < COUNT(none); i++)
        assert_true(near(cores_read_v2(none[i]), CORES_NO_QUOTA));
    assert_true(near(cores_read_v1("-1\n", "100000\n"), CORES_NO_QUOTA));
    assert_true(near(cores_read_v1("", ""), CORES_NO_QUOTA));
    assert_int_equal(cores_combine(8, CORES_NO_QUOTA), 8);
    assert_int_equal(cores_combine(8, 1.5), 2);
    assert_int_equal(cores_combine(8, 0.05), 1);
    assert_int_equal(cores_combine(2, 4), 2);
    assert_int_equal(cores_combine(2, 1e300), 2);
    assert_int_equal(cores_combine_whole(8, CORES_NO_QUOTA), 8);
    assert_int_equal(cores_combine_whole(8, 1.5), 1); /* two that spin would stop each other */
    assert_int_equal(cores_combine_whole(8, 0.05), 1);
    assert_int_equal(cores_combine_whole(2, 4), 2);
}

static void test_groups(void **state)
{
    (void)state;
    static const char hybrid[] = "9:name=systemd:/\n4:memory:/api/1\n3:cpu,cpuacct:/docker/ab\n"
                                 "2:cpuset:/set\n0::/user.slice/a:b\n";
    char path[64];
    assert_true(cgroup_path(hybrid, "cpu", path, sizeof path));
    assert_string_equal(path, "/docker/ab"); /* neither cpuset's nor memory's */
    assert_true(cgroup_path(hybrid, "", path, sizeof path));
    assert_string_equal(path, "/user.slice/a:b");
    assert_true(cgroup_path("0::/\n", "", path, sizeof path));
    assert_string_equal(path, "/");
    assert_false(cgroup_path("0::/\n", "cpu", path, sizeof path));
    assert_false(cgroup_path("", "", path, sizeof path));
    assert_false(cgroup_path("nonsense\n::\n", "cpu", path, sizeof path));
    assert_false(cgroup_path(hybrid, "cpu", path, 5)); /* it does not fit */
}

static void test_mounts(void **state)
{
    (void)state;
    static const char mounts[] =
        "20 1 0:4 / /proc rw - proc proc rw\n"
        "30 25 0:26 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
        "31 25 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
        "32 25 0:28 /docker/ab /sys/fs/cgroup/cpu rw shared:10 master:1 - cgroup cgroup "
        "rw,cpu,cpuacct\n"
        "a line that is none\n";
    char mount[64], root[64];
    assert_true(cgroup_mount(mounts, "cpu", mount, root, sizeof mount));
    assert_string_equal(mount, "/sys/fs/cgroup/cpu");
    assert_string_equal(root, "/docker/ab");
    assert_true(cgroup_mount(mounts, "", mount, root, sizeof mount));
    assert_string_equal(mount, "/sys/fs/cgroup/unified");
    assert_string_equal(root, "/");
    assert_false(cgroup_mount(mounts, "memory", mount, root, sizeof mount));
    assert_false(cgroup_mount("", "", mount, root, sizeof mount));
}

static void test_cores_here(void **state)
{
    (void)state;
    assert_in_range(cores_affinity(), 1, cores_online());
    assert_in_range(cores_usable(), 1, cores_affinity());
}

static void test_environment(void **state)
{
    (void)state;
    char *text = NULL, *argv[] = {(char *)"bench", (char *)"-w", (char *)"\"sum\"\xff\n", NULL};
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    assert_int_equal(environment_write(out, 3, argv), 0);
    fclose(out);
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    const char *line, *date, *compiler, *copy;
    int usable = 0, quantum = 0;
    assert_int_equal(json_unpack(root, "{s:{s:s, s:s}, s:{s:i, s:s}, s:{s:i}, s:{s:s}, s:[]}",
                                 "run", "command_line", &line, "date_utc", &date, "cores", "usable",
                                 &usable, "mpi_single_copy", &copy, "clock", "quantum_ns", &quantum,
                                 "build", "compiler", &compiler, "warnings"),
                     0);
    assert_non_null(strstr(line, "bench -w \"sum\""));
    assert_int_equal(strlen(date), strlen("2025-01-02T03:04:05Z"));
    assert_int_equal(usable, cores_usable());
    assert_string_equal(copy, cross_memory_try() == 0 ? "cma" : "none");
    assert_true(quantum > 0);
    assert_true(strlen(compiler) > 0);
    assert_null(json_object_get(root, "tools"));
    json_decref(root);
    free(text);
}

/* Each fact has a name of its own in its group, and an answer or none, but no broken one. */
static void test_facts(void **state)
{
    (void)state;
    struct fact_source source;
    fact_source_open(&source, 0, NULL);
    for (const struct fact_group *group = fact_groups; group->name != NULL; group++) {
        for (const struct fact_rule *rule = group->rules; rule->name != NULL; rule++) {
            for (const struct fact_rule *other = group->rules; other < rule; other++)
                assert_string_not_equal(rule->name, other->name);
            assert_in_range(strlen(rule->label), 1, 30);
            struct fact fact;
            fact_find(&source, rule, &fact);
            assert_true(fact.kind != FACT_TEXT || fact.text[0] != '\0');
            assert_null(strchr(fact.text, '\n'));
            assert_null(strchr(fact.warning, '\n'));
        }
    }
    fact_source_close(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quota),       cmocka_unit_test(test_groups),
        cmocka_unit_test(test_mounts),      cmocka_unit_test(test_cores_here),
        cmocka_unit_test(test_environment), cmocka_unit_test(test_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
