/*
 * Plots become part of the page: an SVG as a data URI in an img, which runs nothing that is in it
 * and cannot collide with its neighbours' names (RFC 2397; SVG 2, chapter 2, "secure static mode").
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

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

/* What the picture says of itself: the first <title> that gnuplot was told, else its file's name.
 * Entities in it are HTML's as well, so it is copied as it stands. */
static void put_title(FILE *out, const char *svg, size_t bytes, const char *name)
{
    static const char open[] = "<desc>";
    const char *begin = memmem(svg, bytes, open, sizeof open - 1);
    const char *end =
        begin != NULL ? memchr(begin + 6, '<', bytes - (size_t)(begin + 6 - svg)) : NULL;
    if (end != NULL && end > begin + 6 &&
        memchr(begin + 6, '"', (size_t)(end - begin) - 6) == NULL &&
        strncmp(begin + 6, "Produced", 8) != 0)
        fwrite(begin + 6, 1, (size_t)(end - begin) - 6, out);
    else
        html_text(out, name);
}

static int put_picture(FILE *out, const char *directory, const char *name)
{
    char path[PATH_MAX + NAME_MAX + 2];
    size_t bytes;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    unsigned char *data = read_all(path, &bytes);
    if (data == NULL)
        return -ENOENT;
    fputs("<figure><img alt=\"", out);
    put_title(out, (const char *)data, bytes, name);
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
    char plots[PATH_MAX];
    struct dirent **entries;
    *count = 0;
    snprintf(plots, sizeof plots, "%s/plots", directory);
    int found = scandir(plots, &entries, is_svg, alphasort);
    for (int i = 0; i < found; i++) {
        *count += put_picture(out, plots, entries[i]->d_name) == 0;
        free(entries[i]);
    }
    if (found >= 0)
        free(entries);
    return 0;
}
