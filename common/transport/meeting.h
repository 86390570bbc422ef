/*
 * meeting.h - two sockets of this machine that meet at an address: bind, listen, connect, accept.
 *
 * One process makes both ends, before the two sides are forked: a connect to a socket that listens
 * on the same machine is done at once, for the kernel queues it until it is accepted.
 */
#ifndef PARBENCH_COMMON_TRANSPORT_MEETING_H
#define PARBENCH_COMMON_TRANSPORT_MEETING_H

#include <sys/socket.h>

/* Makes two connected stream sockets in ends[2], owned by the caller. address[length] says where
 * to listen; the system completes it (a port, a name). Whoever else connects there is turned away.
 * Returns 0, or a negative errno with both ends -1. */
int meeting_arrange(const struct sockaddr *address, socklen_t length, int ends[2]);

#endif
