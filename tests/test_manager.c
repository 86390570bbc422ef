/*
 * test_manager.c - the manager: what its objects do, who is let in, and that no client can hold up,
 * deceive or burst it; and the backend that is made of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/manager_worker.h"
#include "backends/registry.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/io.h"
#include "common/memory.h"
#include "isolate.h"
#include "manager/proxy.h"
#include "manager/server.h"
#include "mix.h"
#include "pace.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KIB          1024u
#define MIB          (1024u * KIB)
#define LIMIT_NS     (20 * NS_PER_S) /* later than this is a hang */
#define SHORT_NS     (50 * NS_PER_MS)
#define CLIENTS      6

static struct scene { /* a manager and clients */
    struct child server;
    struct address address;
    struct key key;
    struct proxy clients[CLIENTS];
    uint32_t list, dict, counter, lock;
} scene;

static void connect_client(struct proxy *client)
{
    if (proxy_open(client, &scene.address, NULL, LIMIT_NS) != 0)
        fail_msg("cannot connect: %s", client->text);
}

/* Opens a scene with a manager that has so many bytes, and with so many clients. */
static void open_scene(size_t most_bytes, struct limits limits, unsigned clients)
{
    struct server_settings settings = {
        .most_clients = CLIENTS, .most_bytes = most_bytes, .limits = limits};
    memset(&scene, 0, sizeof scene);
    for (unsigned i = 0; i < CLIENTS; i++)
        scene.clients[i].fd = -1;
    address_unix(&scene.address);
    assert_int_equal(server_start(&scene.server, &scene.address, &settings), 0);
    for (unsigned i = 0; i < clients; i++)
        connect_client(&scene.clients[i]);
    if (clients == 0)
        return;
    struct proxy *proxy = &scene.clients[0];
    assert_int_equal(proxy_object(proxy, MANAGER_LIST, "list", &scene.list), 0);
    assert_int_equal(proxy_object(proxy, MANAGER_DICT, "dict", &scene.dict), 0);
    assert_int_equal(proxy_object(proxy, MANAGER_COUNTER, "counter", &scene.counter), 0);
    assert_int_equal(proxy_object(proxy, MANAGER_LOCK, "lock", &scene.lock), 0);
}

static int close_scene(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CLIENTS; i++)
        proxy_close(&scene.clients[i]);
    child_end(&scene.server);
    return 0;
}

static int common_scene(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    open_scene(256 * MIB, SERVER_LIMITS, 3);
    return 0;
}

static void append(struct proxy *proxy, const char *text)
{
    assert_int_equal(proxy_append(proxy, scene.list, text, strlen(text), NULL), 0);
}

static void assert_bytes(struct bytes bytes, const char *text)
{
    assert_int_equal(bytes.count, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.count);
}

/* What items hold, joined by commas. */
static const char *join(struct bytes items)
{
    static char text[256];
    struct bytes value;
    size_t used = 0;
    *text = '\0';
    while (item_next(&items, &value) > 0 && used < sizeof text - 64)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", used > 0 ? "," : "",
                                 (int)value.count, value.data);
    return text;
}

/* --- items -------------------------------------------------------------------------------------
 */

static void items_come_out_as_they_went_in(void **state)
{
    (void)state;
    char room[512] = {0};
    char *at = room;
    struct bytes items, value;
    for (size_t bytes = 0; bytes < 20; bytes++) {
        memset(item_begin(at, bytes), 'a' + (int)bytes, bytes);
        at += item_room(bytes);
        assert_int_equal((at - room) % 8, 0);
    }
    items = (struct bytes){room, (size_t)(at - room)};
    for (size_t bytes = 0; bytes < 20; bytes++) {
        assert_int_equal(item_next(&items, &value), 1);
        assert_int_equal(value.count, bytes);
        assert_int_equal((value.data - room) % 8, 0);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(value.data[i], 'a' + (int)bytes);
    }
    assert_int_equal(item_next(&items, &value), 0);
}

static void nonsense_is_no_item(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {1, 9, 100, UINT64_MAX, UINT64_MAX - 7, UINT64_MAX - 15};
    char room[16] = {0};
    struct bytes value;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct bytes items = {room, lengths[i] == 9 ? 16 : 8 + (lengths[i] == 1)};
        memcpy(room, &lengths[i], sizeof lengths[i]);
        assert_int_equal(item_next(&items, &value), -EPROTO);
    }
    for (size_t count = 1; count < 8; count++)
        assert_int_equal(item_next(&(struct bytes){room, count}, &value), -EPROTO);
}

/* --- objects -----------------------------------------------------------------------------------
 */

static void a_list_is_a_list(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0], *b = &scene.clients[1];
    struct bytes value;
    size_t length;
    assert_int_equal(proxy_append(a, scene.list, "one", 3, &length), 0);
    assert_int_equal(length, 1);
    append(b, "two"); /* all clients see the same list */
    append(a, "");
    append(a, "four");
    assert_int_equal(proxy_list_len(b, scene.list, &length), 0);
    assert_int_equal(length, 4);
    assert_int_equal(proxy_get_item(b, scene.list, 0, &value), 0);
    assert_bytes(value, "one");
    assert_int_equal(proxy_get_item(b, scene.list, -1, &value), 0);
    assert_bytes(value, "four");
    assert_int_equal(proxy_set_item(b, scene.list, -2, "three", 5), 0);
    assert_int_equal(proxy_slice(a, scene.list, 1, 2, &value), 0);
    assert_string_equal(join(value), "two,three");
    assert_int_equal(proxy_slice(a, scene.list, 3, 100, &value), 0);
    assert_string_equal(join(value), "four");
    assert_int_equal(proxy_slice(a, scene.list, 4, 1, &value), 0);
    assert_int_equal(value.count, 0);
    assert_int_equal(proxy_pop(a, scene.list, 0, &value), 0);
    assert_bytes(value, "one");
    assert_int_equal(proxy_pop(a, scene.list, 1, &value), 0);
    assert_bytes(value, "three");
    assert_int_equal(proxy_take(a, scene.list, 100, 0, &value), 0);
    assert_string_equal(join(value), "two,four");
    append(a, "again");
    assert_int_equal(proxy_clear(a, scene.list), 0);
    assert_int_equal(proxy_list_len(a, scene.list, &length), 0);
    assert_int_equal(length, 0);
}

static void what_is_not_there_is_refused_in_words(void **state)
{
    (void)state;
    static const int64_t wrong[] = {2, -3, INT64_MAX, INT64_MIN};
    struct proxy *a = &scene.clients[0];
    struct bytes value;
    uint32_t number;
    append(a, "one");
    append(a, "two");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(proxy_get_item(a, scene.list, wrong[i], &value), -ERANGE);
        assert_non_null(strstr(a->text, "list 'list' has no item"));
        assert_int_equal(proxy_set_item(a, scene.list, wrong[i], "x", 1), -ERANGE);
        assert_int_equal(proxy_pop(a, scene.list, wrong[i], &value), -ERANGE);
    }
    assert_int_equal(proxy_get(a, scene.dict, "nobody", &value), -ENOENT);
    assert_int_equal(proxy_delete(a, scene.dict, "nobody"), -ENOENT);
    assert_int_equal(proxy_append(a, scene.dict, "x", 1, NULL), -EINVAL);
    assert_non_null(strstr(a->text, "kind"));
    assert_int_equal(proxy_append(a, 4711, "x", 1, NULL), -EINVAL);
    assert_non_null(strstr(a->text, "4711"));
    assert_int_equal(proxy_object(a, MANAGER_LOCK, "list", &number), -EEXIST);
    assert_int_equal(proxy_object(a, MANAGER_LOCK, "", &number), -EINVAL);
    assert_int_equal(proxy_release(a, scene.lock), -EPERM);
    append(a, "still usable");
}

static void a_dictionary_is_a_dictionary(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0];
    struct bytes value;
    size_t length;
    char key[16];
    assert_int_equal(proxy_set(a, scene.dict, "b", "2", 1), 0);
    assert_int_equal(proxy_set(a, scene.dict, "a", "1", 1), 0);
    assert_int_equal(proxy_set(a, scene.dict, "ab", NULL, 0), 0);
    assert_int_equal(proxy_set(a, scene.dict, "b", "two", 3), 0);
    assert_int_equal(proxy_get(a, scene.dict, "b", &value), 0);
    assert_bytes(value, "two");
    assert_int_equal(proxy_get(a, scene.dict, "ab", &value), 0);
    assert_bytes(value, "");
    assert_int_equal(proxy_keys(&scene.clients[1], scene.dict, &value), 0);
    assert_string_equal(join(value), "a,ab,b");
    assert_int_equal(proxy_delete(a, scene.dict, "ab"), 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "%d", i * 7919 % 1000);
        assert_int_equal(proxy_set(a, scene.dict, key, key, strlen(key)), 0);
    }
    assert_int_equal(proxy_dict_len(a, scene.dict, &length), 0);
    assert_int_equal(length, 1002);
    assert_int_equal(proxy_get(a, scene.dict, "500", &value), 0);
    assert_bytes(value, "500");
}

static void a_counter_counts_and_does_not_overflow(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0];
    int64_t value;
    assert_int_equal(proxy_add(a, scene.counter, 5, &value), 0);
    assert_int_equal(value, 0);
    assert_int_equal(proxy_add(&scene.clients[1], scene.counter, -7, &value), 0);
    assert_int_equal(value, 5);
    assert_int_equal(proxy_count(a, scene.counter, &value), 0);
    assert_int_equal(value, -2);
    assert_int_equal(proxy_add(a, scene.counter, INT64_MIN, NULL), -EOVERFLOW);
    assert_int_equal(proxy_count(a, scene.counter, &value), 0);
    assert_int_equal(value, -2);
}

static void values_of_all_sizes_pass(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 4095, 65536, 65537, MIB + 1, MANAGER_VALUE_BYTES_MAX};
    struct proxy *a = &scene.clients[0];
    char *sent = malloc(MANAGER_VALUE_BYTES_MAX);
    struct bytes value;
    assert_non_null(sent);
    for (size_t i = 0; i < MANAGER_VALUE_BYTES_MAX; i++)
        sent[i] = (char)(i * 31 + i / 251);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        assert_int_equal(proxy_append(a, scene.list, sent, sizes[i], NULL), 0);
        assert_int_equal(proxy_pop(a, scene.list, -1, &value), 0);
        assert_int_equal(value.count, sizes[i]);
        assert_int_equal(memcmp(value.data, sent, sizes[i]), 0);
    }
    assert_int_equal(proxy_append(a, scene.list, sent, FRAME_BYTES_MAX, NULL), -EMSGSIZE);
    free(sent);
    append(a, "still usable");
}

static void a_long_list_comes_in_slices(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0];
    struct bytes items, value;
    char kib[KIB];
    uint32_t got = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        memset(kib, (int)(i % 256), sizeof kib);
        assert_int_equal(proxy_append(a, scene.list, kib, sizeof kib, NULL), 0);
    }
    while (got < 3000) {
        uint32_t before = got;
        assert_int_equal(proxy_slice(a, scene.list, got, UINT32_MAX, &items), 0);
        assert_in_range(items.count, 1, MANAGER_REPLY_BYTES);
        for (; item_next(&items, &value) > 0; got++)
            assert_int_equal((unsigned char)value.data[KIB - 1], got % 256);
        assert_true(got > before);
    }
    assert_int_equal(got, 3000);
}

/* --- waiting, locks, wills ---------------------------------------------------------------------
 */

static void who_waits_is_served_in_turn(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0], *b = &scene.clients[1], *c = &scene.clients[2];
    struct ask take = {
        .message = MANAGER_LIST_TAKE, .object = scene.list, .count = 1, .wait_ns = MANAGER_FOREVER};
    struct bytes value;
    struct reply reply;
    size_t length;
    assert_int_equal(proxy_take(b, scene.list, 1, 0, &value), -ETIMEDOUT);
    assert_int_equal(proxy_take(b, scene.list, 1, SHORT_NS, &value), -ETIMEDOUT);
    assert_int_equal(proxy_send(b, &take, NULL, 0), 0);
    assert_int_equal(io_wait(b->fd, POLLIN, clock_deadline(SHORT_NS)), -ETIMEDOUT);
    assert_int_equal(proxy_send(c, &take, NULL, 0), 0);
    assert_int_equal(io_wait(c->fd, POLLIN, clock_deadline(SHORT_NS)), -ETIMEDOUT);
    append(a, "first");
    append(a, "second");
    assert_int_equal(proxy_receive(c, 0, &reply), 0);
    assert_string_equal(join(reply.payload), "second");
    assert_int_equal(proxy_receive(b, 0, &reply), 0);
    assert_string_equal(join(reply.payload), "first");
    assert_int_equal(proxy_list_len(a, scene.list, &length), 0);
    assert_int_equal(length, 0);
}

static void one_who_goes_while_it_waits_takes_nothing(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0], *b = &scene.clients[1];
    struct ask take = {
        .message = MANAGER_LIST_TAKE, .object = scene.list, .count = 1, .wait_ns = MANAGER_FOREVER};
    struct bytes value;
    assert_int_equal(proxy_will(b, scene.list, "gone", 4), 0);
    assert_int_equal(proxy_send(b, &take, NULL, 0), 0);
    proxy_close(b);
    assert_int_equal(proxy_take(a, scene.list, 1, LIMIT_NS, &value), 0); /* its will */
    append(a, "kept");
    assert_int_equal(proxy_pop(a, scene.list, 0, &value), 0);
    assert_bytes(value, "kept");
}

static void a_lock_excludes_and_waits(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0], *b = &scene.clients[1];
    struct ask acquire = {
        .message = MANAGER_LOCK_ACQUIRE, .object = scene.lock, .wait_ns = MANAGER_FOREVER};
    struct reply reply;
    bool orphaned;
    assert_int_equal(proxy_acquire(a, scene.lock, 0, &orphaned), 0);
    assert_false(orphaned);
    assert_int_equal(proxy_acquire(a, scene.lock, 0, NULL), -EDEADLK);
    assert_int_equal(proxy_acquire(b, scene.lock, 0, NULL), -ETIMEDOUT);
    assert_int_equal(proxy_acquire(b, scene.lock, SHORT_NS, NULL), -ETIMEDOUT);
    assert_int_equal(proxy_release(b, scene.lock), -EPERM);
    assert_int_equal(proxy_send(b, &acquire, NULL, 0), 0);
    assert_int_equal(proxy_release(a, scene.lock), 0);
    assert_int_equal(proxy_receive(b, 0, &reply), 0);
    assert_int_equal(proxy_release(b, scene.lock), 0);
}

static void sleep_in_a_child(const struct address *address)
{
    struct proxy proxy;
    uint32_t lock;
    if (proxy_open(&proxy, address, NULL, LIMIT_NS) != 0 ||
        proxy_object(&proxy, MANAGER_LOCK, "lock", &lock) != 0 ||
        proxy_acquire(&proxy, lock, 0, NULL) != 0)
        _exit(1);
    raise(SIGSTOP); /* "I have it" */
    for (;;)
        pause();
}

static int holder_body(void *argument)
{
    sleep_in_a_child(argument);
    return 1;
}

static void a_lock_whose_owner_is_killed_is_released_and_says_so(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0];
    struct child holder;
    bool orphaned;
    siginfo_t info;
    assert_int_equal(child_start(&holder, holder_body, &scene.address), 0);
    assert_int_equal(waitid(P_PID, (id_t)holder.pid, &info, WSTOPPED), 0);
    assert_int_equal(proxy_acquire(a, scene.lock, 0, NULL), -ETIMEDOUT);
    child_end(&holder);
    assert_int_equal(proxy_acquire(a, scene.lock, LIMIT_NS, &orphaned), 0);
    assert_true(orphaned);
    assert_int_equal(proxy_release(a, scene.lock), 0);
    assert_int_equal(proxy_acquire(a, scene.lock, 0, &orphaned), 0);
    assert_false(orphaned);
}

/* The reason in the will that comes into the list. */
static int64_t await_parting(struct proxy *proxy, const char *text)
{
    struct parting parting;
    struct bytes items, value;
    assert_int_equal(proxy_take(proxy, scene.list, 1, LIMIT_NS, &items), 0);
    assert_int_equal(item_next(&items, &value), 1);
    assert_int_equal(value.count, strlen(text) + sizeof parting);
    assert_memory_equal(value.data, text, strlen(text));
    memcpy(&parting, value.data + strlen(text), sizeof parting);
    return parting.error;
}

static void a_will_tells_how_its_client_ended(void **state)
{
    (void)state;
    static const char nonsense[] = "this is surely no frame, but long enough to be taken for one";
    struct proxy *a = &scene.clients[0], *b = &scene.clients[1];
    struct frame frame = frame_make(MANAGER_LIST_APPEND, 0, 0, 1000);
    assert_int_equal(proxy_will(b, scene.list, "replaced", 8), 0);
    assert_int_equal(proxy_will(b, scene.list, "b", 1), 0);
    proxy_close(b);
    assert_int_equal(await_parting(a, "b"), 0);

    connect_client(b);
    assert_int_equal(proxy_will(b, scene.list, "b", 1), 0);
    assert_int_equal(io_write(b->fd, nonsense, sizeof nonsense, IO_FOREVER), 0);
    assert_int_equal(await_parting(a, "b"), -EPROTO);
    assert_int_equal(proxy_append(b, scene.list, "x", 1, NULL), -EPROTO); /* it was told */
    assert_int_equal(proxy_append(b, scene.list, "x", 1, NULL), -ENOTCONN);

    proxy_close(b);
    connect_client(b);
    assert_int_equal(proxy_will(b, scene.list, "b", 1), 0);
    assert_int_equal(io_write(b->fd, &frame, sizeof frame, IO_FOREVER), 0);
    proxy_close(b);
    assert_int_equal(await_parting(a, "b"), -EPIPE);
}

/* --- clients that misbehave --------------------------------------------------------------------
 */

/* What a client sends instead of a request. */
static const struct rubbish {
    const char *name;
    struct frame frame;
    size_t payload_bytes;
    struct call call;
} rubbish[] = {
    {"no magic", {.magic = 1, .version = 1, .type = MANAGER_LIST_LEN, .bytes = 16}, 16, {1, 0, 0}},
    {"a version to come",
     {.magic = FRAME_MAGIC, .version = 9, .type = MANAGER_LIST_LEN, .bytes = 16},
     16,
     {1, 0, 0}},
    {"an unknown type",
     {.magic = FRAME_MAGIC, .version = 1, .type = MANAGER_MESSAGES, .bytes = 16},
     16,
     {1, 0, 0}},
    {"a reply",
     {.magic = FRAME_MAGIC, .version = 1, .type = MANAGER_REPLY, .bytes = 16},
     16,
     {1, 0, 0}},
    {"no call",
     {.magic = FRAME_MAGIC, .version = 1, .type = MANAGER_LIST_LEN, .bytes = 15},
     15,
     {1, 0, 0}},
    {"nothing", {.magic = FRAME_MAGIC, .version = 1, .type = MANAGER_LIST_LEN}, 0, {1, 0, 0}},
    {"too long",
     {.magic = FRAME_MAGIC, .version = 1, .type = MANAGER_LIST_LEN, .bytes = FRAME_BYTES_MAX + 1},
     16,
     {1, 0, 0}},
    {"a key that ends nowhere",
     {.magic = FRAME_MAGIC, .version = 1, .type = MANAGER_DICT_GET, .bytes = 16},
     16,
     {2, UINT32_MAX, 0}},
    {"items that are none",
     {.magic = FRAME_MAGIC, .version = 1, .type = MANAGER_LIST_EXTEND, .bytes = 20},
     20,
     {1, 0, 0}},
    {"a kind that is none",
     {.magic = FRAME_MAGIC, .version = 1, .type = MANAGER_OPEN, .index = 9, .bytes = 17},
     17,
     {0, 0, 0}},
    {"take nothing",
     {.magic = FRAME_MAGIC, .version = 1, .type = MANAGER_LIST_TAKE, .bytes = 16},
     16,
     {1, 0, 0}},
};

static void rubbish_ends_its_sender_and_nobody_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rubbish); i++) {
        struct proxy *b = &scene.clients[1];
        char wire[sizeof(struct frame) + 64] = {0};
        memcpy(wire, &rubbish[i].frame, sizeof(struct frame));
        memcpy(wire + sizeof(struct frame), &rubbish[i].call, sizeof(struct call));
        assert_int_equal(proxy_will(b, scene.list, "b", 1), 0);
        assert_int_equal(
            io_write(b->fd, wire, sizeof(struct frame) + rubbish[i].payload_bytes, IO_FOREVER), 0);
        if (await_parting(&scene.clients[0], "b") != -EPROTO)
            fail_msg("%s: not taken for nonsense", rubbish[i].name);
        append(&scene.clients[2], "unharmed");
        assert_int_equal(proxy_clear(&scene.clients[0], scene.list), 0);
        proxy_close(b);
        connect_client(b);
    }
}

static void who_stalls_holds_up_nobody(void **state)
{
    (void)state;
    struct limits limits = {
        .greeting_ns = 4 * SHORT_NS, .message_ns = 4 * SHORT_NS, .idle_ns = MANAGER_FOREVER};
    struct frame frame = frame_make(MANAGER_LIST_APPEND, 0, 0, 1000);
    struct proxy *a = &scene.clients[0], *silent = &scene.clients[1], *slow = &scene.clients[2];
    close_scene(NULL);
    open_scene(64 * MIB, limits, 1);
    connect_client(silent);
    connect_client(slow);
    assert_int_equal(proxy_will(slow, scene.list, "slow", 4), 0);
    assert_int_equal(io_write(slow->fd, &frame, sizeof frame - 1, IO_FOREVER), 0);
    for (int i = 0; i < 100; i++)
        append(a, "x"); /* meanwhile */
    assert_int_equal(proxy_clear(a, scene.list), 0);
    assert_int_equal(await_parting(a, "slow"), -ETIMEDOUT);
    assert_int_equal(io_wait(silent->fd, POLLIN, clock_deadline(LIMIT_NS)), 0);
    assert_int_equal(proxy_append(silent, scene.list, "x", 1, NULL), -ETIMEDOUT); /* it was told */
    append(a, "I may be idle");
}

/* Each message is whole long before its limit, but the next has always begun by then. */
static void a_limit_is_for_one_message(void **state)
{
    (void)state;
    enum { MESSAGES = 12, STEPS = 6 }; /* in a limit: so a stall of five steps is forgiven */
    const uint64_t limit_ns = pace_scaled(6 * SHORT_NS);
    struct limits limits = {
        .greeting_ns = LIMIT_NS, .message_ns = limit_ns, .idle_ns = MANAGER_FOREVER};
    struct {
        struct frame frame;
        struct call call;
    } wire[MESSAGES] = {0};
    struct proxy *steady = &scene.clients[1];
    struct reply reply;
    close_scene(NULL);
    open_scene(64 * MIB, limits, 2);
    for (int i = 0; i < MESSAGES; i++) {
        wire[i].frame = frame_make(MANAGER_LIST_LEN, 0, 0, sizeof wire[i].call);
        wire[i].call.object = scene.list;
    }
    size_t sent = 0;
    for (int i = 1; i <= MESSAGES; i++) { /* to the end of a message and one byte into the next */
        size_t end = (size_t)i * sizeof wire[0] + (i < MESSAGES);
        const char *next = (const char *)wire + sent;
        assert_int_equal(io_write(steady->fd, next, end - sent, IO_FOREVER), 0);
        sent = end;
        usleep((useconds_t)(limit_ns / STEPS / 1000));
    }
    for (int i = 0; i < MESSAGES; i++)
        assert_int_equal(proxy_receive(steady, 0, &reply), 0);
}

/* Asks again and again for much, and reads nothing. */
static void who_does_not_read_holds_up_nobody(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0], *deaf = &scene.clients[1];
    struct ask get = {.message = MANAGER_LIST_GET, .object = scene.list};
    char *large = calloc(1, MIB);
    struct bytes value;
    struct reply reply;
    assert_non_null(large);
    assert_int_equal(proxy_append(a, scene.list, large, MIB, NULL), 0);
    free(large);
    for (int i = 0; i < 50; i++)
        assert_int_equal(proxy_send(deaf, &get, NULL, 0), 0);
    for (int i = 0; i < 100; i++)
        append(a, "x");
    assert_int_equal(proxy_get_item(a, scene.list, 0, &value), 0);
    assert_int_equal(value.count, MIB);
    for (int i = 0; i < 50; i++) { /* now it does: they are all there */
        assert_int_equal(proxy_receive(deaf, 0, &reply), 0);
        assert_int_equal(reply.payload.count, MIB);
    }
}

static void memory_is_bounded_and_comes_back(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0];
    char *large = calloc(1, 3 * MIB);
    struct bytes value;
    assert_non_null(large);
    close_scene(NULL);
    open_scene(8 * MIB, SERVER_LIMITS, 1);
    for (int round = 0; round < 20; round++) {
        assert_int_equal(proxy_append(a, scene.list, large, 3 * MIB, NULL), 0);
        assert_int_equal(proxy_append(a, scene.list, large, 3 * MIB, NULL), -ENOMEM);
        assert_non_null(strstr(a->text, "no room"));
        assert_int_equal(proxy_pop(a, scene.list, 0, &value), 0);
        assert_int_equal(value.count, 3 * MIB);
    }
    free(large);
    int error = 0;
    char kib[KIB] = {0};
    while (error == 0)
        error = proxy_append(a, scene.list, kib, sizeof kib, NULL);
    assert_int_equal(error, -ENOMEM);
    assert_int_equal(proxy_clear(a, scene.list), 0);
    append(a, "still usable");
}

static void there_are_only_so_many_clients(void **state)
{
    (void)state;
    struct proxy late;
    for (unsigned i = 3; i < CLIENTS; i++) {
        connect_client(&scene.clients[i]);
        assert_int_equal(proxy_append(&scene.clients[i], scene.list, "x", 1, NULL), 0);
    }
    assert_int_equal(proxy_open(&late, &scene.address, NULL, LIMIT_NS), 0);
    assert_int_equal(proxy_append(&late, scene.list, "x", 1, NULL), -EUSERS);
    assert_non_null(strstr(late.text, "6 clients"));
    proxy_close(&late);
    append(&scene.clients[0], "still usable");
}

static void a_killed_manager_is_noticed_at_once(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0], *b = &scene.clients[1];
    struct ask take = {
        .message = MANAGER_LIST_TAKE, .object = scene.list, .count = 1, .wait_ns = MANAGER_FOREVER};
    struct reply reply;
    assert_int_equal(proxy_send(b, &take, NULL, 0), 0);
    child_end(&scene.server);
    uint64_t begin_ns = clock_ns();
    assert_int_equal(proxy_receive(b, MANAGER_FOREVER, &reply), -ECONNRESET);
    assert_int_equal(proxy_append(a, scene.list, "x", 1, NULL), -ECONNRESET);
    assert_string_equal(a->text, "the manager is gone");
    assert_int_equal(proxy_append(a, scene.list, "x", 1, NULL), -ENOTCONN);
    assert_true(clock_ns() - begin_ns < 5 * NS_PER_S);
    struct proxy late;
    assert_int_equal(proxy_open(&late, &scene.address, NULL, LIMIT_NS), -ECONNREFUSED);
}

static void a_stopped_manager_is_given_up_in_time(void **state)
{
    (void)state;
    struct proxy *a = &scene.clients[0];
    a->limit_ns = SHORT_NS;
    assert_int_equal(kill(scene.server.pid, SIGSTOP), 0);
    assert_int_equal(proxy_append(a, scene.list, "x", 1, NULL), -ETIME);
    assert_int_equal(proxy_append(a, scene.list, "x", 1, NULL), -ENOTCONN);
}

/* --- keys --------------------------------------------------------------------------------------
 */

static int start_with_key(const char *host)
{
    struct server_settings settings = {
        .key = &scene.key, .most_clients = CLIENTS, .most_bytes = MIB, .limits = SERVER_LIMITS};
    close_scene(NULL);
    assert_int_equal(key_make(&scene.key), 0);
    if (host != NULL)
        assert_int_equal(address_tcp(&scene.address, host, 0), 0);
    else
        address_unix(&scene.address);
    return server_start(&scene.server, &scene.address, &settings);
}

static void the_right_key_opens_and_no_other(void **state)
{
    (void)state;
    static const char *const hosts[] = {NULL, "127.0.0.1"};
    for (size_t i = 0; i < COUNT(hosts); i++) {
        struct proxy *a = &scene.clients[0];
        struct key wrong;
        assert_int_equal(start_with_key(hosts[i]), 0);
        assert_int_equal(proxy_open(a, &scene.address, &scene.key, LIMIT_NS), 0);
        assert_int_equal(proxy_object(a, MANAGER_LIST, "list", &scene.list), 0);
        append(a, "let in");
        proxy_close(a);
        wrong = scene.key;
        wrong.data[wrong.bytes - 1] ^= 1;
        assert_int_equal(proxy_open(a, &scene.address, &wrong, LIMIT_NS), -EACCES);
        assert_non_null(strstr(a->text, "key"));
        assert_int_equal(proxy_open(a, &scene.address, NULL, LIMIT_NS), 0); /* no answer yet */
        assert_int_equal(proxy_append(a, scene.list, "x", 1, NULL), -EACCES);
        assert_non_null(strstr(a->text, "key"));
        proxy_close(a);
    }
}

static void tcp_needs_a_key(void **state)
{
    (void)state;
    struct server_settings settings = {
        .most_clients = 1, .most_bytes = MIB, .limits = SERVER_LIMITS};
    struct address address;
    struct child server;
    assert_int_equal(address_tcp(&address, NULL, 0), 0);
    assert_int_equal(server_start(&server, &address, &settings), -EINVAL);
    assert_int_equal(address_tcp(&address, "localhost", 0), -EINVAL); /* no names, only numbers */
    assert_int_equal(address_tcp(&address, "::1", 1), 0);
}

/* Plays a manager that does not know the key: it sends the client's own proof back. */
static int mirror_body(void *argument)
{
    int listen_fd = *(int *)argument, fd;
    char nonce[NONCE_BYTES] = {0}, answer[NONCE_BYTES + PROOF_BYTES];
    struct frame frame = frame_make(MANAGER_CHALLENGE, 0, 0, sizeof nonce);
    uint64_t deadline_ns = clock_deadline(LIMIT_NS);
    if (io_wait(listen_fd, POLLIN, deadline_ns) != 0 || address_accept(listen_fd, &fd) != 0 ||
        frame_send(fd, &frame, nonce, deadline_ns) != 0 ||
        frame_receive(fd, &frame, answer, sizeof answer, deadline_ns) != 0)
        return 1;
    frame = frame_make(MANAGER_WELCOME, 0, 0, PROOF_BYTES);
    return frame_send(fd, &frame, answer + NONCE_BYTES, deadline_ns) != 0;
}

static void a_manager_must_prove_itself_too(void **state)
{
    (void)state;
    struct address address;
    struct child mirror;
    struct proxy proxy;
    struct key key;
    int listen_fd;
    assert_int_equal(key_make(&key), 0);
    assert_int_equal(address_tcp(&address, NULL, 0), 0);
    assert_int_equal(address_listen(&address, &listen_fd), 0);
    assert_int_equal(child_start(&mirror, mirror_body, &listen_fd), 0);
    assert_int_equal(proxy_open(&proxy, &address, &key, LIMIT_NS), -EACCES);
    child_end(&mirror);
    io_close(&listen_fd);
}

/* RFC 4231, test case 2 says how HMAC-SHA256 is; here, that all that is named goes into it. */
static void a_proof_depends_on_all_of_its_parts(void **state)
{
    (void)state;
    unsigned char proof[PROOF_BYTES];
    struct nonces nonces = {{1}, {2}}, others;
    struct key key, other;
    assert_int_equal(key_make(&key), 0);
    key_prove(&key, PROVER_CLIENT, &nonces, proof);
    assert_true(key_proved(&key, PROVER_CLIENT, &nonces, proof));
    assert_false(key_proved(&key, PROVER_MANAGER, &nonces, proof));
    others = nonces, others.client[NONCE_BYTES - 1] ^= 1;
    assert_false(key_proved(&key, PROVER_CLIENT, &others, proof));
    others = nonces, others.manager[0] ^= 1;
    assert_false(key_proved(&key, PROVER_CLIENT, &others, proof));
    other = key, other.bytes--;
    assert_false(key_proved(&other, PROVER_CLIENT, &nonces, proof));
    proof[PROOF_BYTES - 1] ^= 1;
    assert_false(key_proved(&key, PROVER_CLIENT, &nonces, proof));
}

/* --- the backend -------------------------------------------------------------------------------
 */

#define WORKERS 3
#define TASKS   60
#define VICTIM  20 /* the task that is hit */

static struct sabotage { /* shared by all processes */
    uint64_t life;       /* of the worker that runs the victim */
    _Atomic int parent;  /* of the manager and the workers */
} * sabotage;

static bool is_victim(const void *task)
{
    uint64_t number;
    memcpy(&number, task, sizeof number);
    return number == VICTIM;
}

/* The descriptor of this process's connection. */
static int own_socket(void)
{
    for (int fd = 3; fd < 64; fd++) {
        struct sockaddr_storage at;
        socklen_t bytes = sizeof at;
        if (getpeername(fd, (struct sockaddr *)&at, &bytes) == 0 && at.ss_family == AF_UNIX)
            return fd;
    }
    return -1;
}

static const char *write_nonsense(const void *task, void *result, const struct shape *shape)
{
    static const char nonsense[] = "this is surely no frame, but long enough to be taken for one";
    if (is_victim(task))
        CHECK(write(own_socket(), nonsense, sizeof nonsense) == (ssize_t)sizeof nonsense);
    return mix(task, result, shape);
}

/* Appends a letter that looks like one, but holds too little. */
static const char *write_bad_letter(const void *task, void *result, const struct shape *shape)
{
    struct {
        struct frame frame;
        struct call call;
        struct letter letter;
    } wire = {.call = {.object = 1},
              .letter = {.kind = LETTER_RESULTS, .life = sabotage->life, .span = {VICTIM, 1}}};
    wire.frame = frame_make(MANAGER_LIST_APPEND, 0, 0, sizeof wire - sizeof wire.frame);
    if (is_victim(task))
        CHECK(write(own_socket(), &wire, sizeof wire) == (ssize_t)sizeof wire);
    return mix(task, result, shape);
}

static const char *close_connection(const void *task, void *result, const struct shape *shape)
{
    if (is_victim(task))
        CHECK(close(own_socket()) == 0);
    while (is_victim(task))
        pause(); /* it lives on */
    return mix(task, result, shape);
}

/* Whose process is on the other side of our connection: the manager's. */
static const char *kill_manager(const void *task, void *result, const struct shape *shape)
{
    char command[64];
    if (is_victim(task)) {
        snprintf(command, sizeof command, "/proc/%d/task/%d/children", sabotage->parent,
                 sabotage->parent);
        FILE *children = fopen(command, "r");
        int first = 0; /* the manager is the first that was forked */
        CHECK(children != NULL && fscanf(children, "%d", &first) == 1 && first != getpid());
        fclose(children);
        kill(first, SIGKILL);
        pause();
    }
    return mix(task, result, shape);
}

static const struct fault {
    const char *name;
    kernel_function *kernel;
    int error;
    const char *text;
    bool named;   /* a worker is; ... */
    bool at_task; /* ... and a task: it need not have one when it forges a letter */
} faults[] = {
    {"nonsense on the wire", write_nonsense, -EPROTO, "corrupt", true, true},
    {"a bad letter", write_bad_letter, -EPROTO, NULL, true, false},
    {"a closed connection", close_connection, -EOWNERDEAD, "closed its connection", true, true},
    {"the manager is killed", kill_manager, -EOWNERDEAD, "manager (pid", false, false},
};

struct trial {
    const struct fault *fault;
    enum schedule schedule;
};

static const char *fault_body(void *argument)
{
    const struct trial *trial = argument;
    const struct backend *backend = registry_find("manager")->backend;
    struct job job = {.shape = {24, 32}, .kernel = mix};
    struct plan plan = {.job = &job,
                        .workers = trial->schedule == SCHEDULE_PER_TASK ? 1 : WORKERS,
                        .schedule = trial->schedule,
                        .limit_ns = LIMIT_NS};
    struct traffic traffic = {0};
    struct failure why, ignored;
    struct pool *pool;
    char line[256];
    const char *wrong = NULL;
    if (board_create(&job.board, NULL) != 0 ||
        memory_create("test", sizeof *sabotage, (void **)&sabotage, NULL) != 0)
        return "no memory";
    sabotage->parent = getpid();
    sabotage->life = trial->schedule == SCHEDULE_PER_TASK ? VICTIM + 1 : 1; /* its first, or 21st */
    struct records records = records_make(&job, TASKS);
    job.kernel = trial->fault->kernel;
    failure_clear(&why);
    if (backend->start(&plan, &pool, &why) != 0)
        return isolate_text("start: %s", failure_line(&why, line, sizeof line));
    uint64_t begin_ns = clock_ns();
    int error = backend->map(pool, records.tasks, TASKS, records.results, &traffic, &why);
    if (error != trial->fault->error || why.error != error ||
        (trial->fault->text != NULL && strstr(why.text, trial->fault->text) == NULL) ||
        (trial->fault->named && (why.worker < 0 || why.pid <= 0)) ||
        (trial->fault->at_task && why.task < 0))
        wrong = isolate_text("%d: %s", error, failure_line(&why, line, sizeof line));
    if (wrong == NULL && clock_ns() - begin_ns > 5 * NS_PER_S)
        wrong = "map took too long";
    backend->stop(pool, &ignored);
    records_free(&records);
    memory_unmap(sabotage, sizeof *sabotage);
    board_close(job.board);
    return wrong;
}

static void faults_of_workers_and_manager_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        for (int s = SCHEDULE_PER_TASK; s <= SCHEDULE_STATIC; s++) {
            struct trial trial = {&faults[i], (enum schedule)s};
            char name[128];
            snprintf(name, sizeof name, "%s, %s", faults[i].name, schedule_name(trial.schedule));
            isolate(name, fault_body, &trial);
        }
    }
}

/* What crosses, as counted, is at least all tasks and results on each of their two ways. */
static const char *traffic_body(void *argument)
{
    const struct trial *trial = argument;
    const struct backend *backend = registry_find("manager")->backend;
    struct job job = {.shape = {1000, 3000}, .kernel = mix};
    struct plan plan = {
        .job = &job, .workers = 2, .schedule = trial->schedule, .limit_ns = LIMIT_NS};
    struct traffic traffic = {0};
    struct failure why;
    struct pool *pool;
    const char *wrong = NULL;
    if (board_create(&job.board, NULL) != 0)
        return "no board";
    struct records records = records_make(&job, TASKS);
    if (backend->start(&plan, &pool, &why) != 0 ||
        backend->map(pool, records.tasks, TASKS, records.results, &traffic, &why) != 0)
        return "start or map failed";
    size_t tasks = trial->schedule == SCHEDULE_PER_TASK ? 0 : 2 * TASKS * 1000;
    size_t results = 2 * TASKS * 3000;
    if (traffic.bytes_sent < tasks || traffic.bytes_sent > tasks + 100 * KIB ||
        traffic.bytes_received < results || traffic.bytes_received > results + 100 * KIB ||
        traffic.messages == 0)
        wrong = isolate_text("%zu bytes sent, %zu received", (size_t)traffic.bytes_sent,
                             (size_t)traffic.bytes_received);
    if (backend->stop(pool, &why) != 0)
        wrong = "stop failed";
    records_free(&records);
    board_close(job.board);
    return wrong;
}

static void traffic_is_counted_on_both_ways(void **state)
{
    (void)state;
    for (int s = SCHEDULE_PER_TASK; s <= SCHEDULE_STATIC; s++) {
        struct trial trial = {.schedule = (enum schedule)s};
        isolate(schedule_name(trial.schedule), traffic_body, &trial);
    }
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, common_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_as_they_went_in),
        cmocka_unit_test(nonsense_is_no_item),
        SCENE(a_list_is_a_list),
        SCENE(what_is_not_there_is_refused_in_words),
        SCENE(a_dictionary_is_a_dictionary),
        SCENE(a_counter_counts_and_does_not_overflow),
        SCENE(values_of_all_sizes_pass),
        SCENE(a_long_list_comes_in_slices),
        SCENE(who_waits_is_served_in_turn),
        SCENE(one_who_goes_while_it_waits_takes_nothing),
        SCENE(a_lock_excludes_and_waits),
        SCENE(a_lock_whose_owner_is_killed_is_released_and_says_so),
        SCENE(a_will_tells_how_its_client_ended),
        SCENE(rubbish_ends_its_sender_and_nobody_else),
        SCENE(who_stalls_holds_up_nobody),
        SCENE(a_limit_is_for_one_message),
        SCENE(who_does_not_read_holds_up_nobody),
        SCENE(memory_is_bounded_and_comes_back),
        SCENE(there_are_only_so_many_clients),
        SCENE(a_killed_manager_is_noticed_at_once),
        SCENE(a_stopped_manager_is_given_up_in_time),
        SCENE(the_right_key_opens_and_no_other),
        cmocka_unit_test(tcp_needs_a_key),
        cmocka_unit_test(a_manager_must_prove_itself_too),
        cmocka_unit_test(a_proof_depends_on_all_of_its_parts),
        cmocka_unit_test(faults_of_workers_and_manager_are_named),
        cmocka_unit_test(traffic_is_counted_on_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
