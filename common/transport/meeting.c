#include "common/transport/meeting.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"

#define STRANGERS_MOST 16 /* turned away, before we give up */

struct place {
    struct sockaddr_storage address;
    socklen_t length;
};

static int own_place(int fd, struct place *place)
{
    *place = (struct place){.length = sizeof place->address};
    return getsockname(fd, (struct sockaddr *)&place->address, &place->length) != 0 ? -errno : 0;
}

/* A socket that listens where the address says; *at is where that is. */
static int listen_at(const struct sockaddr *address, socklen_t length, int *fd, struct place *at)
{
    *fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0 || bind(*fd, address, length) != 0 || listen(*fd, 1) != 0)
        return -errno;
    return own_place(*fd, at);
}

/* Connects from an address of its own, by which the other end will know it. */
static int connect_to(const struct sockaddr *from, socklen_t length, const struct place *to,
                      int *fd, struct place *own)
{
    *fd = socket(from->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0 || bind(*fd, from, length) != 0 ||
        connect(*fd, (const struct sockaddr *)&to->address, to->length) != 0)
        return -errno;
    return own_place(*fd, own);
}

/* Accepts until it is the one that we have connected: the address is no secret. */
static int accept_from(int listening, const struct place *expected, int *fd)
{
    for (unsigned i = 0; i < STRANGERS_MOST; i++) {
        struct place peer = {.length = sizeof peer.address};
        *fd = accept4(listening, (struct sockaddr *)&peer.address, &peer.length, SOCK_CLOEXEC);
        if (*fd < 0)
            return -errno;
        if (peer.length == expected->length &&
            memcmp(&peer.address, &expected->address, peer.length) == 0)
            return 0;
        io_close(fd);
    }
    return -ECONNREFUSED;
}

int meeting_arrange(const struct sockaddr *address, socklen_t length, int ends[2])
{
    struct place at = {.length = 0}, own = {.length = 0};
    int listening = -1;
    ends[0] = ends[1] = -1;
    int error = listen_at(address, length, &listening, &at);
    if (error == 0)
        error = connect_to(address, length, &at, &ends[0], &own);
    if (error == 0)
        error = accept_from(listening, &own, &ends[1]);
    io_close(&listening);
    if (error != 0) {
        io_close(&ends[0]);
        io_close(&ends[1]);
    }
    return error;
}
