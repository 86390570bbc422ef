/*
 * dispatch.h - what a manager does for its clients: one request after the other, never waiting.
 */
#ifndef PARBENCH_MANAGER_DISPATCH_H
#define PARBENCH_MANAGER_DISPATCH_H

#include "manager/session.h"

/* Carries out a request: frame, with payload[frame->bytes] (borrowed; NULL if there was no memory
 * for it). session is neither answered nor waiting. Then it is one of the two, and other sessions
 * may have been answered too. Returns 0; or -EPROTO: that is no request, and its client is not to
 * be believed any more. */
int dispatch(struct objects *objects, struct session *session, const struct frame *frame,
             const char *payload);

#endif
