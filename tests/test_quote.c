/* Tests of bench/launch/quote.c: of what programs print, the line that tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "bench/launch/quote.h"

#define RULE "--------------------------------------------------------------------------\n"

static const struct {
    const char *name, *output, *quote;
} cases[] = {
    {"nothing", "", ""},
    {"no words", "\n \n-----\n42\n", ""},
    {"no complaint: the last line", "first words\nlast words\n", "last words"},
    {"no end of line", "last words", "last words"},
    {"a cell of ours", "cannot open the board: No such file or directory\n",
     "cannot open the board: No such file or directory"},
    {"rules around a paragraph, whose first one says what it is about",
     RULE "No network interfaces were found for out-of-band communications. We require\n"
          "at least one available network for out-of-band messaging.\n" RULE,
     "No network interfaces were found for out-of-band communications. We require at least one "
     "available "
     "network for out-of-band messaging."},
    {"a cause further below in the frame",
     RULE "A system call failed during shared memory initialization that should\n"
          "not have.\n\n  Local host:  vm\n  Error:       Read-only file system (errno 30)\n" RULE,
     "A system call failed during shared memory initialization that should not have. Error:       "
     "Read-only "
     "file system (errno 30)"},
    {"what is announced",
     RULE "mpirun was unable to start the specified application as it encountered an\nerror:\n\n"
          "Error code: -119\nError name: The limit on pipes was reached\n" RULE,
     "mpirun was unable to start the specified application as it encountered an error: Error code: "
     "-119"},
    {"before a frame, with who says it",
     "[vm:4711] [[1,0],0] ORTE_ERROR_LOG: The system limit on number of pipes a process can open "
     "was "
     "reached in file odls.c at line 9\n" RULE "mpirun was unable to start it\n" RULE,
     "ORTE_ERROR_LOG: The system limit on number of pipes a process can open was reached in file "
     "odls.c at "
     "line 9"},
    {"asterisks around a backtrace",
     "*** stack smashing detected ***: terminated\n[vm:1] *** Process received signal ***\n"
     "[vm:1] Signal: Aborted (6)\n[vm:1] [ 0] /lib/libc.so.6(abort+0x1)[0x7f]\n"
     "[vm:1] *** End of error message ***\n",
     "*** stack smashing detected ***: terminated"},
    {"a signal alone",
     "[vm:1] *** Process received signal ***\n[vm:1] Signal: Segmentation fault (11)\n"
     "[vm:1] [ 0] /lib/libc.so.6(+0x3c050)[0x7f]\n[vm:1] *** End of error message ***\n",
     "Signal: Segmentation fault (11)"},
    {"a traceback, and what comes after it",
     "Traceback (most recent call last):\n  File \"/usr/lib/error.py\", line 1, in f\n"
     "    raise ValueError('bad')\nValueError: bad\n"
     "/usr/lib/resource_tracker.py:224: UserWarning: resource_tracker: There appear to be 1 leaked "
     "semaphore objects\n  warnings.warn('resource_tracker: There appear to be %d '\n",
     "ValueError: bad"},
    {"a chain of exceptions begins with the cause",
     "Traceback (most recent call last):\n  File \"a.py\", line 1\nOSError: [Errno 30] Read-only "
     "file "
     "system\n\nDuring handling of the above exception, another exception occurred:\n\n"
     "Traceback (most recent call last):\n  File \"a.py\", line 2\nEOFError\n",
     "OSError: [Errno 30] Read-only file system"},
    {"a warning is no reason",
     "libx: Warning: couldn't open /etc/x: No such file or directory\nit is so\n", "it is so"},
    {"perf",
     "# Running 'sched/pipe'\nError:\nAccess to performance monitoring is limited.\nConsider it\n",
     "Error: Access to performance monitoring is limited."},
    {"gnuplot", "\n         plot x\n              ^\n\"a.gp\" line 3: undefined variable: x\n\n",
     "\"a.gp\" line 3: undefined variable: x"},
    {"what a terminal would obey", "cannot \033[31mgo on\n", "cannot ?[31mgo on"},
};

static void each_output_has_its_line(void **state)
{
    (void)state;
    char line[QUOTE_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].name);
        assert_string_equal(quote_line(cases[i].output, line, sizeof line), cases[i].quote);
    }
}

static void any_output_fits(void **state)
{
    (void)state;
    char output[4096], line[16];
    uint32_t random = 1;
    for (int i = 0; i < 20000; i++) {
        size_t length = (size_t)i % (sizeof output - 1);
        for (size_t byte = 0; byte < length; byte++) {
            random = random * 1664525 + 1013904223;
            output[byte] = "[] \n-:*erorcant"[random >> 28];
        }
        output[length] = '\0';
        assert_true(strlen(quote_line(output, line, sizeof line)) < sizeof line);
        i += 17;
    }
}

static void nothing_is_said_twice(void **state)
{
    (void)state;
    char status[64] = "failed";
    quote_add("", status, sizeof status);
    assert_string_equal(status, "failed");
    quote_add("why", status, sizeof status);
    quote_add("why", status, sizeof status);
    assert_string_equal(status, "failed; it said: why");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_output_has_its_line),
        cmocka_unit_test(any_output_fits),
        cmocka_unit_test(nothing_is_said_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
