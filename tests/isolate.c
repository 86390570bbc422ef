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

size_t
__sanitizer_get_current_allocated_bytes(void); /* gcc's library has it, but no header for it */

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
#define CEILING_NS (120 * NS_PER_S)

struct cage {
    isolate_body *body;
    void *argument;
    struct note *note; /* shared with the parent */
};

static struct note {
    char step[TEXT_BYTES], wrong[TEXT_BYTES];
} * note; /* of the cage that this process is in */

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

struct isolate_look isolate_look(void)
{
    return (struct isolate_look){isolate_descriptors(), shared_mappings(), heap_bytes()};
}

const char *isolate_left(const struct isolate_look *before)
{
    int left = isolate_descriptors() - before->descriptors;
    if (left != 0)
        return isolate_text("%d descriptors more than before", left);
    if (waitpid(-1, NULL, WNOHANG) >= 0)
        return "a child is left";
    if (shared_mappings() != before->mappings)
        return "shared memory is left mapped";
    return heap_leaks(before->heap_bytes) ? "heap memory is left" : NULL;
}

void isolate_step(const char *name)
{
    snprintf(note->step, sizeof note->step, ", %s", name);
}

static int caged(void *argument)
{
    struct cage *cage = argument;
    note = cage->note;
    default_signals();
    struct isolate_look before = isolate_look();
    const char *wrong = cage->body(cage->argument);
    if (wrong == NULL)
        wrong = isolate_left(&before);
    snprintf(note->wrong, sizeof note->wrong, "%s", wrong != NULL ? wrong : "");
    return wrong != NULL;
}

void isolate(const char *name, isolate_body *body, void *argument)
{
    struct cage cage = {.body = body, .argument = argument};
    struct child child;
    char ended[96];
    int status = -1;
    assert_int_equal(memory_create("test", sizeof *cage.note, (void **)&cage.note, NULL), 0);
    fflush(NULL); /* or the child would print it once more */
    assert_int_equal(child_start(&child, caged, &cage), 0);
    int error = child_wait(&child, clock_deadline(CEILING_NS), &status);
    child_end(&child);
    struct note told = *cage.note;
    memory_unmap(cage.note, sizeof *cage.note);
    if (error != 0)
        fail_msg("%s%s: hangs", name, told.step);
    else if (status != 0)
        fail_msg("%s%s: %s", name, told.step,
                 *told.wrong ? told.wrong : child_describe(status, ended, sizeof ended));
}
