#include "bench/command/commands.h"

#include <stdarg.h>
#include <stdio.h>

#include "bench/data/text.h"

#define LINE_BYTES 1024

int command_refuse(const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    text_clean(line);
    fprintf(stderr, "bench: %s\n", line);
    return COMMAND_USAGE;
}
