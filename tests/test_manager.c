/* test_manager.c - the manager: what its objects do, who waits for them, what a will says. */
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

#include "common/clock.h"
#include "common/io.h"
#include "common/memory.h"
#include "manager_scene.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
