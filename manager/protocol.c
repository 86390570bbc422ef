#include "manager/protocol.h"

#include <errno.h>
#include <string.h>

_Static_assert(sizeof(struct call) == 16, "no padding goes on the wire");

size_t item_padding(size_t bytes)
{
    return (size_t)-bytes % 8;
}

size_t item_room(size_t bytes)
{
    return ITEM_HEAD_BYTES + bytes + item_padding(bytes);
}

void item_head(char *at, size_t bytes)
{
    uint64_t length = bytes;
    _Static_assert(sizeof length == ITEM_HEAD_BYTES, "an item begins with its length");
    memcpy(at, &length, sizeof length);
}

char *item_begin(char *at, size_t bytes)
{
    item_head(at, bytes);
    memset(at + ITEM_HEAD_BYTES + bytes, 0, item_padding(bytes));
    return at + ITEM_HEAD_BYTES;
}

int item_next(struct bytes *items, struct bytes *value)
{
    uint64_t length;
    if (items->count == 0)
        return 0;
    if (items->count < ITEM_HEAD_BYTES)
        return -EPROTO;
    memcpy(&length, items->data, ITEM_HEAD_BYTES);
    if (length > items->count - ITEM_HEAD_BYTES || /* first, so that the sum can't wrap */
        item_room(length) > items->count)
        return -EPROTO;
    *value = (struct bytes){items->data + ITEM_HEAD_BYTES, length};
    items->data += item_room(length);
    items->count -= item_room(length);
    return 1;
}
