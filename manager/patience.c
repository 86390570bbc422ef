#include "manager/patience.h"

#include <sched.h>

#include "common/clock.h"

#define PATIENCE_NS    40000u /* at most: about what two wake-ups cost */
#define PATIENCE_TRIES 32u
#define LEAST_NS       5000u /* less is not worth it */
#define LOOK_NS        2000u /* no look takes as long, unless somebody else had the core meanwhile */

void patience_open(struct patience *patience, bool steps_aside)
{
    cpu_set_t cores;
    *patience = (struct patience){.steps_aside = steps_aside, .left_ns = PATIENCE_NS};
    patience->none = sched_getaffinity(0, sizeof cores, &cores) != 0 || CPU_COUNT(&cores) < 2;
}

void patience_forgo(struct patience *patience)
{
    patience->none = true;
}

/* To any other core that we may use. */
static void step_aside(void)
{
    cpu_set_t all, others;
    int here = sched_getcpu();
    if (here < 0 || sched_getaffinity(0, sizeof all, &all) != 0)
        return;
    others = all;
    CPU_CLR((unsigned)here, &others);
    if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0)
        sched_setaffinity(0, sizeof all, &all);
}

bool patience_begin(struct patience *patience)
{
    patience->trying = patience->left_ns == 0;
    if (patience->none || (patience->trying && ++patience->slept < PATIENCE_TRIES))
        return false;
    if (patience->trying) {
        patience->left_ns = PATIENCE_NS;
        if (patience->steps_aside)
            step_aside();
    }
    patience->slept = 0;
    patience->looks = 0;
    patience->last_ns = clock_ns();
    patience->until_ns = patience->last_ns + patience->left_ns;
    return true;
}

static void learn(struct patience *patience, bool worth_it)
{
    if (worth_it)
        patience->left_ns = PATIENCE_NS;
    else if (patience->trying || patience->left_ns < 2 * LEAST_NS)
        patience->left_ns = 0;
    else
        patience->left_ns /= 2;
}

/* What was there at the first look teaches nothing. What is found because the other side had our
 * core meanwhile is no merit of looking: sleeping would have given it away at once. */
bool patience_again(struct patience *patience, bool found)
{
    uint64_t now_ns = clock_ns();
    bool disturbed = now_ns - patience->last_ns > LOOK_NS;
    patience->last_ns = now_ns;
    if (patience->looks++ == 0 && found)
        return false;
    if (!found && !disturbed && now_ns < patience->until_ns)
        return true;
    learn(patience, found && !disturbed);
    return false;
}
