#include "bench/command/commands.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/data/text.h"

#define LINE_BYTES       1024
#define PATH_SHOWN_BYTES 320

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

int command_check_run(const char *command, const char *directory)
{
    char shown[PATH_SHOWN_BYTES];
    struct stat about;
    int error = stat(directory, &about) != 0 ? errno : 0;
    text_brief(directory, shown, sizeof shown);
    if (error == ENOENT)
        return command_refuse("%s: there is no directory '%s': run bench with -o first", command,
                              shown);
    if (error != 0)
        return command_refuse("%s: cannot read '%s': %s", command, shown, strerror(error));
    if (!S_ISDIR(about.st_mode))
        return command_refuse("%s: '%s' is a file: name the directory that it lies in", command,
                              shown);
    return COMMAND_OK;
}

void command_note_cut_off(const char *path)
{
    char shown[PATH_SHOWN_BYTES];
    fprintf(stderr, "bench: %s: its last row has no end; it was cut off and is left out\n",
            text_brief(path, shown, sizeof shown));
}
