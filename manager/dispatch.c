#include "manager/dispatch.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "manager/request.h"

#define NO_OBJECT 0

static const struct operation {
    request_function *carry_out;
    enum manager_kind kind; /* of the object that it needs, or NO_OBJECT */
} operations[MANAGER_MESSAGES] = {
    [MANAGER_OPEN] = {request_open, NO_OBJECT},
    [MANAGER_WILL] = {request_will, MANAGER_LIST},
    [MANAGER_LIST_APPEND] = {request_append, MANAGER_LIST},
    [MANAGER_LIST_EXTEND] = {request_extend, MANAGER_LIST},
    [MANAGER_LIST_GET] = {request_get_item, MANAGER_LIST},
    [MANAGER_LIST_SET] = {request_set_item, MANAGER_LIST},
    [MANAGER_LIST_POP] = {request_pop, MANAGER_LIST},
    [MANAGER_LIST_LEN] = {request_list_len, MANAGER_LIST},
    [MANAGER_LIST_SLICE] = {request_slice, MANAGER_LIST},
    [MANAGER_LIST_TAKE] = {request_take, MANAGER_LIST},
    [MANAGER_LIST_CLEAR] = {request_clear, MANAGER_LIST},
    [MANAGER_DICT_SET] = {request_set, MANAGER_DICT},
    [MANAGER_DICT_GET] = {request_get, MANAGER_DICT},
    [MANAGER_DICT_DELETE] = {request_delete, MANAGER_DICT},
    [MANAGER_DICT_LEN] = {request_dict_len, MANAGER_DICT},
    [MANAGER_DICT_KEYS] = {request_keys, MANAGER_DICT},
    [MANAGER_COUNTER_ADD] = {request_add, MANAGER_COUNTER},
    [MANAGER_COUNTER_GET] = {request_count, MANAGER_COUNTER},
    [MANAGER_LOCK_ACQUIRE] = {request_acquire, MANAGER_LOCK},
    [MANAGER_LOCK_RELEASE] = {request_release, MANAGER_LOCK},
};

/* Splits a payload into call, key and value. Returns 0 or -EPROTO. */
static int split(const char *payload, size_t bytes, struct call *call, struct request *request)
{
    if (bytes < sizeof *call)
        return -EPROTO;
    memcpy(call, payload, sizeof *call);
    payload += sizeof *call;
    bytes -= sizeof *call;
    if (call->key_bytes > bytes || call->key_bytes > MANAGER_KEY_BYTES_MAX)
        return -EPROTO;
    request->limit_ns = call->limit_ns;
    request->key = (struct bytes){payload, call->key_bytes};
    request->value = (struct bytes){payload + call->key_bytes, bytes - call->key_bytes};
    return request->value.count <= MANAGER_VALUE_BYTES_MAX ? 0 : -EPROTO;
}

int dispatch(struct objects *objects, struct session *session, const struct frame *frame,
             const char *payload)
{
    const struct operation *operation =
        frame->type < MANAGER_MESSAGES ? &operations[frame->type] : NULL;
    struct request request = {.objects = objects,
                              .session = session,
                              .number = (int64_t)frame->index,
                              .count = frame->count};
    struct call call;
    if (operation == NULL || operation->carry_out == NULL)
        return -EPROTO;
    if (payload == NULL) {
        session_refuse_memory(objects, session);
        return 0;
    }
    if (split(payload, frame->bytes, &call, &request) != 0)
        return -EPROTO;
    if (operation->kind == NO_OBJECT)
        return operation->carry_out(&request);
    request.object = objects_find(objects, call.object);
    if (request.object != NULL && request.object->kind == operation->kind)
        return operation->carry_out(&request);
    session_refuse(session, -EINVAL, "object %" PRIu32 " %s", call.object,
                   request.object == NULL ? "does not exist: open it first"
                                          : "is not of the kind that can do this");
    return 0;
}
