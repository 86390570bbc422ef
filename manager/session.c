#include "manager/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"

/* --- answers -----------------------------------------------------------------------------------
 */

void session_answer(struct session *session, uint64_t number, size_t count, char *payload,
                    size_t bytes)
{
    CHECK(!session->answered && session->waits_for == NULL);
    session->reply = frame_make(MANAGER_REPLY, number, count, bytes);
    session->payload = payload;
    session->answered = true;
}

void session_refuse(struct session *session, int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(session->text, sizeof session->text, format, arguments);
    va_end(arguments);
    session_answer(session, (uint64_t)-error, 0, NULL, strlen(session->text));
    session->reply.type = MANAGER_REFUSAL;
}

void session_refuse_memory(const struct objects *objects, struct session *session)
{
    const struct budget *budget = &objects->budget;
    session_refuse(session, -ENOMEM, "the manager has no room for this: it holds %zu of %zu bytes",
                   budget->used, budget->most);
}

/* How many of items[most] fit in one reply, and in how many bytes. */
static size_t fitting(struct value *const *items, size_t most, size_t *bytes)
{
    size_t count = 0;
    *bytes = 0;
    for (; count < most; count++) {
        size_t more = item_room(items[count]->count);
        if (count > 0 && *bytes + more > MANAGER_REPLY_BYTES)
            break;
        *bytes += more;
    }
    return count;
}

size_t session_answer_items(struct objects *objects, struct session *session,
                            const struct list *list, size_t at, size_t most)
{
    size_t left = list->count - at, bytes;
    /* an empty list may have no items at all */
    struct value *const *items = left > 0 ? list->items + list->begin + at : NULL;
    size_t count = fitting(items, most < left ? most : left, &bytes);
    char *payload = budget_take(&objects->budget, bytes);
    if (payload == NULL) {
        session_refuse_memory(objects, session);
        return 0;
    }
    char *next = payload;
    for (size_t i = 0; i < count; i++) {
        memcpy(item_begin(next, items[i]->count), items[i]->data, items[i]->count);
        next += item_room(items[i]->count);
    }
    session_answer(session, at, count, payload, bytes);
    return count;
}

const void *session_payload(const struct session *session)
{
    return session->payload != NULL ? session->payload : session->text;
}

void session_sent(struct objects *objects, struct session *session)
{
    budget_give_back(&objects->budget, session->payload, session->reply.bytes);
    session->payload = NULL;
    session->answered = false;
}

/* --- waiting -----------------------------------------------------------------------------------
 */

static void join_queue(struct session *session, struct object *object)
{
    struct session **last = &object->waiting;
    while (*last != NULL)
        last = &(*last)->behind;
    *last = session;
    session->behind = NULL;
    session->waits_for = object;
}

static void leave_queue(struct session *session)
{
    if (session->waits_for == NULL)
        return;
    struct session **place = &session->waits_for->waiting;
    while (*place != session)
        place = &(*place)->behind;
    *place = session->behind;
    session->waits_for = NULL;
}

void session_expire(struct session *session)
{
    const struct object *object = session->waits_for;
    CHECK(object != NULL);
    leave_queue(session);
    session_refuse(session, -ETIMEDOUT, "%s '%s' within the time limit",
                   object->kind == MANAGER_LOCK ? "did not get lock" : "nothing came into list",
                   object->name);
}

void session_serve(struct objects *objects, struct object *object)
{
    struct list *list = &object->list;
    struct lock *lock = &object->lock;
    while (object->waiting != NULL) {
        struct session *session = object->waiting;
        if (object->kind == MANAGER_LIST ? list->count == 0 : lock->owner != NULL)
            break;
        leave_queue(session);
        if (object->kind == MANAGER_LIST) {
            size_t count = session_answer_items(objects, session, list, 0, session->wants);
            list_cut(&objects->budget, list, 0, count);
        } else {
            session_answer(session, lock->orphaned, 0, NULL, 0);
            *lock = (struct lock){.owner = session};
        }
    }
}

void session_wait(struct objects *objects, struct session *session, struct object *object,
                  uint32_t wants, uint64_t limit_ns)
{
    session->wants = wants;
    session->until_ns = clock_deadline(limit_ns);
    join_queue(session, object);
    session_serve(objects, object); /* maybe it is its turn already */
    if (limit_ns == 0 && session->waits_for != NULL)
        session_expire(session); /* it only wanted to try */
}

/* --- its end -----------------------------------------------------------------------------------
 */

static void release_locks(struct objects *objects, const struct session *session)
{
    for (uint32_t i = 0; i < objects->count; i++) {
        struct object *object = objects->all[i];
        if (object->kind != MANAGER_LOCK || object->lock.owner != session)
            continue;
        object->lock = (struct lock){.orphaned = true};
        session_serve(objects, object);
    }
}

static void execute_will(struct objects *objects, struct session *session, int error)
{
    struct parting parting = {.error = error};
    struct value *will = session->will;
    struct object *heir = session->heir;
    if (will == NULL)
        return;
    session->will = NULL;
    memcpy(will->data + will->count - sizeof parting, &parting, sizeof parting);
    list_push_promised(&heir->list, will);
    session_serve(objects, heir);
}

void session_end(struct objects *objects, struct session *session, int error)
{
    leave_queue(session);
    release_locks(objects, session);
    execute_will(objects, session, error);
    if (session->answered)
        session_sent(objects, session);
}
