/*
 * unix - a Unix-domain socket that is found by a name.
 *
 * THE IDEA
 *
 * A pipe or a socketpair must be inherited, so only relatives can use it. A socket with a name can
 * be found by any process of the machine: one side binds a name and listens, the other connects,
 * and accept(2) gives the first a socket of its own for this connection. This is how servers are
 * reached: the manager backend, databases, the display.
 *
 * THE PICTURE
 *
 *     listening                                          connecting
 *       socket, bind("\0...."), listen
 *       accept  <----------- the kernel's queue <--------- socket, connect("\0....")
 *          |                                                    |
 *          fd  <========= from here on as a socketpair =======> fd
 *
 * The name is an abstract one (its first byte is 0), chosen by the kernel (autobind): it lives in
 * no file system, so none is left behind when a process is killed, and it ends with its socket.
 * Anybody in the network namespace may connect to it, whatever the permissions of files: so the
 * listener asks who came, and turns strangers away (meeting.c). A name in a directory that only
 * its owner may enter is what to take where the sides are no relatives.
 *
 * THE PROTOCOL
 *
 * To connect: above. Then none, as both sides know how many bytes the next message has.
 *
 * WHAT IT COSTS
 *
 * Once connected, what a socketpair costs: the kernel's code is the same. If the figures of the two
 * differ, that is the noise of the measurement; it is measured here for that reason, too. The name
 * costs when connecting: four more system calls, once.
 *
 * WHEN THINGS GO WRONG
 *
 * As with a socketpair: the end of the stream, EPIPE or ECONNRESET.
 *
 * See unix(7), in particular "Abstract sockets" and "Autobind feature".
 */
#include <sys/socket.h>

#include "common/transport/meeting.h"
#include "common/transport/stream.h"
#include "common/transport/transport.h"

static int unix_open(size_t bytes, void **link)
{
    /* An address of just its family: the kernel chooses an abstract name. */
    const struct sockaddr address = {.sa_family = AF_UNIX};
    int ends[2];
    (void)bytes; /* a stream takes messages of any length */
    int error = meeting_arrange(&address, sizeof address.sa_family, ends);
    if (error != 0)
        return error;
    return stream_link((struct stream_side){ends[0], ends[0]},
                       (struct stream_side){ends[1], ends[1]}, link);
}

const struct transport unix_transport = {
    .name = "unix",
    .summary = "a Unix-domain socket found by its (abstract) name",
    .open = unix_open,
    .attach = stream_attach,
    .send = stream_send,
    .receive = stream_receive,
    .detach = stream_detach,
    .close = stream_close,
};
