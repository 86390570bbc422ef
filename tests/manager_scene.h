/*
 * manager_scene.h - a manager and some clients of it, for cmocka's set-up and tear-down.
 *
 * One scene a process; to be included after cmocka.h.
 */
#ifndef PARBENCH_TESTS_MANAGER_SCENE_H
#define PARBENCH_TESTS_MANAGER_SCENE_H

#include <stdint.h>

#include "common/child.h"
#include "common/clock.h"
#include "manager/proxy.h"
#include "manager/server.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KIB          1024u
#define MIB          (1024u * KIB)
#define LIMIT_NS     (20 * NS_PER_S) /* later than this is a hang */
#define SHORT_NS     (50 * NS_PER_MS)
#define CLIENTS      6

extern struct scene {
    struct child server;
    struct address address;
    struct key key;
    struct proxy clients[CLIENTS];
    uint32_t list, dict, counter, lock; /* objects of the first client's */
} scene;

/* With a manager that has so many bytes, and with so many clients, which close_scene ends. */
void open_scene(size_t most_bytes, struct limits limits, unsigned clients);
int common_scene(void **state); /* three clients */
int close_scene(void **state);

#define SCENE(test) cmocka_unit_test_setup_teardown(test, common_scene, close_scene)

/* Fails the test where it cannot. */
void connect_client(struct proxy *client);

/* To the scene's list. */
void append(struct proxy *proxy, const char *text);

/* Takes the will that comes into that list, which begins with the text, and returns its reason. */
int64_t await_parting(struct proxy *proxy, const char *text);

#endif
