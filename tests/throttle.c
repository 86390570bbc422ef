#include "throttle.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
    size_t most_bytes;
    bool interrupted; /* each second call */
    unsigned calls;
    unsigned countdown; /* the call that brings it to 0 misbehaves, as the only one */
    bool *happened;     /* NULL: all of them do */
} throttle;

void throttle_set(size_t most_bytes, bool interrupted)
{
    throttle.most_bytes = most_bytes;
    throttle.interrupted = interrupted;
    throttle.calls = 0;
    throttle.happened = NULL;
}

void throttle_once(unsigned k, size_t most_bytes, bool *happened)
{
    throttle_set(most_bytes, most_bytes == 0);
    throttle.countdown = k;
    throttle.happened = k > 0 ? happened : NULL;
}

/* Only a pipe or a socket may cut a record short; an eventfd, say, may not. */
static bool may_misbehave(int fd)
{
    struct stat about;
    if (throttle.happened == NULL && throttle.most_bytes == 0)
        return false;
    if (fstat(fd, &about) != 0 || !(S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode)))
        return false;
    if (throttle.happened == NULL)
        return true;
    if (throttle.countdown == 0 || --throttle.countdown > 0)
        return false;
    return *throttle.happened = true;
}

static bool interrupt_now(void)
{
    if (!throttle.interrupted || throttle.calls++ % 2 != 0)
        return false;
    errno = EINTR;
    return true;
}

static size_t cut(size_t bytes)
{
    return bytes > throttle.most_bytes ? throttle.most_bytes : bytes;
}

/* Cuts to the first part that is not empty. */
static ssize_t vectored(long number, int fd, const struct iovec *parts, int count)
{
    if (!may_misbehave(fd))
        return syscall(number, fd, parts, count);
    if (interrupt_now())
        return -1;
    while (count > 1 && parts->iov_len == 0) {
        parts++;
        count--;
    }
    struct iovec part = {.iov_base = parts->iov_base, .iov_len = cut(parts->iov_len)};
    return syscall(number, fd, &part, 1);
}

static ssize_t plain(long number, int fd, void *buffer, size_t bytes)
{
    if (!may_misbehave(fd))
        return syscall(number, fd, buffer, bytes);
    return interrupt_now() ? -1 : syscall(number, fd, buffer, cut(bytes));
}

ssize_t read(int fd, void *buffer, size_t bytes)
{
    return plain(SYS_read, fd, buffer, bytes);
}

ssize_t write(int fd, const void *buffer, size_t bytes)
{
    return plain(SYS_write, fd, (void *)buffer, bytes); /* only read from */
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
    return vectored(SYS_readv, fd, parts, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return vectored(SYS_writev, fd, parts, count);
}
