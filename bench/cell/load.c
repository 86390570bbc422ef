#include "bench/cell/load.h"

#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backends/registry.h"

/* The path of a module that lies beside this program. */
static int module_path(const char *module, char *path, size_t bytes)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return -1;
    self[length] = '\0';
    int written = snprintf(path, bytes, "%s/%s", dirname(self), module);
    return written < 0 || (size_t)written >= bytes ? -1 : 0;
}

/* A library may bind the thread that loads it, as libgomp does where OMP_PROC_BIND says so. What
 * else this cell starts is not to inherit that: it keeps the processors that it was given. */
static void *open_module(const char *path)
{
    cpu_set_t before;
    bool known = sched_getaffinity(0, sizeof before, &before) == 0;
    /* Open MPI's own plug-ins look for libmpi's names in the global scope. */
    void *module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (known)
        sched_setaffinity(0, sizeof before, &before);
    return module;
}

static const struct backend *load_module(const char *path, char *message, size_t bytes)
{
    void *module = open_module(path);
    if (module == NULL) {
        snprintf(message, bytes, "cannot load it: %s", dlerror());
        return NULL;
    }
    const struct backend *backend = dlsym(module, "parbench_backend");
    if (backend == NULL)
        snprintf(message, bytes, "%s exports no `const struct backend parbench_backend`", path);
    else if (backend->abi != BACKEND_ABI)
        snprintf(message, bytes, "%s was built for ABI %u, this parbench has %d: build it again",
                 path, backend->abi, BACKEND_ABI);
    else
        return backend;
    dlclose(module);
    return NULL;
}

const struct backend *load_backend(const char *name, char *message, size_t bytes)
{
    if (strchr(name, '/') != NULL)
        return load_module(name, message, bytes);
    const struct registry_entry *entry = registry_find(name);
    if (entry == NULL) {
        snprintf(message, bytes, "'%s' is no backend: `bench list` names them", name);
        return NULL;
    }
    if (entry->backend != NULL)
        return entry->backend;
#ifdef PARBENCH_WITHOUT_MPI /* the one module */
    snprintf(message, bytes, "%s", PARBENCH_WITHOUT_MPI);
    return NULL;
#endif
    char path[PATH_MAX];
    if (module_path(entry->module, path, sizeof path) != 0) {
        snprintf(message, bytes, "cannot tell where this program lies");
        return NULL;
    }
    return load_module(path, message, bytes);
}
