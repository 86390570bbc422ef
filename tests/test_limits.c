/* Tests of common/cgroup.c and common/memory.c: what a group's files say, of both versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cgroup.h"
#include "common/memory.h"

#define MIB (1024ul * 1024)

static char directory[] = "/tmp/test_limits_XXXXXX";

static void put(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void take_away(const char *const names[])
{
    char path[128];
    for (size_t i = 0; names[i] != NULL; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
}

static void a_number_is_found_behind_its_word(void **state)
{
    (void)state;
    put("events", "oom_kill_disable 7\nunder_oom 0\noom_kill 3\n");
    put("max", "max\n");
    put("limit", "4096\n");
    assert_int_equal(cgroup_read(directory, "events", "oom_kill "), 3);
    assert_int_equal(cgroup_read(directory, "events", "oom_kill"),
                     CGROUP_NONE); /* of another word */
    assert_int_equal(cgroup_read(directory, "events", "missing "), CGROUP_NONE);
    assert_int_equal(cgroup_read(directory, "max", ""), CGROUP_NONE);
    assert_int_equal(cgroup_read(directory, "limit", ""), 4096);
    assert_int_equal(cgroup_read(directory, "nowhere", ""), CGROUP_NONE);
    take_away((const char *const[]){"events", "max", "limit", NULL});
}

static void version_2_leaves_what_its_limits_do(void **state)
{
    (void)state;
    put("memory.max", "max\n");
    put("memory.high", "max\n");
    put("memory.current", "104857600\n");
    put("memory.stat", "anon 1\nfile 62914560\ninactive_file 52428800\nactive_file 1\n");
    assert_true(memory_group_available(directory, true) == SIZE_MAX);
    put("memory.max", "157286400\n");
    assert_int_equal(memory_group_available(directory, true), 100 * MIB); /* without idle files */
    put("memory.high", "125829120\n");
    assert_int_equal(memory_group_available(directory, true), 70 * MIB); /* the brake comes first */
    put("memory.high", "1048576\n");
    assert_int_equal(memory_group_available(directory, true), 0);
    take_away(
        (const char *const[]){"memory.max", "memory.high", "memory.current", "memory.stat", NULL});
    assert_true(memory_group_available(directory, true) ==
                SIZE_MAX); /* of the root, which has none */
}

static void version_1_leaves_what_its_limit_does(void **state)
{
    (void)state;
    put("memory.limit_in_bytes", "157286400\n");
    put("memory.usage_in_bytes", "104857600\n");
    put("memory.stat", "cache 1\ninactive_file 1\ntotal_cache 1\ntotal_inactive_file 52428800\n");
    assert_int_equal(memory_group_available(directory, false), 100 * MIB);
    put("memory.limit_in_bytes", "9223372036854771712\n"); /* its way to say "none" */
    assert_true(memory_group_available(directory, false) > SIZE_MAX / 4);
    take_away((const char *const[]){"memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat",
                                    NULL});
}

static int make(void **state)
{
    (void)state;
    return mkdtemp(directory) == NULL;
}

static int drop(void **state)
{
    (void)state;
    return rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_found_behind_its_word),
        cmocka_unit_test(version_2_leaves_what_its_limits_do),
        cmocka_unit_test(version_1_leaves_what_its_limit_does),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
