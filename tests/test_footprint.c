/*
 * What bench spawn says of a thread's memory is that of the thread, whatever else maps the same
 * files.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/spawn/tool/footprint.h"
#include "common/child.h"

#define FILE_BYTES  (4u << 20)
#define GROWN_BYTES (256u << 10)
#define WORKERS     4
#define PAGE_KIB    4.0

static char *map_touched(int file, size_t bytes, int sharing)
{
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, sharing, file, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    memset(memory, 1, bytes);
    return memory;
}

struct neighbour {
    int file, ready[2];
};

/* Another process that maps the file, as any that has the same library would. */
static int map_too(void *argument)
{
    const struct neighbour *neighbour = argument;
    char byte = 0;
    char *memory = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, neighbour->file, 0);
    memset(memory, 1, FILE_BYTES);
    if (write(neighbour->ready[1], &byte, 1) != 1)
        return 1;
    return pause(); /* until the test ends it */
}

static void start_neighbour(struct neighbour *neighbour, struct child *child)
{
    char byte;
    assert_int_equal(pipe(neighbour->ready), 0);
    assert_int_equal(child_start(child, map_too, neighbour), 0);
    assert_int_equal(read(neighbour->ready[0], &byte, 1), 1);
}

/* The growth while the process gets GROWN_BYTES, and a neighbour comes or goes. */
static struct footprint growth_beside(bool comes)
{
    struct neighbour neighbour = {.file = memfd_create("parbench-test", MFD_CLOEXEC),
                                  .ready = {-1, -1}};
    struct child child = CHILD_NONE;
    struct footprint before, after;
    assert_int_equal(ftruncate(neighbour.file, FILE_BYTES), 0);
    char *shared = map_touched(neighbour.file, FILE_BYTES, MAP_SHARED);
    if (!comes)
        start_neighbour(&neighbour, &child);
    assert_int_equal(footprint_read(0, &before), 0);
    assert_int_equal(footprint_read(0, &before), 0); /* with the buffers of the first */
    char *grown = map_touched(-1, GROWN_BYTES, MAP_PRIVATE | MAP_ANONYMOUS);
    if (comes)
        start_neighbour(&neighbour, &child);
    else
        child_end(&child);
    assert_int_equal(footprint_read(0, &after), 0);
    child_end(&child);
    close(neighbour.ready[0]);
    close(neighbour.ready[1]);
    munmap(grown, GROWN_BYTES);
    munmap(shared, FILE_BYTES);
    close(neighbour.file);
    /* That PSS of the whole moves by much more shows that there was something to be deceived by. */
    double moved_kib = after.pss_kib - before.pss_kib - GROWN_BYTES / 1024.0;
    assert_true(comes ? moved_kib < -1024 : moved_kib > 1024);
    return footprint_growth(&before, &after, WORKERS);
}

static void check(const struct footprint *worker)
{
    const double wanted_kib = GROWN_BYTES / 1024.0 / WORKERS;
    assert_true(worker->uss_kib >= wanted_kib);
    assert_true(worker->uss_kib <= wanted_kib + 4 * PAGE_KIB); /* the heap's, the stack's */
    assert_true(worker->pss_kib >= worker->uss_kib);
    assert_true(worker->pss_kib <= wanted_kib + 4 * PAGE_KIB);
}

static void test_a_neighbour_comes(void **state)
{
    struct footprint worker = growth_beside(true);
    (void)state;
    check(&worker);
}

static void test_a_neighbour_goes(void **state)
{
    struct footprint worker = growth_beside(false);
    (void)state;
    check(&worker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_neighbour_comes),
        cmocka_unit_test(test_a_neighbour_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
