/*
 * plugin.h - workloads from shared objects: --workload ./mine.so or ./mine.so:key=value,...
 */
#ifndef PARBENCH_WORKLOADS_PLUGIN_H
#define PARBENCH_WORKLOADS_PLUGIN_H

#include <stddef.h>

#include "workloads/workload.h"

/* The length of the path at the beginning of text, if that names a plugin: it holds a '/' and ends
 * in ".so", before a ':' or the end of the text; 0: it is a plain name. */
size_t plugin_length(const char *text);

/* Loads the plugin whose path is the first length characters of text. Returns its workload, which
 * lives as long as the process, or NULL with one line in message[bytes]. */
const struct workload *plugin_load(const char *text, size_t length, char *message, size_t bytes);

#endif
