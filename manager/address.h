/*
 * address.h - where a manager listens, and how a client gets there.
 *
 * A Unix socket in Linux's abstract namespace has a name that is no file: the kernel makes one up
 * that nobody else has, and it vanishes with the socket (unix(7), "autobind"). Both sides ask the
 * kernel whose process the other is, and let in none but their own user. TCP is for other machines,
 * or for a try on this one; there a key has to do (key.h).
 */
#ifndef PARBENCH_MANAGER_ADDRESS_H
#define PARBENCH_MANAGER_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct address {
    struct sockaddr_storage at;
    socklen_t bytes;
};

/* A new Unix address; address_listen completes it. */
void address_unix(struct address *address);

/* A TCP address: host in numbers (NULL: 127.0.0.1, this machine only); port 0: address_listen
 * chooses one and completes it. Returns 0, or -EINVAL: that is no such host. */
int address_tcp(struct address *address, const char *host, uint16_t port);

bool address_is_unix(const struct address *address);

/* Opens a non-blocking socket that listens there. Returns 0 with *fd owned by the caller, or a
 * negative errno. */
int address_listen(struct address *address, int *fd);

/* Connects within the deadline. Returns 0 with *fd (non-blocking) owned by the caller; -EACCES:
 * another user's process is there; or another negative errno. */
int address_connect(const struct address *address, uint64_t deadline_ns, int *fd);

/* Takes the next client that has connected. Returns 0 with *fd (non-blocking); -EAGAIN: there is
 * none; -EACCES: it was another user's and is refused; or another negative errno. */
int address_accept(int listen_fd, int *fd);

#endif
