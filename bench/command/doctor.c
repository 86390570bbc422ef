/*
 * doctor - is this machine fit to measure? Prints all facts, and at the end what spoils numbers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/command/facts/fact.h"
#include "bench/present/screen.h"

#define LABEL_WIDTH  30
#define LINE_WIDTH   78
#define WARNINGS_MAX 32

struct verdict {
    char *warnings[WARNINGS_MAX]; /* warnings[count]; more are not kept */
    size_t count;
};

static void print_fact(const struct fact_rule *rule, const struct fact *fact)
{
    const char *gap = rule->unit[0] != '\0' ? " " : "";
    printf("%c %-*s ", fact->warning[0] != '\0' ? '!' : ' ', LABEL_WIDTH, rule->label);
    switch (fact->kind) {
    case FACT_TEXT:
        printf("%s\n", fact->text);
        break;
    case FACT_INTEGER:
        printf("%lld%s%s\n", (long long)fact->integer, gap, rule->unit);
        break;
    case FACT_REAL:
        printf("%.2f%s%s\n", fact->real, gap, rule->unit);
        break;
    case FACT_UNKNOWN:
        printf("%s\n", fact->text[0] != '\0' ? fact->text : "unknown");
        break;
    }
}

static void print_group(const struct fact_source *source, const struct fact_group *group,
                        struct verdict *verdict)
{
    printf("%s\n", group->title);
    for (const struct fact_rule *rule = group->rules; rule->name != NULL; rule++) {
        struct fact fact;
        fact_find(source, rule, &fact);
        print_fact(rule, &fact);
        if (fact.warning[0] != '\0' && verdict->count < WARNINGS_MAX)
            verdict->warnings[verdict->count++] = strdup(fact.warning);
    }
    printf("\n");
}

/* Prints a paragraph behind "- ", in lines of less than 80 columns, or the terminal's. */
static void print_item(const char *text)
{
    const size_t width = screen_width(stdout);
    const size_t most = width > 0 && width < LINE_WIDTH ? width : LINE_WIDTH;
    size_t column = 2;
    printf("- ");
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > 2 && column + 1 + length > most) {
            printf("\n  ");
            column = 2;
        }
        column += (size_t)printf("%s%.*s", column > 2 ? " " : "", (int)length, text);
        text += length + (text[length] == ' ');
    }
    printf("\n");
}

static void print_verdict(struct verdict *verdict)
{
    if (verdict->count == 0)
        printf("Verdict: nothing is seen here that spoils measurements.\n");
    else
        printf("Verdict: this spoils measurements here (marked ! above):\n");
    for (size_t i = 0; i < verdict->count; i++) {
        if (verdict->warnings[i] != NULL)
            print_item(verdict->warnings[i]);
        free(verdict->warnings[i]);
    }
}

int doctor_command(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        printf("Usage: bench doctor\n"
               "Prints what this machine is, how much of it this process may use, how good its\n"
               "clock is, which other programs are there, and what of all this spoils\n"
               "measurements. Takes about a second; measure nothing else meanwhile.\n");
        return COMMAND_OK;
    }
    if (argc > 1)
        return command_refuse("doctor takes no arguments: write just bench doctor");
    struct fact_source source;
    struct verdict verdict = {.count = 0};
    fact_source_open(&source, argc, argv);
    for (const struct fact_group *group = fact_groups; group->name != NULL; group++)
        if (strcmp(group->name, "run") != 0) /* this run measures nothing */
            print_group(&source, group, &verdict);
    print_verdict(&verdict);
    fact_source_close(&source);
    return COMMAND_OK;
}
