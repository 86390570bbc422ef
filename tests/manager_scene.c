#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "manager_scene.h"

struct scene scene;

void connect_client(struct proxy *client)
{
    if (proxy_open(client, &scene.address, NULL, LIMIT_NS) != 0)
        fail_msg("cannot connect: %s", client->text);
}

void open_scene(size_t most_bytes, struct limits limits, unsigned clients)
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

int close_scene(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CLIENTS; i++)
        proxy_close(&scene.clients[i]);
    child_end(&scene.server);
    return 0;
}

int common_scene(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    open_scene(256 * MIB, SERVER_LIMITS, 3);
    return 0;
}

void append(struct proxy *proxy, const char *text)
{
    assert_int_equal(proxy_append(proxy, scene.list, text, strlen(text), NULL), 0);
}

int64_t await_parting(struct proxy *proxy, const char *text)
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
