/*
 * tcp - a connection through the machine's own network interface.
 *
 * THE IDEA
 *
 * TCP carries bytes between any two machines; on one machine it goes through the loopback
 * interface. The program is the same in both cases, which is why so much talks TCP to itself. It is
 * the dearest of the streams, since it does here what only a network needs: segments, sequence
 * numbers, acknowledgements, timers, a window of what may be under way.
 *
 * THE PICTURE
 *
 *     side 0                            the kernel                             side 1
 *    +------+ write  +-----+ segments  +----------+ softirq  +---------+ read +------+
 *    |  fd  | -----> | TCP | --------> | loopback | -------> |   TCP   | ---> |  fd  |
 *    |      |        |     | <-------- |          | <------- | ack     |      |      |
 *    +------+        +-----+           +----------+          +---------+      +------+
 *
 * THE PROTOCOL
 *
 * One side listens on 127.0.0.1 at a port that the system chooses, the other connects, accept(2)
 * makes the pair. Anybody of the machine may try that port, so whoever came is checked by its
 * address (meeting.c). After that the listening socket is closed, and the stream has no messages:
 * both sides know the length of the next one.
 *
 * TCP_NODELAY matters: without it a small segment waits until the one before is acknowledged
 * (Nagle's algorithm), and the receiver delays its acknowledgement by up to 40 ms in the hope of
 * sending it with data. In a ping-pong each answer acknowledges the question, so nothing shows; two
 * small writes in a row before one answer cost these 40 ms.
 *
 * WHAT IT COSTS
 *
 * Two copies, and the network's path in between: a round trip takes some 1.5 to 2 times that of a
 * socketpair. Large messages go in segments of 64 KiB, for loopback's packets are that large
 * (mtu 65536): their bandwidth comes near that of the other streams.
 *
 * WHEN THINGS GO WRONG
 *
 * The kernel ends the connection of a process that dies: the other reads the end of the stream or
 * ECONNRESET, or gets EPIPE. A machine that vanishes tells nothing: then only a deadline helps.
 *
 * See tcp(7), ip(7); RFC 896 (Nagle), RFC 1122 section 4.2.3.2 (delayed acknowledgements).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "common/io.h"
#include "common/transport/meeting.h"
#include "common/transport/stream.h"
#include "common/transport/transport.h"

static int send_at_once(int fd)
{
    int yes = 1;
    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0 ? -errno : 0;
}

static int tcp_open(size_t bytes, void **link)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = 0, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int ends[2];
    (void)bytes; /* a stream takes messages of any length */
    int error = meeting_arrange((const struct sockaddr *)&address, sizeof address, ends);
    for (unsigned i = 0; i < 2 && error == 0; i++)
        error = send_at_once(ends[i]);
    if (error == 0)
        return stream_link((struct stream_side){ends[0], ends[0]},
                           (struct stream_side){ends[1], ends[1]}, link);
    io_close(&ends[0]);
    io_close(&ends[1]);
    return error;
}

const struct transport tcp_transport = {
    .name = "tcp",
    .summary = "TCP over the loopback interface, TCP_NODELAY",
    .open = tcp_open,
    .attach = stream_attach,
    .send = stream_send,
    .receive = stream_receive,
    .detach = stream_detach,
    .close = stream_close,
};
