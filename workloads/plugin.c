#include "workloads/plugin.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static const char suffix[] = ".so";

size_t plugin_length(const char *text)
{
    const char *end = text;
    while ((end = strstr(end, suffix)) != NULL) {
        end += strlen(suffix);
        size_t length = (size_t)(end - text);
        if ((*end == ':' || *end == '\0') && memchr(text, '/', length) != NULL)
            return length;
    }
    return 0;
}

/* A path may hold anything; a message is one line. */
static void make_line(char *message)
{
    for (; *message != '\0'; message++)
        if (iscntrl((unsigned char)*message))
            *message = '?';
}

const struct workload *plugin_load(const char *text, size_t length, char *message, size_t bytes)
{
    char *path = strndup(text, length);
    void *module = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    const struct workload *workload = NULL;
    if (module == NULL)
        snprintf(message, bytes, "cannot load it: %s", path != NULL ? dlerror() : "no memory");
    else if ((workload = dlsym(module, "parbench_workload")) == NULL)
        snprintf(message, bytes, "%s exports no `const struct workload parbench_workload`", path);
    else if (workload->abi != WORKLOAD_ABI)
        snprintf(message, bytes, "%s was built for ABI %u, this parbench has %d: build it again",
                 path, workload->abi, WORKLOAD_ABI);
    if (workload != NULL && workload->abi != WORKLOAD_ABI)
        workload = NULL;
    if (workload == NULL)
        make_line(message);
    if (workload == NULL && module != NULL)
        dlclose(module);
    free(path);
    return workload;
}
