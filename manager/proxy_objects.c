/* What a client can do with objects: each call is one request and its reply. */
#include <string.h>

#include "manager/proxy.h"

static struct iovec part(const void *data, size_t bytes)
{
    return (struct iovec){.iov_base = (void *)data, .iov_len = bytes}; /* only read from */
}

static int call(struct proxy *proxy, const struct ask *ask, const struct iovec *parts, int count,
                struct reply *reply)
{
    int error = proxy_send(proxy, ask, parts, count);
    return error != 0 ? error : proxy_receive(proxy, ask->wait_ns, reply);
}

/* Asks with one value, for a number: both may be NULL. */
static int give(struct proxy *proxy, const struct ask *ask, const void *value, size_t bytes,
                uint64_t *number)
{
    struct iovec parts[1] = {part(value, bytes)};
    struct reply reply;
    int error = call(proxy, ask, parts, value != NULL, &reply);
    if (error == 0 && number != NULL)
        *number = reply.number;
    return error;
}

/* Asks with nothing more, for a value or items. */
static int bring(struct proxy *proxy, const struct ask *ask, struct bytes *value)
{
    struct reply reply;
    int error = call(proxy, ask, NULL, 0, &reply);
    if (error == 0)
        *value = reply.payload;
    return error;
}

static int length_of(struct proxy *proxy, const struct ask *ask, const void *value, size_t bytes,
                     size_t *length)
{
    uint64_t number;
    int error = give(proxy, ask, value, bytes, &number);
    if (error == 0 && length != NULL)
        *length = (size_t)number;
    return error;
}

int proxy_object(struct proxy *proxy, enum manager_kind kind, const char *name, uint32_t *number)
{
    struct ask ask = {.message = MANAGER_OPEN, .index = kind};
    uint64_t found;
    int error = give(proxy, &ask, name, strlen(name), &found);
    if (error == 0)
        *number = (uint32_t)found;
    return error;
}

int proxy_will(struct proxy *proxy, uint32_t list, const void *value, size_t bytes)
{
    return give(proxy, &(struct ask){.message = MANAGER_WILL, .object = list}, value, bytes, NULL);
}

/* --- lists -------------------------------------------------------------------------------------
 */

int proxy_append(struct proxy *proxy, uint32_t list, const void *value, size_t bytes,
                 size_t *length)
{
    struct ask ask = {.message = MANAGER_LIST_APPEND, .object = list};
    return length_of(proxy, &ask, value, bytes, length);
}

int proxy_extend(struct proxy *proxy, uint32_t list, const void *items, size_t bytes)
{
    struct ask ask = {.message = MANAGER_LIST_EXTEND, .object = list};
    return give(proxy, &ask, items, bytes, NULL);
}

int proxy_get_item(struct proxy *proxy, uint32_t list, int64_t index, struct bytes *value)
{
    struct ask ask = {.message = MANAGER_LIST_GET, .object = list, .index = index};
    return bring(proxy, &ask, value);
}

int proxy_set_item(struct proxy *proxy, uint32_t list, int64_t index, const void *value,
                   size_t bytes)
{
    struct ask ask = {.message = MANAGER_LIST_SET, .object = list, .index = index};
    return give(proxy, &ask, value, bytes, NULL);
}

int proxy_pop(struct proxy *proxy, uint32_t list, int64_t index, struct bytes *value)
{
    struct ask ask = {.message = MANAGER_LIST_POP, .object = list, .index = index};
    return bring(proxy, &ask, value);
}

int proxy_list_len(struct proxy *proxy, uint32_t list, size_t *length)
{
    struct ask ask = {.message = MANAGER_LIST_LEN, .object = list};
    return length_of(proxy, &ask, NULL, 0, length);
}

int proxy_clear(struct proxy *proxy, uint32_t list)
{
    return give(proxy, &(struct ask){.message = MANAGER_LIST_CLEAR, .object = list}, NULL, 0, NULL);
}

int proxy_slice(struct proxy *proxy, uint32_t list, size_t at, uint32_t most, struct bytes *items)
{
    struct ask ask = {
        .message = MANAGER_LIST_SLICE, .object = list, .index = (int64_t)at, .count = most};
    return bring(proxy, &ask, items);
}

int proxy_take(struct proxy *proxy, uint32_t list, uint32_t most, uint64_t wait_ns,
               struct bytes *items)
{
    struct ask ask = {
        .message = MANAGER_LIST_TAKE, .object = list, .count = most, .wait_ns = wait_ns};
    return bring(proxy, &ask, items);
}

/* --- dictionaries ------------------------------------------------------------------------------
 */

static int call_with_key(struct proxy *proxy, enum manager_message message, uint32_t dict,
                         const char *key, struct iovec value, struct reply *reply)
{
    struct ask ask = {.message = message, .object = dict};
    struct iovec parts[2] = {part(key, strlen(key)), value};
    return call(proxy, &ask, parts, 2, reply);
}

int proxy_set(struct proxy *proxy, uint32_t dict, const char *key, const void *value, size_t bytes)
{
    struct reply reply;
    return call_with_key(proxy, MANAGER_DICT_SET, dict, key, part(value, bytes), &reply);
}

int proxy_get(struct proxy *proxy, uint32_t dict, const char *key, struct bytes *value)
{
    struct reply reply;
    int error = call_with_key(proxy, MANAGER_DICT_GET, dict, key, part(NULL, 0), &reply);
    if (error == 0)
        *value = reply.payload;
    return error;
}

int proxy_delete(struct proxy *proxy, uint32_t dict, const char *key)
{
    struct reply reply;
    return call_with_key(proxy, MANAGER_DICT_DELETE, dict, key, part(NULL, 0), &reply);
}

int proxy_dict_len(struct proxy *proxy, uint32_t dict, size_t *length)
{
    struct ask ask = {.message = MANAGER_DICT_LEN, .object = dict};
    return length_of(proxy, &ask, NULL, 0, length);
}

int proxy_keys(struct proxy *proxy, uint32_t dict, struct bytes *items)
{
    return bring(proxy, &(struct ask){.message = MANAGER_DICT_KEYS, .object = dict}, items);
}

/* --- counters and locks ------------------------------------------------------------------------
 */

int proxy_add(struct proxy *proxy, uint32_t counter, int64_t amount, int64_t *before)
{
    struct ask ask = {.message = MANAGER_COUNTER_ADD, .object = counter, .index = amount};
    return give(proxy, &ask, NULL, 0, (uint64_t *)before);
}

int proxy_count(struct proxy *proxy, uint32_t counter, int64_t *value)
{
    struct ask ask = {.message = MANAGER_COUNTER_GET, .object = counter};
    return give(proxy, &ask, NULL, 0, (uint64_t *)value);
}

int proxy_acquire(struct proxy *proxy, uint32_t lock, uint64_t wait_ns, bool *orphaned)
{
    struct ask ask = {.message = MANAGER_LOCK_ACQUIRE, .object = lock, .wait_ns = wait_ns};
    uint64_t was_orphaned;
    int error = give(proxy, &ask, NULL, 0, &was_orphaned);
    if (error == 0 && orphaned != NULL)
        *orphaned = was_orphaned != 0;
    return error;
}

int proxy_release(struct proxy *proxy, uint32_t lock)
{
    struct ask ask = {.message = MANAGER_LOCK_RELEASE, .object = lock};
    return give(proxy, &ask, NULL, 0, NULL);
}
