/*
 * stream.h - a link of which each end is a stream descriptor: pipe, socketpair, unix, tcp.
 *
 * These mechanisms differ in how the two ends come to be, which is the `open` of their pages. Once
 * there is a descriptor to read from and one to write to on each side, the rest is the same, and is
 * here: the functions are those of transport.h. A stream has no messages; both sides know how many
 * bytes the next one has, so nothing marks its borders.
 *
 * Descriptors stay blocking. With a deadline each call asks poll first (io.h); with IO_FOREVER it
 * is a bare read or write, which is what `bench ipc` measures while somebody else keeps the time.
 * Whoever sends has SIGPIPE blocked or ignored.
 */
#ifndef PARBENCH_COMMON_TRANSPORT_STREAM_H
#define PARBENCH_COMMON_TRANSPORT_STREAM_H

#include <stddef.h>
#include <stdint.h>

struct stream_side {
    int in;  /* read from */
    int out; /* written to; the same descriptor where it works both ways */
};

/* Makes a link of two sides and takes their descriptors, also when it fails (they are closed
 * then). Returns 0 with *link owned by the caller, or -ENOMEM. */
int stream_link(struct stream_side first, struct stream_side second, void **link);

int stream_attach(void *link, unsigned side, void **end);
int stream_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns);
int stream_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns);
void stream_detach(void *end);
void stream_close(void *link);

#endif
