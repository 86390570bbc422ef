/* What can be asked of dictionaries, counters, locks, and of the manager itself. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "manager/request.h"

void request_answer_number(const struct request *request, uint64_t number)
{
    session_answer(request->session, number, 0, NULL, 0);
}

void request_answer_value(const struct request *request, const struct value *value)
{
    char *payload = budget_take(&request->objects->budget, value->count);
    if (payload == NULL) {
        session_refuse_memory(request->objects, request->session);
        return;
    }
    memcpy(payload, value->data, value->count);
    session_answer(request->session, 0, 1, payload, value->count);
}

/* --- dictionaries ------------------------------------------------------------------------------
 */

static int refuse_key(const struct request *request)
{
    session_refuse(request->session, -ENOENT, "dictionary '%s' has no such key",
                   request->object->name);
    return 0;
}

int request_set(const struct request *request)
{
    struct dict *dict = &request->object->dict;
    if (dict_set(&request->objects->budget, dict, request->key, request->value) != 0)
        session_refuse_memory(request->objects, request->session);
    else
        request_answer_number(request, dict->count);
    return 0;
}

int request_get(const struct request *request)
{
    const struct value *value = dict_get(&request->object->dict, request->key);
    if (value == NULL)
        return refuse_key(request);
    request_answer_value(request, value);
    return 0;
}

int request_delete(const struct request *request)
{
    if (!dict_delete(&request->objects->budget, &request->object->dict, request->key))
        return refuse_key(request);
    request_answer_number(request, 0);
    return 0;
}

int request_dict_len(const struct request *request)
{
    request_answer_number(request, request->object->dict.count);
    return 0;
}

static void add_room(void *context, struct bytes key)
{
    size_t *bytes = context;
    *bytes += item_room(key.count);
}

static void add_item(void *context, struct bytes key)
{
    char **next = context;
    char *at = item_begin(*next, key.count);
    memcpy(at, key.data, key.count);
    *next += item_room(key.count);
}

int request_keys(const struct request *request)
{
    const struct dict *dict = &request->object->dict;
    size_t bytes = 0;
    dict_keys(dict, add_room, &bytes);
    if (bytes > FRAME_BYTES_MAX) {
        session_refuse(request->session, -EMSGSIZE,
                       "the keys of dictionary '%s' take %zu bytes, and a message at most %u",
                       request->object->name, bytes, FRAME_BYTES_MAX);
        return 0;
    }
    char *payload = budget_take(&request->objects->budget, bytes);
    char *next = payload;
    if (payload == NULL) {
        session_refuse_memory(request->objects, request->session);
        return 0;
    }
    dict_keys(dict, add_item, &next);
    session_answer(request->session, 0, dict->count, payload, bytes);
    return 0;
}

/* --- counters ----------------------------------------------------------------------------------
 */

int request_add(const struct request *request)
{
    int64_t before = request->object->counter, after;
    if (__builtin_add_overflow(before, request->number, &after)) {
        session_refuse(request->session, -EOVERFLOW,
                       "counter '%s' is %" PRId64 ", and can't hold %" PRId64 " more",
                       request->object->name, before, request->number);
        return 0;
    }
    request->object->counter = after;
    request_answer_number(request, (uint64_t)before);
    return 0;
}

int request_count(const struct request *request)
{
    request_answer_number(request, (uint64_t)request->object->counter);
    return 0;
}

/* --- locks -------------------------------------------------------------------------------------
 */

int request_acquire(const struct request *request)
{
    if (request->object->lock.owner == request->session)
        session_refuse(request->session, -EDEADLK, "you hold lock '%s' already",
                       request->object->name);
    else
        session_wait(request->objects, request->session, request->object, 0, request->limit_ns);
    return 0;
}

int request_release(const struct request *request)
{
    struct lock *lock = &request->object->lock;
    if (lock->owner != request->session) {
        session_refuse(request->session, -EPERM, "you do not hold lock '%s'",
                       request->object->name);
        return 0;
    }
    lock->owner = NULL;
    request_answer_number(request, 0);
    session_serve(request->objects, request->object);
    return 0;
}

/* --- the manager itself ------------------------------------------------------------------------
 */

static void refuse_open(const struct request *request, int error)
{
    switch (error) {
    case -EEXIST:
        session_refuse(request->session, error, "'%.*s' is of another kind",
                       (int)request->value.count, request->value.data);
        break;
    case -ENOSPC:
        session_refuse(request->session, error,
                       "the manager has %u objects already, and no room "
                       "for more",
                       OBJECTS_MAX);
        break;
    default:
        session_refuse_memory(request->objects, request->session);
    }
}

int request_open(const struct request *request)
{
    struct bytes name = request->value;
    struct object *object;
    if (request->number < MANAGER_LIST || request->number > MANAGER_LOCK)
        return -EPROTO;
    if (name.count < 1 || name.count > MANAGER_NAME_BYTES_MAX ||
        memchr(name.data, '\0', name.count) != NULL) {
        session_refuse(request->session, -EINVAL, "a name has 1 to %u bytes, none of them 0",
                       MANAGER_NAME_BYTES_MAX);
        return 0;
    }
    int error = objects_open(request->objects, (enum manager_kind)request->number, name, &object);
    if (error == 0)
        request_answer_number(request, object->number);
    else
        refuse_open(request, error);
    return 0;
}

int request_will(const struct request *request)
{
    struct budget *budget = &request->objects->budget;
    struct session *session = request->session;
    struct value *will = value_make(budget, request->value, sizeof(struct parting));
    if (will == NULL || list_promise(budget, &request->object->list) != 0) {
        value_free(budget, will);
        session_refuse_memory(request->objects, session);
        return 0;
    }
    if (session->will != NULL)
        session->heir->list.promised--;
    value_free(budget, session->will);
    session->will = will;
    session->heir = request->object;
    request_answer_number(request, 0);
    return 0;
}
