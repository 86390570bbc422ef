/*
 * Plots become part of the page: an SVG as a data URI in an img, which runs nothing that is in it
 * and cannot collide with its neighbours' names (RFC 2397; SVG 2, chapter 2, "secure static mode").
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plot/plots.h"
#include "bench/present/html.h"
#include "bench/report/page.h"

#define PICTURE_BYTES_MAX (8u * 1024u * 1024u)

/* RFC 4648, section 4. */
static void put_base64(FILE *out, const unsigned char *data, size_t bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes; i += 3) {
        unsigned a = data[i], b = i + 1 < bytes ? data[i + 1] : 0,
                 c = i + 2 < bytes ? data[i + 2] : 0;
        fputc(digits[a >> 2], out);
        fputc(digits[(a & 3) << 4 | b >> 4], out);
        fputc(i + 1 < bytes ? digits[(b & 15) << 2 | c >> 6] : '=', out);
        fputc(i + 2 < bytes ? digits[c & 63] : '=', out);
    }
}

/* Returns the file's bytes, owned by the caller; NULL: it cannot be read, or is too large. */
static unsigned char *read_all(const char *path, size_t *bytes)
{
    FILE *file = fopen(path, "re");
    unsigned char *data = file != NULL ? malloc(PICTURE_BYTES_MAX) : NULL;
    *bytes = data != NULL ? fread(data, 1, PICTURE_BYTES_MAX, file) : 0;
    if (*bytes == 0 || *bytes == PICTURE_BYTES_MAX) {
        free(data);
        data = NULL;
    }
    if (file != NULL)
        fclose(file);
    return data;
}

static const struct plot *find_plot(const char *file)
{
    for (size_t i = 0; plots[i] != NULL; i++) {
        size_t length = strlen(plots[i]->name);
        if (strncmp(file, plots[i]->name, length) == 0 && strcmp(file + length, ".svg") == 0)
            return plots[i];
    }
    return NULL;
}

/* The finding stands in the picture; for who cannot see it there is what it shows, and below it the
 * tables have all its figures. */
static int put_picture(FILE *out, const char *directory, const char *file)
{
    char path[PATH_MAX + NAME_MAX + 2];
    size_t bytes;
    snprintf(path, sizeof path, "%s/%s", directory, file);
    unsigned char *data = read_all(path, &bytes);
    if (data == NULL)
        return -ENOENT;
    const struct plot *plot = find_plot(file);
    fputs("<figure><img alt=\"", out);
    html_text(out, plot != NULL ? plot->about : file);
    fputs("\" src=\"data:image/svg+xml;base64,", out);
    put_base64(out, data, bytes);
    fputs("\"></figure>\n", out);
    free(data);
    return 0;
}

static int is_svg(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".svg") == 0;
}

int page_pictures(FILE *out, const char *directory, size_t *count)
{
    char path[PATH_MAX], file[NAME_MAX];
    struct dirent **entries;
    *count = 0;
    snprintf(path, sizeof path, "%s/plots", directory);
    for (size_t i = 0; plots[i] != NULL; i++) {
        snprintf(file, sizeof file, "%s.svg", plots[i]->name);
        *count += put_picture(out, path, file) == 0;
    }
    int found = scandir(path, &entries, is_svg, alphasort);
    for (int i = 0; i < found; i++) {
        if (find_plot(entries[i]->d_name) == NULL)
            *count += put_picture(out, path, entries[i]->d_name) == 0;
        free(entries[i]);
    }
    if (found >= 0)
        free(entries);
    return 0;
}
