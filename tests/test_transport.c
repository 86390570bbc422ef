/* Every transport that is compiled in, by one table of cases: the sizes around every limit, both
 * ways, many messages ahead, the other side killed, and nothing left open. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/transport/registry.h"
#include "tests/isolate.h"

#define LIMIT_NS (20 * NS_PER_S)
#define SHORT_NS (200 * NS_PER_MS)
#define MANY     2000
#define AHEAD    5 /* messages sent before the first is received */

static const size_t sizes[] = {1, 8, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20};
#define SIZES (sizeof sizes / sizeof sizes[0])

struct party {
    const struct transport *transport;
    void *link;
    unsigned side;
    int (*play)(const struct party *party, void *end);
    int result;
};

static char *make_message(size_t bytes, unsigned seed)
{
    char *message = malloc(bytes);
    for (size_t i = 0; message != NULL && i < bytes; i++)
        message[i] = (char)(i * 7 + i / 251 + seed);
    return message;
}

/* Side 0 sends first; each size goes both ways, with contents of its own. */
static int play_sizes(const struct party *party, void *end)
{
    int error = 0;
    for (unsigned i = 0; i < SIZES && error == 0; i++) {
        size_t bytes = sizes[i];
        if (party->transport->most_bytes != 0 && bytes > party->transport->most_bytes)
            continue;
        char *mine = make_message(bytes, 2 * i + party->side);
        char *theirs = make_message(bytes, 2 * i + 1 - party->side);
        char *got = calloc(1, bytes);
        if (mine == NULL || theirs == NULL || got == NULL)
            error = -ENOMEM;
        uint64_t deadline_ns = clock_deadline(LIMIT_NS);
        if (error == 0 && party->side == 0)
            error = party->transport->send(end, mine, bytes, deadline_ns);
        if (error == 0)
            error = party->transport->receive(end, got, bytes, deadline_ns);
        if (error == 0 && memcmp(got, theirs, bytes) != 0)
            error = -EBADMSG;
        if (error == 0 && party->side == 1)
            error = party->transport->send(end, mine, bytes, deadline_ns);
        free(mine);
        free(theirs);
        free(got);
    }
    return error;
}

/* A sender reuses its buffer for each message; a receiver that comes late gets each as it was. */
static int play_ahead(const struct party *party, void *end)
{
    char message[8192];
    int error = 0;
    if (party->side == 1)
        usleep(20000);
    for (unsigned i = 0; i < AHEAD && error == 0; i++) {
        uint64_t deadline_ns = clock_deadline(LIMIT_NS);
        memset(message, party->side == 0 ? (int)i + 1 : 0, sizeof message);
        if (party->side == 0)
            error = party->transport->send(end, message, sizeof message, deadline_ns);
        else
            error = party->transport->receive(end, message, sizeof message, deadline_ns);
        for (size_t j = 0; j < sizeof message && error == 0; j++)
            error = message[j] == (char)(i + 1) ? 0 : -EBADMSG;
    }
    return error;
}

/* Thousands of messages there, then there and back: who sleeps and who wakes meet in every way, and
 * what is counted in a ring has gone round often. A wake-up that is lost is a deadline. */
static int play_many(const struct party *party, void *end)
{
    uint64_t deadline_ns = clock_deadline(LIMIT_NS);
    int error = 0;
    for (uint32_t i = 0; i < 2 * MANY && error == 0; i++) {
        uint32_t mine = i, got = i;
        bool back = i >= MANY;
        if (party->side == 0)
            error = party->transport->send(end, &mine, sizeof mine, deadline_ns);
        else
            error = party->transport->receive(end, &got, sizeof got, deadline_ns);
        if (error == 0 && back && party->side == 0)
            error = party->transport->receive(end, &got, sizeof got, deadline_ns);
        else if (error == 0 && back)
            error = party->transport->send(end, &mine, sizeof mine, deadline_ns);
        if (error == 0 && got != i)
            error = -EBADMSG;
    }
    return error;
}

/* Side 1 dies; side 0 receives, then sends more than any buffer holds: both end. */
static int play_death(const struct party *party, void *end)
{
    static char message[1 << 20];
    if (party->side == 1)
        raise(SIGKILL);
    uint64_t begin_ns = clock_ns();
    int error = party->transport->receive(end, message, sizeof message, clock_deadline(SHORT_NS));
    if (error != -EPIPE && error != -ETIMEDOUT)
        return -EBADMSG;
    error = 0;
    for (unsigned i = 0; i < 64 && error == 0; i++)
        error = party->transport->send(end, message, sizeof message, clock_deadline(SHORT_NS));
    if (error != -EPIPE && error != -ETIMEDOUT)
        return -EBADMSG;
    return clock_ns() - begin_ns < LIMIT_NS ? 0 : -ETIME;
}

/* ---- how they are run ------------------------------------------------------------------------ */

static int run_party(void *argument)
{
    struct party *party = argument;
    void *end;
    signal(SIGPIPE, SIG_IGN);
    party->result = party->transport->attach(party->link, party->side, &end);
    if (party->result == 0) {
        party->result = party->play(party, end);
        party->transport->detach(end);
    }
    return -party->result;
}

static void *run_thread(void *party)
{
    run_party(party);
    return NULL;
}

static int run_threads(struct party parties[2])
{
    pthread_t second;
    if (pthread_create(&second, NULL, run_thread, &parties[1]) != 0)
        return -EAGAIN;
    run_party(&parties[0]);
    pthread_join(second, NULL);
    return parties[0].result != 0 ? parties[0].result : parties[1].result;
}

static int run_processes(struct party parties[2])
{
    struct child children[2] = {CHILD_NONE, CHILD_NONE};
    int error = 0, status;
    for (unsigned i = 0; i < 2 && error == 0; i++)
        error = child_start(&children[i], run_party, &parties[i]);
    /* Descriptors of ours would keep a link alive. But a server that is part of it must go on. */
    bool early = strcmp(parties[0].transport->name, "manager") != 0;
    if (early)
        parties[0].transport->close(parties[0].link);
    for (unsigned i = 0; i < 2 && error == 0; i++) {
        error = child_wait(&children[i], clock_deadline(LIMIT_NS), &status);
        if (error == 0 && WIFEXITED(status))
            error = -WEXITSTATUS(status);
    }
    child_end(&children[0]);
    child_end(&children[1]);
    if (!early)
        parties[0].transport->close(parties[0].link);
    return error;
}

struct play {
    const struct transport *transport;
    int (*play)(const struct party *party, void *end);
};

static const char *run_play(void *argument)
{
    static char text[128];
    const struct play *play = argument;
    void *link;
    int error = play->transport->open(1 << 20, &link);
    if (error == -EPERM || error == -ENOSYS)
        return NULL; /* not allowed here */
    if (error == 0) {
        struct party parties[2];
        for (unsigned i = 0; i < 2; i++)
            parties[i] = (struct party){play->transport, link, i, play->play, 0};
        error = play->transport->threads ? run_threads(parties) : run_processes(parties);
        if (play->transport->threads)
            play->transport->close(link);
    }
    snprintf(text, sizeof text, "%s: %s", play->transport->name, strerror(-error));
    return error == 0 || error == -EPERM ? NULL : text;
}

static void for_each(int (*body)(const struct party *, void *), const char *name, bool kills)
{
    for (const struct transport_entry *entry = transport_registry; entry->name != NULL; entry++) {
        struct play play = {entry->transport, body};
        char title[64];
        if (entry->transport == NULL || (kills && entry->transport->threads))
            continue;
        snprintf(title, sizeof title, "%s: %s", entry->name, name);
        isolate(title, run_play, &play);
    }
}

static void every_size_both_ways(void **state)
{
    (void)state;
    for_each(play_sizes, "sizes", false);
}

static void many_before_the_first_is_received(void **state)
{
    (void)state;
    for_each(play_ahead, "ahead", false);
}

static void thousands_of_messages(void **state)
{
    (void)state;
    for_each(play_many, "many", false);
}

static void the_other_side_is_killed(void **state)
{
    (void)state;
    for_each(play_death, "death", true);
}

static void names_are_found(void **state)
{
    (void)state;
    for (const struct transport_entry *entry = transport_registry; entry->name != NULL; entry++) {
        assert_ptr_equal(transport_find(entry->name), entry);
        assert_true((entry->transport != NULL) != (entry->module != NULL));
        if (entry->transport != NULL)
            assert_string_equal(entry->transport->name, entry->name);
    }
    assert_null(transport_find("pigeon"));
    assert_null(transport_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(every_size_both_ways),
        cmocka_unit_test(many_before_the_first_is_received),
        cmocka_unit_test(thousands_of_messages),
        cmocka_unit_test(the_other_side_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
