#include "common/transport/registry.h"

#include <string.h>

extern const struct transport pipe_transport;
extern const struct transport pipe_1m_transport;
extern const struct transport vmsplice_transport;
extern const struct transport socketpair_transport;
extern const struct transport unix_transport;
extern const struct transport tcp_transport;
extern const struct transport mq_transport;
extern const struct transport vm_readv_transport;
extern const struct transport eventfd_transport;
extern const struct transport futex_transport;
extern const struct transport spin_transport;
extern const struct transport spin_futex_transport;
extern const struct transport semaphore_transport;
extern const struct transport queue_transport;
extern const struct transport condition_transport;
extern const struct transport thread_queue_transport;
extern const struct transport manager_transport; /* manager/transport.c */

/* mpi is a module: libmpi in the program would come with threads and mappings that the others'
 * figures would have to bear. */
const struct transport_entry transport_registry[] = {
    {"pipe", &pipe_transport, NULL},
    {"pipe-1m", &pipe_1m_transport, NULL},
    {"vmsplice", &vmsplice_transport, NULL},
    {"socketpair", &socketpair_transport, NULL},
    {"unix", &unix_transport, NULL},
    {"tcp", &tcp_transport, NULL},
    {"mq", &mq_transport, NULL},
    {"vm_readv", &vm_readv_transport, NULL},
    {"eventfd", &eventfd_transport, NULL},
    {"futex", &futex_transport, NULL},
    {"spin", &spin_transport, NULL},
    {"spin-futex", &spin_futex_transport, NULL},
    {"semaphore", &semaphore_transport, NULL},
    {"queue", &queue_transport, NULL},
    {"condition", &condition_transport, NULL},
    {"thread-queue", &thread_queue_transport, NULL},
    {"manager", &manager_transport, NULL},
    {"mpi", NULL, "parbench-ipc-mpi.so"},
    {NULL, NULL, NULL},
};

const struct transport_entry *transport_find(const char *name)
{
    for (const struct transport_entry *entry = transport_registry; entry->name != NULL; entry++)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}
