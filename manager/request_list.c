/* What can be asked of a list. */
#include <errno.h>
#include <inttypes.h>

#include "manager/request.h"

static int refuse_memory(const struct request *request)
{
    session_refuse_memory(request->objects, request->session);
    return 0;
}

/* Answers with the new length, and serves who waits for items. */
static int grown(const struct request *request)
{
    request_answer_number(request, request->object->list.count);
    session_serve(request->objects, request->object);
    return 0;
}

int request_append(const struct request *request)
{
    struct budget *budget = &request->objects->budget;
    struct list *list = &request->object->list;
    struct value *value = value_make(budget, request->value, 0);
    if (value == NULL || list_reserve(budget, list, 1) != 0) {
        value_free(budget, value);
        return refuse_memory(request);
    }
    list_push(list, value);
    return grown(request);
}

/* How many items there are, or -EPROTO. */
static int64_t count_items(struct bytes items)
{
    struct bytes value;
    int64_t count = 0;
    int more;
    while ((more = item_next(&items, &value)) > 0)
        count++;
    return more < 0 ? more : count;
}

/* All items or none. */
int request_extend(const struct request *request)
{
    struct budget *budget = &request->objects->budget;
    struct list *list = &request->object->list;
    struct bytes items = request->value, bytes;
    size_t before = list->count;
    int64_t count = count_items(items);
    if (count < 0)
        return -EPROTO;
    int error = list_reserve(budget, list, (size_t)count);
    while (error == 0 && item_next(&items, &bytes) > 0) {
        struct value *value = value_make(budget, bytes, 0);
        if (value != NULL)
            list_push(list, value);
        else
            error = -ENOMEM;
    }
    if (error == 0)
        return grown(request);
    list_cut(budget, list, before, list->count - before);
    return refuse_memory(request);
}

/* Finds the place in the list that is named, counted from its end if negative. Returns false: there
 * is no such place, and the session has been refused. */
static bool find_place(const struct request *request, size_t *at)
{
    int64_t count = (int64_t)request->object->list.count;
    int64_t place = request->number < 0 ? request->number + count : request->number;
    *at = (size_t)place;
    if (place >= 0 && place < count)
        return true;
    session_refuse(request->session, -ERANGE,
                   "list '%s' has no item %" PRId64 ": it has %" PRId64 " items",
                   request->object->name, request->number, count);
    return false;
}

int request_get_item(const struct request *request)
{
    const struct list *list = &request->object->list;
    size_t at;
    if (find_place(request, &at))
        request_answer_value(request, list->items[list->begin + at]);
    return 0;
}

int request_set_item(const struct request *request)
{
    struct budget *budget = &request->objects->budget;
    const struct list *list = &request->object->list;
    size_t at;
    if (!find_place(request, &at))
        return 0;
    struct value *value = value_make(budget, request->value, 0);
    if (value == NULL)
        return refuse_memory(request);
    value_free(budget, list->items[list->begin + at]);
    list->items[list->begin + at] = value;
    request_answer_number(request, 0);
    return 0;
}

int request_pop(const struct request *request)
{
    struct list *list = &request->object->list;
    size_t at;
    if (!find_place(request, &at))
        return 0;
    request_answer_value(request, list->items[list->begin + at]);
    if (request->session->reply.type == MANAGER_REPLY) /* or there was no memory to send it */
        list_cut(&request->objects->budget, list, at, 1);
    return 0;
}

int request_list_len(const struct request *request)
{
    request_answer_number(request, request->object->list.count);
    return 0;
}

int request_slice(const struct request *request)
{
    const struct list *list = &request->object->list;
    uint64_t at = request->number > 0 ? (uint64_t)request->number : 0;
    session_answer_items(request->objects, request->session, list,
                         at < list->count ? (size_t)at : list->count, request->count);
    return 0;
}

int request_take(const struct request *request)
{
    if (request->count == 0)
        return -EPROTO;
    session_wait(request->objects, request->session, request->object, request->count,
                 request->limit_ns);
    return 0;
}

int request_clear(const struct request *request)
{
    struct list *list = &request->object->list;
    list_cut(&request->objects->budget, list, 0, list->count);
    request_answer_number(request, 0);
    return 0;
}
