/*
 * connection.h - one client's socket, in the manager: bytes in, requests carried out, bytes out.
 *
 * It never waits. What it has of a message is kept until the rest comes; what the client does not
 * take of a reply is kept until it does, and until then nothing more is read from it. So a client
 * has at most one request and one reply in the manager's memory, and one that stops in the middle
 * of either holds up nobody.
 *
 * One thread.
 */
#ifndef PARBENCH_MANAGER_CONNECTION_H
#define PARBENCH_MANAGER_CONNECTION_H

#include "manager/key.h"
#include "manager/session.h"

struct limits {
    uint64_t greeting_ns; /* from connecting to the end of the first message */
    uint64_t message_ns;  /* from a message's first byte to its last, either way */
    uint64_t idle_ns;     /* between messages */
};

struct house { /* what all connections share */
    struct objects objects;
    const struct key *key; /* borrowed; NULL: whoever gets a connection may ask */
    struct limits limits;
    void *bin; /* bin[FRAME_BYTES_MAX]: where requests go that there is no memory for. Written to by
                  all, read by nobody */
};

struct connection {
    int fd;
    bool known;   /* it has proved that it knows the key, or has asked, where there is none */
    bool leaving; /* it is to be closed when its reply is sent */
    bool full;    /* the socket took no more */
    struct nonces nonces;
    unsigned char answer[NONCE_BYTES + PROOF_BYTES]; /* the client's */
    unsigned char proof[PROOF_BYTES];                /* ours, on its way */
    char *payload;                                   /* of the request that is being read; NULL:
                                                        none, or it goes to the bin */
    uint64_t deadline_ns; /* by which the client must have done something; 0: none */
    bool inside;          /* ... which is to complete a message */
    struct session session;
    struct frame_reader in;
    struct frame_writer out;
};

/* Prepares a house, whose objects may take so many bytes. Returns 0 or -ENOMEM. */
int house_open(struct house *house, const struct key *key, const struct limits *limits,
               size_t most_bytes);
void house_close(struct house *house);

/* Makes a connection of a non-blocking socket, which it takes; greets the client, if there is a
 * key. Returns 0; or -ENOMEM or another negative errno, and the socket is closed. */
int connection_open(struct house *house, int fd, struct connection **connection);

/* One read if `readable`, then whatever can be done with what is there. Returns 0; or why the
 * connection is to be closed: IO_END or a negative errno. */
int connection_serve(struct house *house, struct connection *connection, bool readable);

/* Whether connection_serve has something to say, and can go on then. */
bool connection_ready(const struct connection *connection);

/* What poll shall look for. */
short connection_events(const struct connection *connection);

/* When connection_late is due; UINT64_MAX: never. */
uint64_t connection_deadline(const struct connection *connection);

/* Its deadline is over. Returns as connection_serve. */
int connection_late(struct house *house, struct connection *connection);

/* Tells the client why, if it can be told at once, and closes; reason as connection_serve. */
void connection_close(struct house *house, struct connection *connection, int reason);

#endif
