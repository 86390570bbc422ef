/*
 * request.h - a request that is taken apart, and the functions that carry one out.
 *
 * Each of them answers the session, refuses it or lets it wait, and returns 0; or it returns
 * -EPROTO, having done nothing: the payload makes no sense.
 */
#ifndef PARBENCH_MANAGER_REQUEST_H
#define PARBENCH_MANAGER_REQUEST_H

#include "manager/session.h"

struct request {
    struct objects *objects;
    struct session *session;
    struct object *object; /* of the kind that is asked for; NULL: none is */
    int64_t number;
    uint32_t count;
    uint64_t limit_ns;
    struct bytes key, value;
};

typedef int request_function(const struct request *request);

/* On lists (request_list.c). */
request_function request_append, request_extend, request_get_item, request_set_item, request_pop,
    request_list_len, request_slice, request_take, request_clear;

/* On all else (request_other.c). */
request_function request_open, request_will, request_set, request_get, request_delete,
    request_dict_len, request_keys, request_add, request_count, request_acquire, request_release;

/* What they share: an answer of one number; or of one value, copied. */
void request_answer_number(const struct request *request, uint64_t number);
void request_answer_value(const struct request *request, const struct value *value);

#endif
