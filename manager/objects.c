#include "manager/objects.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"

/* --- memory ------------------------------------------------------------------------------------
 */

#define ALLOCATION_BYTES 32u /* what malloc needs for itself, and a list for its pointer: about */

void *budget_take(struct budget *budget, size_t bytes)
{
    if (bytes > budget->most || bytes + ALLOCATION_BYTES > budget->most - budget->used)
        return NULL;
    void *memory = malloc(bytes > 0 ? bytes : 1);
    if (memory != NULL)
        budget->used += bytes + ALLOCATION_BYTES;
    return memory;
}

void budget_give_back(struct budget *budget, void *memory, size_t bytes)
{
    if (memory == NULL)
        return;
    CHECK(budget->used >= bytes + ALLOCATION_BYTES);
    budget->used -= bytes + ALLOCATION_BYTES;
    free(memory);
}

struct value *value_make(struct budget *budget, struct bytes bytes, size_t more)
{
    struct value *value = budget_take(budget, sizeof *value + bytes.count + more);
    if (value == NULL)
        return NULL;
    value->count = bytes.count + more;
    if (bytes.count > 0)
        memcpy(value->data, bytes.data, bytes.count);
    memset(value->data + bytes.count, 0, more);
    return value;
}

void value_free(struct budget *budget, struct value *value)
{
    if (value != NULL)
        budget_give_back(budget, value, sizeof *value + value->count);
}

/* --- lists: an array with a gap at its front, so that taking from there is cheap ---------------
 */

int list_reserve(struct budget *budget, struct list *list, size_t more)
{
    const size_t each = sizeof *list->items;
    if (list->begin + list->count + list->promised + more <= list->room)
        return 0;
    size_t room = 2 * (list->count + list->promised + more);
    struct value **items = budget_take(budget, room * each);
    if (items == NULL)
        return -ENOMEM;
    if (list->count > 0)
        memcpy(items, list->items + list->begin, list->count * each);
    budget_give_back(budget, list->items, list->room * each);
    list->items = items;
    list->begin = 0;
    list->room = room;
    return 0;
}

int list_promise(struct budget *budget, struct list *list)
{
    int error = list_reserve(budget, list, 1);
    if (error == 0)
        list->promised++;
    return error;
}

void list_push(struct list *list, struct value *value)
{
    CHECK(list->begin + list->count + list->promised < list->room);
    list->items[list->begin + list->count++] = value;
}

void list_push_promised(struct list *list, struct value *value)
{
    CHECK(list->promised > 0);
    list->promised--;
    list_push(list, value);
}

void list_cut(struct budget *budget, struct list *list, size_t at, size_t count)
{
    CHECK(at <= list->count && count <= list->count - at);
    if (list->items == NULL)
        return;
    struct value **items = list->items + list->begin;
    for (size_t i = at; i < at + count; i++)
        value_free(budget, items[i]);
    list->count -= count;
    if (at == 0)
        list->begin += count;
    else if (at < list->count)
        memmove(items + at, items + at + count, (list->count - at) * sizeof *items);
    if (list->count > 0)
        return;
    list->begin = 0;
    if (list->promised > 0)
        return;
    budget_give_back(budget, list->items, list->room * sizeof *items); /* however long it was */
    *list = (struct list){0};
}

/* --- dictionaries: a search tree of the C library (tsearch(3)) ---------------------------------
 */

struct pair {
    struct bytes look; /* the key that is looked for, or the one of this pair */
    struct value *key, *value;
};

static int compare(const void *left, const void *right)
{
    const struct bytes *a = &((const struct pair *)left)->look;
    const struct bytes *b = &((const struct pair *)right)->look;
    size_t common = a->count < b->count ? a->count : b->count;
    int order = common > 0 ? memcmp(a->data, b->data, common) : 0;
    return order != 0 ? order : (a->count > b->count) - (a->count < b->count);
}

static struct pair *look_up(const struct dict *dict, struct bytes key)
{
    struct pair wanted = {.look = key};
    struct pair *const *found = tfind(&wanted, &dict->tree, compare);
    return found != NULL ? *found : NULL;
}

static void pair_free(struct budget *budget, struct pair *pair)
{
    if (pair == NULL)
        return;
    value_free(budget, pair->key);
    value_free(budget, pair->value);
    budget_give_back(budget, pair, sizeof *pair);
}

static int insert(struct budget *budget, struct dict *dict, struct bytes key, struct value *value)
{
    struct pair *pair = budget_take(budget, sizeof *pair);
    if (pair == NULL)
        return -ENOMEM;
    *pair = (struct pair){.key = value_make(budget, key, 0)};
    if (pair->key != NULL) {
        pair->look = (struct bytes){pair->key->data, key.count};
        if (tsearch(pair, &dict->tree, compare) != NULL) {
            pair->value = value;
            dict->count++;
            return 0;
        }
    }
    pair_free(budget, pair);
    return -ENOMEM;
}

int dict_set(struct budget *budget, struct dict *dict, struct bytes key, struct bytes value)
{
    struct pair *pair = look_up(dict, key);
    struct value *copy = value_make(budget, value, 0);
    if (copy == NULL)
        return -ENOMEM;
    if (pair != NULL) {
        value_free(budget, pair->value);
        pair->value = copy;
        return 0;
    }
    int error = insert(budget, dict, key, copy);
    if (error != 0)
        value_free(budget, copy);
    return error;
}

const struct value *dict_get(const struct dict *dict, struct bytes key)
{
    const struct pair *pair = look_up(dict, key);
    return pair != NULL ? pair->value : NULL;
}

bool dict_delete(struct budget *budget, struct dict *dict, struct bytes key)
{
    struct pair *pair = look_up(dict, key);
    if (pair == NULL)
        return false;
    tdelete(pair, &dict->tree, compare);
    pair_free(budget, pair);
    dict->count--;
    return true;
}

struct visit {
    void (*call)(void *context, struct bytes key);
    void *context;
};

static void visit_node(const void *node, VISIT order, void *argument)
{
    const struct pair *pair = *(struct pair *const *)node;
    const struct visit *visit = argument;
    if (order == postorder || order == leaf) /* "post" is in between: after the smaller ones */
        visit->call(visit->context, pair->look);
}

void dict_keys(const struct dict *dict, void (*call)(void *context, struct bytes key),
               void *context)
{
    struct visit visit = {call, context};
    twalk_r(dict->tree, visit_node, &visit);
}

static void dict_close(struct budget *budget, struct dict *dict)
{
    while (dict->tree != NULL) {
        struct pair *pair = *(struct pair **)dict->tree; /* a node begins with its pair */
        tdelete(pair, &dict->tree, compare);
        pair_free(budget, pair);
    }
}

/* --- all of them -------------------------------------------------------------------------------
 */

struct object *objects_find(const struct objects *objects, uint32_t number)
{
    return number >= 1 && number <= objects->count ? objects->all[number - 1] : NULL;
}

int objects_open(struct objects *objects, enum manager_kind kind, struct bytes name,
                 struct object **object)
{
    CHECK(name.count >= 1 && name.count <= MANAGER_NAME_BYTES_MAX);
    for (uint32_t i = 0; i < objects->count; i++) {
        *object = objects->all[i];
        if (strlen((*object)->name) == name.count &&
            memcmp((*object)->name, name.data, name.count) == 0)
            return (*object)->kind == kind ? 0 : -EEXIST;
    }
    if (objects->count == OBJECTS_MAX)
        return -ENOSPC;
    *object = budget_take(&objects->budget, sizeof **object);
    if (*object == NULL)
        return -ENOMEM;
    memset(*object, 0, sizeof **object);
    memcpy((*object)->name, name.data, name.count);
    (*object)->kind = kind;
    objects->all[objects->count++] = *object;
    (*object)->number = objects->count;
    return 0;
}

void objects_close(struct objects *objects)
{
    struct budget *budget = &objects->budget;
    while (objects->count > 0) {
        struct object *object = objects->all[--objects->count];
        if (object->kind == MANAGER_LIST)
            list_cut(budget, &object->list, 0, object->list.count);
        if (object->kind == MANAGER_LIST)
            budget_give_back(budget, object->list.items, object->list.room * sizeof(void *));
        if (object->kind == MANAGER_DICT)
            dict_close(budget, &object->dict);
        budget_give_back(budget, object, sizeof *object);
    }
}
