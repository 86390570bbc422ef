/*
 * objects.h - what a manager owns: lists, dictionaries, counters and locks of byte strings.
 *
 * Plain data structures of one process, which know neither clients nor messages. All memory that
 * depends on what clients send is taken from one *budget*, so that no client can make the manager
 * grow without end.
 *
 * One thread.
 */
#ifndef PARBENCH_MANAGER_OBJECTS_H
#define PARBENCH_MANAGER_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "manager/protocol.h"

#define OBJECTS_MAX 4096u

struct budget {
    size_t used, most; /* bytes */
};

/* malloc within the budget: NULL if it is spent, or memory is short. The caller remembers how many
 * bytes it has, and gives them back; giving back NULL is a no-op. */
void *budget_take(struct budget *budget, size_t bytes);
void budget_give_back(struct budget *budget, void *memory, size_t bytes);

struct value { /* one byte string, owned by whoever holds it */
    size_t count;
    char data[];
};

/* A copy of bytes, with `more` bytes of zeros behind it; NULL: no memory. */
struct value *value_make(struct budget *budget, struct bytes bytes, size_t more);
void value_free(struct budget *budget, struct value *value);

struct list {             /* all zero: empty */
    struct value **items; /* the list is items[begin .. begin+count-1] */
    size_t begin, count, room;
    size_t promised; /* items for which there will be room, whatever happens */
};

/* Makes room for more items at the end; or promises room for one item that is to come sometime.
 * Return 0 or -ENOMEM. */
int list_reserve(struct budget *budget, struct list *list, size_t more);
int list_promise(struct budget *budget, struct list *list);

/* Takes a value, for which there must be room; or the one that was promised. */
void list_push(struct list *list, struct value *value);
void list_push_promised(struct list *list, struct value *value);

/* Removes and frees count items from `at` on; both must be within the list. */
void list_cut(struct budget *budget, struct list *list, size_t at, size_t count);

struct dict { /* all zero: empty */
    void *tree;
    size_t count;
};

/* Puts a copy of value under a copy of key. Returns 0 or -ENOMEM, and then nothing has changed. */
int dict_set(struct budget *budget, struct dict *dict, struct bytes key, struct bytes value);

/* The value, the dictionary's own; NULL: there is none under this key. */
const struct value *dict_get(const struct dict *dict, struct bytes key);

/* Returns whether there was such a key. */
bool dict_delete(struct budget *budget, struct dict *dict, struct bytes key);

/* Calls visit for every key, in the order of their bytes. */
void dict_keys(const struct dict *dict, void (*visit)(void *context, struct bytes key),
               void *context);

struct session; /* a client, see dispatch.h; here only told from another */

struct lock { /* all zero: free */
    struct session *owner;
    bool orphaned; /* its last owner died, and nobody has been told yet */
};

struct object {
    enum manager_kind kind;
    uint32_t number;
    char name[MANAGER_NAME_BYTES_MAX + 1];
    union {
        struct list list;
        struct dict dict;
        int64_t counter;
        struct lock lock;
    };
    struct session *waiting; /* a queue of clients, the first come first */
};

struct objects { /* all zero but the budget: none */
    struct budget budget;
    struct object *all[OBJECTS_MAX]; /* number n stands at n - 1 */
    uint32_t count;
};

/* The object of that number, or NULL. */
struct object *objects_find(const struct objects *objects, uint32_t number);

/* The object of that name, made if there is none. Returns 0 with *object; -EEXIST: it is of another
 * kind; -ENOSPC: there are too many; or -ENOMEM. name is of 1 .. MANAGER_NAME_BYTES_MAX bytes. */
int objects_open(struct objects *objects, enum manager_kind kind, struct bytes name,
                 struct object **object);

/* Frees all objects and what is in them. */
void objects_close(struct objects *objects);

#endif
