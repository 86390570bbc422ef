#include "bench/launch/session.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bench/launch/descendants.h"
#include "bench/launch/inherited.h"
#include "bench/launch/lack.h"
#include "common/cross_memory.h"
#include "common/io.h"

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

/* Signals become readable: no handler, no race with a wait. A blocked one is readable although it
 * is ignored, so those that were ignored when bench was started (nohup, &) are left alone. */
static int open_signals(struct session *session)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        if (!inherited_ignored(ending[i]))
            sigaddset(&wanted, ending[i]);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    session->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    return session->signals < 0 ? -errno : 0;
}

int session_open(struct session *session, char *message, size_t bytes)
{
    *session = SESSION_NONE;
    int error = descendants_adopt();
    if (error == 0)
        error = open_signals(session);
    if (error != 0)
        lack_line(message, bytes, "cannot begin", error);
    return error != 0 ? error : janitor_start(&session->janitor, message, bytes);
}

bool session_single_copy(struct session *session)
{
    if (session->single_copy > 0)
        session->single_copy = cross_memory_try();
    return session->single_copy == 0;
}

void session_close(struct session *session)
{
    if (session->janitor.child.pid != 0)
        janitor_stop(&session->janitor);
    io_close(&session->signals);
    *session = SESSION_NONE;
}
