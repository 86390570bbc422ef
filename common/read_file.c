#include "common/read_file.h"

#include <stdio.h>
#include <string.h>

char *read_file(const char *path, char *text, size_t bytes)
{
    FILE *file = fopen(path, "re");
    size_t length = 0;
    if (file != NULL) {
        length = fread(text, 1, bytes - 1, file);
        fclose(file);
    }
    text[length] = '\0';
    return text;
}

char *read_line(const char *path, char *text, size_t bytes)
{
    read_file(path, text, bytes);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

char *read_value(const char *text, const char *key, char *value, size_t bytes)
{
    const size_t key_length = strlen(key);
    value[0] = '\0';
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (strncmp(line, key, key_length) == 0) {
            const char *start = line + key_length + strspn(line + key_length, " :=\t\"");
            snprintf(value, bytes, "%.*s", (int)strcspn(start, "\"\n"), start);
            return value;
        }
        line += length + (line[length] == '\n');
    }
    return value;
}
