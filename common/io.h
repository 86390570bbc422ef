/*
 * io.h - full reads and writes on pipes and sockets, whatever interrupts or splits them.
 *
 * read and write may move fewer bytes than asked, be interrupted by a signal (EINTR) or, on a
 * non-blocking descriptor, have nothing to do now (EAGAIN). These calls go on until all is moved,
 * the deadline (clock.h) has passed or nothing can follow. They keep the deadline on blocking
 * descriptors too; without one, a blocking descriptor costs no system call beside its own.
 *
 * Safe in any thread and process; two callers must not use one descriptor at once.
 */
#ifndef PARBENCH_COMMON_IO_H
#define PARBENCH_COMMON_IO_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#define IO_FOREVER                                                                                 \
    UINT64_MAX   /* a deadline for those who wait for work: the other side's end, or               \
                    the parent's, ends the wait */
#define IO_END 1 /* the other side has closed, and nothing of a record was lost */

/* Waits until fd is ready for events (POLLIN, POLLOUT) or its other side is gone, which the next
 * read or write tells. Returns 0, -ETIMEDOUT or another negative errno. */
int io_wait(int fd, short events, uint64_t deadline_ns);

/* Reads all of buffer[bytes]. Returns 0; IO_END: closed before the first byte; -EPIPE: closed in
 * the middle; -ETIMEDOUT; or another negative errno. */
int io_read(int fd, void *buffer, size_t bytes, uint64_t deadline_ns);

/* Writes all of buffer[bytes], or of parts[count], which it uses up (count: 1 .. IOV_MAX). Returns
 * 0; -EPIPE: nobody will read it (SIGPIPE must be blocked, see below); -ETIMEDOUT: some of it may
 * be written; or another negative errno. */
int io_write(int fd, const void *buffer, size_t bytes, uint64_t deadline_ns);
int io_writev(int fd, struct iovec *parts, int count, uint64_t deadline_ns);

/* Takes the first bytes off parts[count], as after a write of so many. */
void io_skip(struct iovec *parts, int count, size_t bytes);

/* A pipe whose ends are closed on exec: ends[0] to read from, ends[1] to write to, owned by the
 * caller. Returns 0, or a negative errno with both ends -1. */
int io_pipe(int ends[2]);

/* From now on, reads and writes on fd don't wait. Returns 0 or a negative errno. */
int io_set_nonblocking(int fd);

/* Lets this process, and what it forks, have as many descriptors as the system allows it: the soft
 * limit, 1024 by custom, is for programs that call select(2), and some 340 workers need more. */
void io_raise_limit(void);

/* Closes *fd, unless it is -1, and makes it -1. */
void io_close(int *fd);

/*
 * A write that nobody can read raises SIGPIPE, which by default ends the program. A library may
 * not change what a signal does to the whole program; so it blocks SIGPIPE in its own thread,
 * where that signal is always delivered, sees -EPIPE instead, and takes back what it caused.
 */
struct io_sigpipe {
    bool blocked; /* by us */
    bool pending; /* before us */
};

void io_sigpipe_block(struct io_sigpipe *state);
void io_sigpipe_restore(const struct io_sigpipe *state);

#endif
