/*
 * test_manager_clients.c - who is let in to a manager, and that no client can hold it up, deceive
 * or burst it.
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
#include <unistd.h>

#include "common/io.h"
#include "manager_scene.h"
#include "pace.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
