#include "common/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"

int io_wait(int fd, short events, uint64_t deadline_ns)
{
    struct pollfd wanted = {.fd = fd, .events = events};
    for (;;) {
        struct timespec left = clock_left(deadline_ns);
        int ready = ppoll(&wanted, 1, deadline_ns == IO_FOREVER ? NULL : &left, NULL);
        if (ready == 0)
            return -ETIMEDOUT;
        if (ready > 0)
            return (wanted.revents & POLLNVAL) != 0 ? -EBADF : 0;
        if (errno != EINTR)
            return -errno;
    }
}

/* After a call that moved nothing: 0, try again; or a negative errno. */
static int recover(int fd, short events, uint64_t deadline_ns)
{
    if (errno == EINTR)
        return 0; /* a deadline, if there is one, is looked at before the next try */
    if (errno == EAGAIN)
        return io_wait(fd, events, deadline_ns);
    return -errno;
}

int io_read(int fd, void *buffer, size_t bytes, uint64_t deadline_ns)
{
    char *next = buffer;
    size_t left = bytes;
    while (left > 0) {
        int error = deadline_ns != IO_FOREVER ? io_wait(fd, POLLIN, deadline_ns) : 0;
        if (error != 0)
            return error;
        ssize_t got = read(fd, next, left);
        if (got == 0)
            return left == bytes ? IO_END : -EPIPE;
        error = got < 0 ? recover(fd, POLLIN, deadline_ns) : 0;
        if (error != 0)
            return error;
        if (got > 0) {
            next += got;
            left -= (size_t)got;
        }
    }
    return 0;
}

void io_skip(struct iovec *parts, int count, size_t bytes)
{
    for (int i = 0; i < count && bytes > 0; i++) {
        size_t step = bytes < parts[i].iov_len ? bytes : parts[i].iov_len;
        parts[i].iov_base = (char *)parts[i].iov_base + step;
        parts[i].iov_len -= step;
        bytes -= step;
    }
    CHECK(bytes == 0);
}

/* A blocking descriptor that poll calls writable takes PIPE_BUF bytes at once, but more of them
 * could wait beyond any deadline (pipe(7)). */
static bool waits_on_write(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_NONBLOCK) == 0;
}

static ssize_t write_some(int fd, struct iovec *parts, int count, size_t most)
{
    if (parts->iov_len > most)
        return write(fd, parts->iov_base, most);
    return writev(fd, parts, most < SIZE_MAX ? 1 : count);
}

int io_writev(int fd, struct iovec *parts, int count, uint64_t deadline_ns)
{
    CHECK(count > 0 && count <= IOV_MAX);
    bool timed = deadline_ns != IO_FOREVER;
    size_t most = timed && waits_on_write(fd) ? PIPE_BUF : SIZE_MAX;
    for (;;) {
        while (count > 0 && parts->iov_len == 0) {
            parts++;
            count--;
        }
        if (count == 0)
            return 0;
        int error = timed ? io_wait(fd, POLLOUT, deadline_ns) : 0;
        if (error != 0)
            return error;
        ssize_t put = write_some(fd, parts, count, most);
        error = put < 0 ? recover(fd, POLLOUT, deadline_ns) : 0;
        if (error != 0)
            return error;
        if (put > 0)
            io_skip(parts, count, (size_t)put);
    }
}

int io_write(int fd, const void *buffer, size_t bytes, uint64_t deadline_ns)
{
    struct iovec part = {.iov_base = (void *)buffer, .iov_len = bytes}; /* only read from */
    return io_writev(fd, &part, 1, deadline_ns);
}

int io_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) == 0)
        return 0;
    ends[0] = ends[1] = -1;
    return -errno;
}

int io_set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return -errno;
    return 0;
}

void io_raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void io_close(int *fd)
{
    if (*fd >= 0)
        close(*fd); /* Linux frees the number even when close reports EINTR */
    *fd = -1;
}

static bool sigpipe_pending(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
}

static sigset_t sigpipe_alone(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

void io_sigpipe_block(struct io_sigpipe *state)
{
    sigset_t alone = sigpipe_alone();
    sigset_t before;
    state->pending = sigpipe_pending();
    CHECK(pthread_sigmask(SIG_BLOCK, &alone, &before) == 0);
    state->blocked = sigismember(&before, SIGPIPE) == 0;
}

void io_sigpipe_restore(const struct io_sigpipe *state)
{
    sigset_t alone = sigpipe_alone();
    if (!state->pending && sigpipe_pending()) {
        struct timespec now = {0};
        while (sigtimedwait(&alone, NULL, &now) < 0 && errno == EINTR)
            ;
    }
    if (state->blocked)
        CHECK(pthread_sigmask(SIG_UNBLOCK, &alone, NULL) == 0);
}
