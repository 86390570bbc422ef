#include "bench/spawn/tool/mark.h"

#include <errno.h>
#include <unistd.h>

#include "common/clock.h"

#define LOOK_NS NS_PER_MS /* where an idle worker is waited for; never while a clock runs */

bool mark_write(int file, unsigned rank, uint64_t first_ns)
{
    const struct mark mark = {.first_ns = first_ns, .pid = (uint64_t)getpid()};
    return pwrite(file, &mark, sizeof mark, (off_t)(rank * sizeof mark)) == sizeof mark;
}

int marks_clear(int file)
{
    return ftruncate(file, 0) == 0 ? 0 : -errno;
}

static bool is_there(int file, struct mark *mark, unsigned rank)
{
    ssize_t got = pread(file, mark, sizeof *mark, (off_t)(rank * sizeof *mark));
    return got == sizeof *mark && mark->first_ns != 0; /* 0: a hole before a higher rank's */
}

int marks_read(int file, struct mark marks[], unsigned count, uint64_t deadline_ns)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    for (unsigned rank = 0; rank < count;) {
        if (is_there(file, &marks[rank], rank))
            rank++;
        else if (clock_ns() >= deadline_ns)
            return -ETIMEDOUT;
        else
            nanosleep(&pause, NULL);
    }
    return 0;
}
