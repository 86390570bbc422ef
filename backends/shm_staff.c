#include "backends/shm_staff.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/clock.h"

#define SLICE_NS (50 * NS_PER_MS)

int staff_open(struct staff *staff, unsigned size)
{
    *staff = (struct staff){.size = size, .bell = -1};
    staff->workers = calloc(size, sizeof *staff->workers);
    staff->events = calloc((size_t)size + 1, sizeof *staff->events);
    if (staff->workers == NULL || staff->events == NULL)
        return -ENOMEM;
    for (unsigned place = 0; place < size; place++) {
        staff->workers[place] = CHILD_NONE;
        staff->events[place].fd = -1; /* poll passes over it */
    }
    staff->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    staff->events[size] = (struct pollfd){.fd = staff->bell, .events = POLLIN};
    return staff->bell < 0 ? -errno : 0;
}

void staff_close(struct staff *staff)
{
    for (unsigned place = 0; staff->workers != NULL && place < staff->size; place++)
        child_end(&staff->workers[place]);
    if (staff->bell >= 0)
        close(staff->bell);
    free(staff->events);
    free(staff->workers);
}

int staff_hire(struct staff *staff, unsigned place, int (*body)(void *argument), void *argument)
{
    int error = child_start(&staff->workers[place], body, argument);
    if (error != 0)
        return error;
    staff->events[place] = (struct pollfd){.fd = staff->workers[place].pidfd, .events = POLLIN};
    staff->living++;
    return 0;
}

static int poll_events(struct staff *staff, struct timespec limit)
{
    const struct pollfd *bell = &staff->events[staff->size];
    uint64_t rings;
    if (ppoll(staff->events, staff->size + 1, &limit, NULL) < 0)
        return errno == EINTR ? 0 : -errno;
    if (bell->revents != 0 && read(staff->bell, &rings, sizeof rings) < 0 && errno != EAGAIN)
        return -errno;
    return 0;
}

int staff_sleep(struct staff *staff, uint64_t deadline_ns)
{
    uint64_t slice_ns = clock_deadline(SLICE_NS);
    if (clock_ns() >= deadline_ns)
        return -ETIMEDOUT;
    return poll_events(staff, clock_left(slice_ns < deadline_ns ? slice_ns : deadline_ns));
}

int staff_look(struct staff *staff)
{
    return poll_events(staff, (struct timespec){0});
}

bool staff_ended(const struct staff *staff, unsigned place)
{
    return staff->events[place].fd >= 0 && staff->events[place].revents != 0;
}

int staff_reap(struct staff *staff, unsigned place, uint64_t deadline_ns, int *status)
{
    int error = child_wait(&staff->workers[place], deadline_ns, status);
    if (error == 0) {
        staff->events[place] = (struct pollfd){.fd = -1};
        staff->living--;
    }
    return error;
}
