#include "manager/address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/io.h"

#define RETRY_MS 1

void address_unix(struct address *address)
{
    *address = (struct address){.at.ss_family = AF_UNIX, .bytes = sizeof(sa_family_t)};
}

int address_tcp(struct address *address, const char *host, uint16_t port)
{
    const struct addrinfo wanted = {.ai_family = AF_UNSPEC,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found;
    char text[8];
    snprintf(text, sizeof text, "%u", port);
    if (getaddrinfo(host != NULL ? host : "127.0.0.1", text, &wanted, &found) != 0)
        return -EINVAL;
    *address = (struct address){.bytes = found->ai_addrlen};
    memcpy(&address->at, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return 0;
}

bool address_is_unix(const struct address *address)
{
    return address->at.ss_family == AF_UNIX;
}

static int open_socket(const struct address *address, int *fd)
{
    *fd = socket(address->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return *fd < 0 ? -errno : 0;
}

/* Small messages are to leave at once, rather than to wait for more of them (TCP_NODELAY). */
static void hasten(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* refused by Unix sockets */
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/* Whether the other side of a Unix socket is ours; on TCP nobody knows. 0 or a negative errno. */
static int check_user(int fd)
{
    struct sockaddr_storage own = {.ss_family = AF_UNSPEC};
    struct ucred peer;
    socklen_t bytes = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &bytes) != 0)
        return -errno;
    if (own.ss_family != AF_UNIX)
        return 0;
    bytes = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0)
        return -errno;
    return peer.uid == geteuid() ? 0 : -EACCES;
}

int address_listen(struct address *address, int *fd)
{
    int on = 1;
    int error = open_socket(address, fd);
    if (error != 0)
        return error;
    if (!address_is_unix(address)) /* the port may still be closing */
        setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(*fd, (const struct sockaddr *)&address->at, address->bytes) != 0 ||
        listen(*fd, SOMAXCONN) != 0)
        error = -errno;
    address->bytes = sizeof address->at;
    if (error == 0 && getsockname(*fd, (struct sockaddr *)&address->at, &address->bytes) != 0)
        error = -errno;
    if (error != 0)
        io_close(fd);
    return error;
}

/* A listener's queue may be full: a Unix socket then says EAGAIN, and poll can't tell when to try
 * again. */
static int connect_unix(int fd, const struct address *address, uint64_t deadline_ns)
{
    while (connect(fd, (const struct sockaddr *)&address->at, address->bytes) != 0) {
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        if (clock_left_ms(deadline_ns) == 0)
            return -ETIMEDOUT;
        poll(NULL, 0, RETRY_MS);
    }
    return 0;
}

static int connect_tcp(int fd, const struct address *address, uint64_t deadline_ns)
{
    int refusal = 0;
    socklen_t bytes = sizeof refusal;
    int made;
    do /* a connect that was interrupted may go on or not: the next one tells */
        made = connect(fd, (const struct sockaddr *)&address->at, address->bytes);
    while (made != 0 && errno == EINTR);
    if (made == 0 || errno == EISCONN)
        return 0;
    if (errno != EINPROGRESS && errno != EALREADY)
        return -errno;
    int error = io_wait(fd, POLLOUT, deadline_ns);
    if (error != 0)
        return error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &refusal, &bytes) != 0 ? -errno : -refusal;
}

int address_connect(const struct address *address, uint64_t deadline_ns, int *fd)
{
    int error = open_socket(address, fd);
    if (error != 0)
        return error;
    error = address_is_unix(address) ? connect_unix(*fd, address, deadline_ns)
                                     : connect_tcp(*fd, address, deadline_ns);
    if (error == 0)
        error = check_user(*fd);
    if (error != 0)
        io_close(fd);
    else
        hasten(*fd);
    return error;
}

int address_accept(int listen_fd, int *fd)
{
    do
        *fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (*fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (*fd < 0)
        return -errno;
    int error = check_user(*fd);
    if (error != 0)
        io_close(fd);
    else
        hasten(*fd);
    return error;
}
