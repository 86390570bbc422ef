#ifndef TMP_H
#define TMP_H
#include <stddef.h>
struct mpirun { char *const *argv; unsigned ranks; const char *directory; };
struct mpirun_command { char **argv; char **environment; };
int mpirun_command(const struct mpirun *options, struct mpirun_command *command, char *message, size_t bytes);
void mpirun_command_free(struct mpirun_command *command);
int mpirun_find(char *message, size_t bytes);
#endif
