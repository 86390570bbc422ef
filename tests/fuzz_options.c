/*
 * fuzz_options - any bytes as a command line: no crash, no leak, and one line where it is refused.
 *
 * Built with PARBENCH_FUZZ. Words are separated by newlines.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/options.h"
#include "common/check.h"

#define WORDS_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *argv[WORDS_MAX + 2], message[OPTIONS_LINE_BYTES];
    int argc = 0;
    CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    argv[argc++] = (char *)"bench";
    for (char *rest = text, *word; argc <= WORDS_MAX && (word = strsep(&rest, "\n")) != NULL;)
        argv[argc++] = word;
    argv[argc] = NULL;

    struct options options;
    int parsed = options_parse(&options, argc, argv, message, sizeof message);
    CHECK(parsed >= 0 || parsed == -EINVAL || parsed == -ENOMEM);
    if (parsed == OPTIONS_RUN) {
        CHECK(options.backend_count > 0 && options.workload_count > 0);
        CHECK(options.worker_count > 0 && options.schedule_count > 0);
        for (size_t i = 0; i < options.worker_count; i++)
            CHECK(options.workers[i] >= 1 && options.workers[i] <= BOARD_LINES);
        options_free(&options);
    } else if (parsed == -EINVAL) {
        CHECK(message[0] != '\0' && strchr(message, '\n') == NULL);
    }
    free(text);
    return 0;
}
