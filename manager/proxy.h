/*
 * proxy.h - a client's side of a manager: its objects, as if they were here.
 *
 * Python calls the thing that stands for a shared object in another process a proxy. Here one proxy
 * is one connection, through which all objects can be used:
 *
 *     struct proxy proxy;
 *     uint32_t list;
 *     proxy_open(&proxy, &address, NULL, 5 * NS_PER_S);
 *     proxy_object(&proxy, MANAGER_LIST, "results", &list);     resultList = manager.list()
 *     proxy_append(&proxy, list, &pair, sizeof pair, NULL);     resultList.append((id, total))
 *     proxy_close(&proxy);
 *
 * All calls return 0 or a negative errno, and then proxy->text says in words what was wrong:
 *     what the manager refuses: -ERANGE, -ENOENT, -ENOMEM, -EPERM, ... ; the proxy stays usable.
 *         -ETIMEDOUT from a wait with a limit is such a refusal.
 *     -ECONNRESET: the manager is gone. -ETIME: it has not answered within the proxy's limit.
 *         -EPROTO: it talks nonsense. The proxy is closed then, and every later call is -ENOTCONN.
 *
 * What a call brings (const char *) stands in the proxy until the next call that brings something.
 * SIGPIPE must be blocked or ignored (common/io.h). A proxy belongs to one thread of one process: a
 * child of fork opens its own.
 */
#ifndef PARBENCH_MANAGER_PROXY_H
#define PARBENCH_MANAGER_PROXY_H

#include <sys/uio.h>

#include "manager/address.h"
#include "manager/key.h"
#include "manager/patience.h"
#include "manager/protocol.h"

#define PROXY_PARTS_MAX 200

struct proxy {
    int fd;            /* poll it for the arrival of a reply; -1: closed */
    uint64_t limit_ns; /* the longest that one call may take, beyond what it is asked to wait;
                          MANAGER_FOREVER: as long as the manager lives */
    char *value;       /* value[room]: the payload of the last reply that had one */
    size_t room;
    uint64_t bytes_sent, bytes_received, messages; /* so far, headers included */
    struct patience patience;
    struct frame_reader in;
    char text[MANAGER_TEXT_BYTES];
};

/* Connects, and proves by the key who we are if there is one (NULL: none). */
int proxy_open(struct proxy *proxy, const struct address *address, const struct key *key,
               uint64_t limit_ns);

/* Closes; the manager then releases what this client holds. May be called twice. */
void proxy_close(struct proxy *proxy);

/* The number of the object of that name and kind, which is made if there is none. */
int proxy_object(struct proxy *proxy, enum manager_kind kind, const char *name, uint32_t *number);

/* When this client is gone, the manager appends value, and a struct parting, to the list. */
int proxy_will(struct proxy *proxy, uint32_t list, const void *value, size_t bytes);

/* Lists. length may be NULL; an index of -1 is the last item. */
int proxy_append(struct proxy *proxy, uint32_t list, const void *value, size_t bytes,
                 size_t *length);
int proxy_get_item(struct proxy *proxy, uint32_t list, int64_t index, struct bytes *value);
int proxy_set_item(struct proxy *proxy, uint32_t list, int64_t index, const void *value,
                   size_t bytes);
int proxy_pop(struct proxy *proxy, uint32_t list, int64_t index, struct bytes *value);
int proxy_list_len(struct proxy *proxy, uint32_t list, size_t *length);
int proxy_clear(struct proxy *proxy, uint32_t list);

/* Several items at once, to be taken off *items by item_next. slice leaves them in the list, take
 * removes them from its front and waits for at most wait_ns until there is one. Both bring at most
 * `most` items, and may bring fewer than there are: ask again from where they ended. */
int proxy_extend(struct proxy *proxy, uint32_t list, const void *items, size_t bytes);
int proxy_slice(struct proxy *proxy, uint32_t list, size_t at, uint32_t most, struct bytes *items);
int proxy_take(struct proxy *proxy, uint32_t list, uint32_t most, uint64_t wait_ns,
               struct bytes *items);

/* Dictionaries. Keys are text; any bytes would do. */
int proxy_set(struct proxy *proxy, uint32_t dict, const char *key, const void *value, size_t bytes);
int proxy_get(struct proxy *proxy, uint32_t dict, const char *key, struct bytes *value);
int proxy_delete(struct proxy *proxy, uint32_t dict, const char *key);
int proxy_dict_len(struct proxy *proxy, uint32_t dict, size_t *length);
int proxy_keys(struct proxy *proxy, uint32_t dict, struct bytes *items);

/* Counters: fetch and add, in one step. before may be NULL. */
int proxy_add(struct proxy *proxy, uint32_t counter, int64_t amount, int64_t *before);
int proxy_count(struct proxy *proxy, uint32_t counter, int64_t *value);

/* Locks. Who dies releases what it holds; the next owner is told so in *orphaned (NULL: does not
 * care), for what the lock guards may be half done. wait_ns 0 only tries. */
int proxy_acquire(struct proxy *proxy, uint32_t lock, uint64_t wait_ns, bool *orphaned);
int proxy_release(struct proxy *proxy, uint32_t lock);

/* --- in two steps: ask, do something else, hear ------------------------------------------------
 */

struct ask {
    enum manager_message message;
    uint32_t object;
    int64_t index;
    uint32_t count;
    uint64_t wait_ns; /* TAKE, ACQUIRE */
};

struct reply {
    uint64_t number;
    uint32_t count;
    struct bytes payload;
};

/* Sends a request with a payload of parts[count] (at most PROXY_PARTS_MAX), which it leaves as they
 * are. Several may be sent before their replies are received, in the same order; as long as those
 * are small. */
int proxy_send(struct proxy *proxy, const struct ask *ask, const struct iovec *parts, int count);

/* Receives the reply of the first request that has none yet, which may take wait_ns longer. */
int proxy_receive(struct proxy *proxy, uint64_t wait_ns, struct reply *reply);

#endif
