#include "bench/suite/mpirun.h"
#include <stdio.h>
int mpirun_command(const struct mpirun *options, struct mpirun_command *command, char *message, size_t bytes){(void)options;(void)command;(void)message;(void)bytes;return -1;}
void mpirun_command_free(struct mpirun_command *command){(void)command;}
int mpirun_find(char *message, size_t bytes){snprintf(message,bytes,"stub");return -1;}
