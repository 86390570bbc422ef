#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/command/options.h"
#include "bench/data/text.h"

#define PATH_SHOWN_BYTES 200

/* Like mkdir -p. path is changed meanwhile, and restored. */
static int make_directories(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int made = mkdir(path, 0777);
        *slash = '/';
        if (made != 0 && errno != EEXIST)
            return -errno;
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : -errno;
}

/* Permissions tell less than a trial: a file system may be read-only, full, or not a real one. */
static int try_file(const char *directory)
{
    char *path;
    if (asprintf(&path, "%s/.parbench-XXXXXX", directory) < 0)
        return -ENOMEM;
    int fd = mkostemp(path, O_CLOEXEC);
    int error = fd < 0 ? -errno : 0;
    if (fd >= 0) {
        unlink(path);
        close(fd);
    }
    free(path);
    return error;
}

int options_make_output(const struct options *options, char *message, size_t bytes)
{
    if (options->output == NULL)
        return 0;
    char *path = strdup(options->output);
    int error = path == NULL ? -ENOMEM : make_directories(path);
    if (error == 0)
        error = try_file(path);
    free(path);
    if (error != 0) {
        char shown[PATH_SHOWN_BYTES];
        snprintf(message, bytes,
                 "--output: cannot make files in '%s' (%s): write a directory that you may write "
                 "to",
                 text_brief(options->output, shown, sizeof shown), strerror(-error));
    }
    return error;
}
