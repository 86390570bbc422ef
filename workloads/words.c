#include "workloads/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COMPARED_MAX 32 /* letters; a longer word is near to no name */

char *word_show(const char *word, char *shown, size_t bytes)
{
    size_t length = strnlen(word, bytes);
    size_t kept = length < bytes ? length : bytes - sizeof "...";
    for (size_t i = 0; i < kept; i++)
        shown[i] = word[i] >= ' ' && word[i] <= '~' ? word[i] : '?';
    strcpy(shown + kept, length < bytes ? "" : "...");
    return shown;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions and replacements that turn a into b, both at most COMPARED_MAX long: the
 * dynamic program of Wagner and Fischer, "The String-to-String Correction Problem", JACM 1974,
 * with one row kept: row[j] is the distance of a's first i letters to b's first j. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[COMPARED_MAX + 1];
    size_t columns = strlen(b);
    for (size_t j = 0; j <= columns; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 1; j <= columns; j++) {
            size_t replaced =
                diagonal + (tolower((unsigned char)a[i]) != tolower((unsigned char)b[j - 1]));
            diagonal = row[j];
            row[j] = least(replaced, least(diagonal, row[j - 1]) + 1);
        }
    }
    return row[columns];
}

const char *word_nearest(const char *word, const char *const names[])
{
    const char *nearest = NULL;
    size_t nearest_distance = SIZE_MAX;
    size_t length = strnlen(word, COMPARED_MAX + 1);
    if (length == 0 || length > COMPARED_MAX)
        return NULL;
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strlen(names[i]) > COMPARED_MAX)
            continue;
        size_t distance = edit_distance(word, names[i]);
        bool near = 2 * distance <= strlen(names[i]) + 1; /* about half of its letters are right */
        if (near && distance < nearest_distance) {
            nearest = names[i];
            nearest_distance = distance;
        }
    }
    return nearest;
}

char *words_join(const char *const names[], const char *last, char *text, size_t bytes)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; names[i] != NULL && length < bytes; i++) {
        const char *gap = i == 0 ? "" : ", ";
        bool final = i > 0 && names[i + 1] == NULL;
        length += (size_t)(final ? snprintf(text + length, bytes - length, " %s %s", last, names[i])
                                 : snprintf(text + length, bytes - length, "%s%s", gap, names[i]));
    }
    return text;
}

char *words_suggest(const char *word, const char *const names[], char *text, size_t bytes)
{
    char all[WORDS_BYTES];
    const char *nearest = word_nearest(word, names);
    words_join(names, "and", all, sizeof all);
    if (nearest != NULL)
        snprintf(text, bytes, "did you mean %s? There are %s", nearest, all);
    else
        snprintf(text, bytes, "there are %s", all);
    return text;
}
