/*
 * registry.h - which transports there are.
 */
#ifndef PARBENCH_COMMON_TRANSPORT_REGISTRY_H
#define PARBENCH_COMMON_TRANSPORT_REGISTRY_H

#include "common/transport/transport.h"

struct transport_entry {
    const char *name;
    const struct transport *transport; /* compiled in; NULL: in the module */
    const char *module;                /* file name, in libexec/parbench: loaded behind mpirun, and
                                          exports `struct transport parbench_transport`; or NULL */
};

/* All of them, in the order in which they are taught; ends with a NULL name. */
extern const struct transport_entry transport_registry[];

/* The entry of that name, or NULL. */
const struct transport_entry *transport_find(const char *name);

#endif
