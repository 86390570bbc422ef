#include "bench/data/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/data/text.h"

#define PATH_SHOWN_BYTES 320

/* ---- opening ----------------------------------------------------------------------------------
 */

/* Of devices (/dev/null, a terminal) there may well be two. */
static bool is_standard_output(const struct stat *file)
{
    struct stat output;
    return fstat(STDOUT_FILENO, &output) == 0 && file->st_dev == output.st_dev &&
           file->st_ino == output.st_ino && !S_ISCHR(file->st_mode);
}

/* A pipe that nobody reads would be waited for without O_NONBLOCK, which nothing else notices. */
static int open_descriptor(const char *path, int flags)
{
    struct stat about;
    if (stat(path, &about) == 0 && is_standard_output(&about)) {
        fflush(stdout);
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags, 0666);
    if (fd >= 0)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

int out_file_open(const char *path, bool anew, FILE **file)
{
    *file = NULL;
    int fd = open_descriptor(path, anew ? O_TRUNC : O_APPEND);
    if (fd < 0)
        return -errno;
    *file = fdopen(fd, "w");
    if (*file != NULL)
        return 0;
    int error = -errno;
    close(fd);
    return error;
}

const char *out_file_problem(int error)
{
    return error == -ENXIO   ? "nobody reads this pipe"
           : error == -EFBIG ? "File too large (ulimit -f unlimited)"
                             : strerror(-error);
}

int out_file_empty(FILE *file)
{
    struct stat about;
    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode) || is_standard_output(&about))
        return 0;
    return ftruncate(fileno(file), 0) == 0 ? 0 : -errno;
}

bool out_file_is_special(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
}

/* ---- closing ----------------------------------------------------------------------------------
 */

/* The file's name is what matters of a long path: its end. */
static int say_unwritten(const char *path, int error, char *message, size_t bytes)
{
    char shown[PATH_SHOWN_BYTES];
    size_t length = strlen(path), most = sizeof shown - sizeof "...";
    const char *tail = length > most ? path + length - most : path;
    snprintf(shown, sizeof shown, "%s%s", tail != path ? "..." : "", tail);
    text_clean(shown);
    if (*message == '\0')
        snprintf(message, bytes, "cannot write all of %s: %s", shown, out_file_problem(error));
    return error;
}

/* A write that failed before has left its reason in errno. */
static int flush(FILE *file)
{
    if (fflush(file) == 0 && !ferror(file))
        return 0;
    return errno != 0 ? -errno : -EIO;
}

int out_file_flush(FILE *file, const char *path, char *message, size_t bytes)
{
    int error = flush(file);
    return error != 0 ? say_unwritten(path, error, message, bytes) : 0;
}

int out_file_close(FILE *file, const char *path, int error, char *message, size_t bytes)
{
    int second = flush(file);
    if (fclose(file) != 0 && second == 0)
        second = -errno;
    error = error != 0 ? error : second;
    return error != 0 ? say_unwritten(path, error, message, bytes) : 0;
}

/* ---- replacing --------------------------------------------------------------------------------
 */

/* All that write writes, in memory: so an error of its own is not taken for one of the disk. */
static int gather(int (*write)(FILE *, const void *), const void *context, char **text,
                  size_t *length)
{
    FILE *out = open_memstream(text, length);
    if (out == NULL)
        return -ENOMEM;
    int error = write(out, context);
    return fclose(out) != 0 && error == 0 ? -ENOMEM : error;
}

static int write_text(const char *path, const char *name, const char *text, size_t length,
                      char *message, size_t bytes)
{
    FILE *out;
    int error = out_file_open(path, true, &out);
    if (error != 0)
        return say_unwritten(name, error, message, bytes);
    error = fwrite(text, 1, length, out) == length ? 0 : -errno;
    return out_file_close(out, name, error, message, bytes);
}

/* A draft beside it, which then takes its name. place: what a link leads to, or the path itself. */
static int replace(const char *path, const char *place, const char *text, size_t length,
                   char *message, size_t bytes)
{
    char *draft;
    if (asprintf(&draft, "%s.part", place) < 0)
        return say_unwritten(path, -ENOMEM, message, bytes);
    int error = write_text(draft, path, text, length, message, bytes);
    if (error == 0 && rename(draft, place) != 0)
        error = say_unwritten(path, -errno, message, bytes);
    if (error != 0)
        unlink(draft);
    free(draft);
    return error;
}

int out_file_replace(const char *path, int (*write)(FILE *out, const void *context),
                     const void *context, char *message, size_t bytes)
{
    char *text = NULL, *place = realpath(path, NULL);
    size_t length = 0;
    int error = gather(write, context, &text, &length);
    if (error != 0)
        say_unwritten(path, error, message, bytes);
    else if (out_file_is_special(path)) /* a draft would take the place of a device */
        error = write_text(path, path, text, length, message, bytes);
    else
        error = replace(path, place != NULL ? place : path, text, length, message, bytes);
    free(place);
    free(text);
    return error;
}
