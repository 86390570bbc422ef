#include "bench/ipc/plain.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/data/text.h"
#include "bench/launch/mpirun.h"
#include "bench/launch/quote.h"
#include "bench/launch/spawn.h"
#include "bench/launch/watch.h"
#include "common/clock.h"

#define LIMIT_NS (30 * NS_PER_S)

static void read_figure(const struct watch *watch, struct rival_pair *pair)
{
    static const char name[] = "round_trip_ns ";
    char why[QUOTE_BYTES];
    const char *figure = strstr(watch->printed, name);
    pair->signal = watch->signal;
    if (watch->status == 0 && figure != NULL) {
        pair->rival_ns = strtod(figure + strlen(name), NULL);
        snprintf(pair->status, sizeof pair->status, "ok");
        return;
    }
    /* Two threads of one core are one slot to it, and it refuses two ranks there. */
    const bool refused = strstr(watch->printed, "slots") != NULL;
    quote_line(watch->printed, why, sizeof why);
    snprintf(pair->status, sizeof pair->status, "%s",
             refused ? "skip: mpirun has no two slots here"
                     : "failed: mpirun -np 2 found no figure");
    if (!refused)
        quote_add(why, pair->status, sizeof pair->status);
}

int plain_measure(struct session *session, struct rival_pair *pair, char *message, size_t bytes)
{
    struct watch_means means = {.janitor = &session->janitor, .signals = session->signals};
    char program[PATH_MAX];
    struct watch watch;
    snprintf(message, bytes, "libexec/parbench/plain-mpi is missing beside this program: build it");
    int error = spawn_find("plain-mpi", program, sizeof program);
    if (error != 0)
        return error;
    char *argv[] = {"mpirun", "-np", "2", program, NULL, NULL};
    if (geteuid() == 0) {
        argv[3] = "--allow-run-as-root";
        argv[4] = program;
    }
    means.environment = mpirun_plain_environment(session->janitor.directory);
    if (means.environment == NULL)
        return -ENOMEM;
    error = watch_open(&watch, &means);
    if (error == 0)
        error = watch_start(&watch, argv, 0, LIMIT_NS, message, bytes);
    if (error == 0)
        error = watch_wait(&watch);
    if (error == 0)
        read_figure(&watch, pair);
    watch_close(&watch);
    variables_free(means.environment);
    return error;
}
