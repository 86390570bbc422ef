#include "bench/present/tex.h"

#include <string.h>

/* How LaTeX writes a character that it would take as something else; NULL: as it is. A "[" or "*"
 * after a line's end would be an argument of it, and two "-" would become a dash. */
static const char *escape(char character)
{
    switch (character) {
    case '\\':
        return "\\textbackslash{}";
    case '~':
        return "\\textasciitilde{}";
    case '^':
        return "\\textasciicircum{}";
    case '<':
        return "\\textless{}";
    case '>':
        return "\\textgreater{}";
    case '|':
        return "\\textbar{}";
    case '"':
        return "\\textquotedbl{}";
    case '[':
        return "{[}";
    case ']':
        return "{]}";
    case '*':
        return "{*}";
    default:
        return NULL;
    }
}

void tex_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (escape(*text) != NULL)
            fputs(escape(*text), out);
        else if (strchr("&%$#_{}", *text) != NULL)
            fprintf(out, "\\%c", *text);
        else if (text[0] == '-' && text[1] == '-')
            fputs("-{}", out);
        else
            fputc(*text, out);
    }
}
