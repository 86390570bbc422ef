#include "bench/report/findings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void findings_add(struct findings *findings, const char *format, ...)
{
    char **grown = reallocarray(findings->texts, findings->count + 1, sizeof *grown);
    if (grown == NULL) {
        findings->error = -ENOMEM;
        return;
    }
    findings->texts = grown;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&findings->texts[findings->count], format, arguments) < 0)
        findings->error = -ENOMEM;
    else
        findings->count++;
    va_end(arguments);
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->texts[i]);
    free(findings->texts);
    *findings = (struct findings){0};
}
