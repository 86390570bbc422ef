/*
 * fact.h - what is known of this machine: one table, two presentations.
 *
 * A rule names a fact and the function that finds it. `bench doctor` prints all facts for people;
 * environment.json keeps those that belong beside numbers. So nothing about a machine is found, or
 * worded, in two places. A fact that cannot be found says so ("unknown") and is null in JSON.
 */
#ifndef PARBENCH_BENCH_COMMAND_FACT_H
#define PARBENCH_BENCH_COMMAND_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hwloc.h>

#define FACT_TEXT_BYTES 512

enum fact_kind { FACT_UNKNOWN, FACT_TEXT, FACT_INTEGER, FACT_REAL };

struct fact {
    enum fact_kind kind;
    char text[FACT_TEXT_BYTES];    /* FACT_TEXT; FACT_UNKNOWN: why, or "" */
    int64_t integer;               /* FACT_INTEGER */
    double real;                   /* FACT_REAL */
    char warning[FACT_TEXT_BYTES]; /* how this spoils measurements, or "" */
};

/* What the functions look at. */
struct fact_source {
    hwloc_topology_t topology;  /* NULL: it could not be read */
    uint64_t tools_deadline_ns; /* when programs that are asked for their versions must be done */
    int argc;                   /* of bench itself */
    char **argv;
};

struct fact_rule;

struct fact_query { /* one question */
    const struct fact_source *source;
    const struct fact_rule *rule;
};

typedef void fact_function(const struct fact_query *query, struct fact *fact);

struct fact_rule {
    const char *name;  /* in JSON, with its unit; NULL ends a table */
    const char *label; /* for people */
    const char *unit;  /* for people, after a number; "": none */
    fact_function *find;
    const void *detail; /* whatever find needs to know; NULL: nothing */
    bool doctor_only;   /* costs time, or is no property of measurements */
};

struct fact_group {
    const char *name;  /* in JSON; NULL ends the table */
    const char *title; /* for people */
    const struct fact_rule *rules;
};

/* All facts: what the machine is, what of it this process may use, how its clock behaves, what this
 * program was built from, what else is installed. */
extern const struct fact_group fact_groups[];

extern const struct fact_rule hardware_rules[], share_rules[], system_rules[], variable_rules[],
    sandbox_rules[], clock_rules[], build_rules[], run_rules[], tool_rules[];

/* Prepares source; argv is borrowed. fact_source_close frees what it holds. */
void fact_source_open(struct fact_source *source, int argc, char **argv);
void fact_source_close(struct fact_source *source);

/* Finds one fact. */
void fact_find(const struct fact_source *source, const struct fact_rule *rule, struct fact *fact);

/* For the functions: how they answer. Text is made harmless; an empty one means unknown. */
void fact_text(struct fact *fact, const char *format, ...) __attribute__((format(printf, 2, 3)));
void fact_integer(struct fact *fact, int64_t value);
void fact_real(struct fact *fact, double value);
void fact_unknown(struct fact *fact, const char *why);
void fact_warn(struct fact *fact, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A function: the text that detail points to, fixed when this program was built. */
fact_function fact_constant;

/* A function: the first line of the file whose path detail points to. */
fact_function fact_first_line;

#endif
