/*
 * session.h - one client as the manager sees it: its answer, its waiting, its end.
 *
 * A request that cannot be answered at once (an empty list, a lock that is taken) leaves its
 * session in the queue of that object; whoever's request ends the wait answers both. So the one
 * thread of the manager is never held up by any client.
 *
 * Nothing here knows sockets. One thread.
 */
#ifndef PARBENCH_MANAGER_SESSION_H
#define PARBENCH_MANAGER_SESSION_H

#include "manager/objects.h"

struct session {   /* all zero: a client that has asked nothing yet */
    bool answered; /* reply is to be sent, see session_sent */
    struct frame reply;
    char *payload; /* of the reply, reply.bytes from the budget; NULL: it is text */
    char text[MANAGER_TEXT_BYTES];

    struct object *waits_for; /* it is in the queue of this object; NULL: it does not wait */
    struct session *behind;   /* the next one in that queue */
    uint64_t until_ns;        /* when its wait ends without success */
    uint32_t wants;           /* from a list: at most so many items */

    struct object *heir; /* the list that its will is for */
    struct value *will;  /* NULL: none */
};

/* --- for whom the session is one end of a socket ---------------------------------------------- */

/* What is to be sent behind reply: reply.bytes bytes. */
const void *session_payload(const struct session *session);

/* The reply is sent. */
void session_sent(struct objects *objects, struct session *session);

/* Answers a session whose wait is over without success. */
void session_expire(struct session *session);

/* The client is gone, for this reason (as in struct parting): its locks are released, its will is
 * done, it waits no more. */
void session_end(struct objects *objects, struct session *session, int error);

/* --- for those who carry out its requests; each answers ----------------------------------------
 */

/* By number, with nothing else; by count items, or one value, in payload[bytes] from the budget,
 * which it takes. */
void session_answer(struct session *session, uint64_t number, size_t count, char *payload,
                    size_t bytes);

/* By the words of printf; error is a negative errno. */
void session_refuse(struct session *session, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Because the budget is spent. */
void session_refuse_memory(const struct objects *objects, struct session *session);

/* By up to `most` items of a list from `at` on: as many as fit in one reply, but at least one, if
 * there is one. Returns how many; 0 also if it had to refuse. */
size_t session_answer_items(struct objects *objects, struct session *session,
                            const struct list *list, size_t at, size_t most);

/* By letting it wait its turn, for at most limit_ns: for items of a list, or for a lock. */
void session_wait(struct objects *objects, struct session *session, struct object *object,
                  uint32_t wants, uint64_t limit_ns);

/* The list has items, or the lock is free: serves who waits for that. */
void session_serve(struct objects *objects, struct object *object);

#endif
