#include "isolate.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>

size_t __sanitizer_get_current_allocated_bytes(void); /* gcc's library has it, but no header for it */

static size_t heap_bytes(void)
{
    return __sanitizer_get_current_allocated_bytes();
}

/* LeakSanitizer looks through all memory, which takes longer than most that is caged here. */
static bool heap_leaks(size_t before)
{
    return heap_bytes() > before && __lsan_do_recoverable_leak_check() != 0;
}
#else
static size_t heap_bytes(void)
{
    return 0;
}

static bool heap_leaks(size_t before)
{
    (void)before;
    return false;
}
#endif

#define TEXT_BYTES 512
#define CEILING_NS (60 * NS_PER_S)

struct cage {
    isolate_body *body;
    void *argument;
    char *text; /* text[TEXT_BYTES], shared with the parent */
};

const char *isolate_text(const char *format, ...)
{
    static char text[TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

int isolate_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count - 3; /* without ".", ".." and the folder's own */
}

/* Shared memory that this process maps. What stands in /dev/shm says less: others have files
 * there too, which come and go. */
static int shared_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int count = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, "/memfd:") != NULL || strstr(line, "/dev/shm/") != NULL;
    if (maps != NULL)
        fclose(maps);
    return count;
}

/* cmocka catches these, and a worker must not. */
static void default_signals(void)
{
    static const int signals[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS, SIGABRT};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_DFL);
}

static int caged(void *argument)
{
    struct cage *cage = argument;
    default_signals();
    int descriptors = isolate_descriptors();
    int mappings = shared_mappings();
    size_t heap = heap_bytes();
    const char *text = cage->body(cage->argument);
    int left = isolate_descriptors() - descriptors;
    if (text == NULL && left != 0)
        text = isolate_text("%d descriptors more than before", left);
    if (text == NULL && waitpid(-1, NULL, WNOHANG) >= 0)
        text = "a child is left";
    if (text == NULL && shared_mappings() != mappings)
        text = "shared memory is left mapped";
    if (text == NULL && heap_leaks(heap))
        text = "heap memory is left";
    snprintf(cage->text, TEXT_BYTES, "%s", text != NULL ? text : "");
    return text != NULL;
}

void isolate(const char *name, isolate_body *body, void *argument)
{
    struct cage cage = {.body = body, .argument = argument};
    struct child child;
    char ended[96], text[TEXT_BYTES];
    int status = -1;
    assert_int_equal(memory_create("test", TEXT_BYTES, (void **)&cage.text, NULL), 0);
    assert_int_equal(child_start(&child, caged, &cage), 0);
    int error = child_wait(&child, clock_deadline(CEILING_NS), &status);
    child_end(&child);
    memcpy(text, cage.text, TEXT_BYTES);
    memory_unmap(cage.text, TEXT_BYTES);
    if (error != 0)
        fail_msg("%s: hangs", name);
    else if (status != 0)
        fail_msg("%s: %s", name, *text ? text : child_describe(status, ended, sizeof ended));
}
