#include "manager/protocol.h"

#include <errno.h>
#include <string.h>

struct item { /* stands before its value */
    uint64_t bytes;
};

_Static_assert(sizeof(struct call) == 16, "no padding goes on the wire");

static size_t padded(size_t bytes)
{
    return (bytes + 7) & ~(size_t)7;
}

size_t item_room(size_t bytes)
{
    return sizeof(struct item) + padded(bytes);
}

char *item_begin(char *at, size_t bytes)
{
    struct item item = {.bytes = bytes};
    char *value = at + sizeof item;
    memcpy(at, &item, sizeof item);
    memset(value + bytes, 0, padded(bytes) - bytes);
    return value;
}

int item_next(struct bytes *items, struct bytes *value)
{
    struct item item;
    if (items->count == 0)
        return 0;
    if (items->count < sizeof item)
        return -EPROTO;
    memcpy(&item, items->data, sizeof item);
    if (item.bytes > items->count - sizeof item || /* first, so that the sum can't wrap */
        item_room(item.bytes) > items->count)
        return -EPROTO;
    *value = (struct bytes){items->data + sizeof item, item.bytes};
    items->data += item_room(item.bytes);
    items->count -= item_room(item.bytes);
    return 1;
}
