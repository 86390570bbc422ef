/*
 * commands.h - the commands of bench. Each is called with its own name as argv[0], prints what it
 * has to say on standard output, and returns bench's exit status. With --help it explains itself.
 */
#ifndef PARBENCH_BENCH_COMMAND_COMMANDS_H
#define PARBENCH_BENCH_COMMAND_COMMANDS_H

enum command_status {
    COMMAND_OK = 0,
    COMMAND_FAILED = 1,
    COMMAND_USAGE = 2,
    COMMAND_DIFFERENT = 3
};

/* Writes "bench: " and the line to standard error; returns COMMAND_USAGE. */
int command_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether a directory that a run was kept in can be looked into: COMMAND_OK, or it is refused. */
int command_check_run(const char *command, const char *directory);

/* Notes on standard error that the last row of a CSV was cut off, and enters nothing. */
void command_note_cut_off(const char *path);

int list_command(int argc, char **argv);
int doctor_command(int argc, char **argv);
int lecture_command(int argc, char **argv);
int ipc_command(int argc, char **argv);
int compare_command(int argc, char **argv);
int spawn_command(int argc, char **argv);
int report_command(int argc, char **argv);
int metg_command(int argc, char **argv);
int plot_command(int argc, char **argv);

#endif
