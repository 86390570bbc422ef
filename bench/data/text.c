#include "bench/data/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The bytes that a character with this first byte has; 0: no character begins so. */
static size_t announced_bytes(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* Not too long for its value, no surrogate, within Unicode, no control character. */
static bool is_printable(uint32_t code, size_t bytes)
{
    static const uint32_t least[] = {0, 0x20, 0xa0, 0x800, 0x10000}; /* by bytes */
    return code >= least[bytes] && code != 0x7f && (code < 0xd800 || code > 0xdfff) &&
           code <= 0x10ffff;
}

size_t text_character(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t bytes = announced_bytes(byte[0]);
    if (bytes == 0)
        return 0;
    uint32_t code = bytes == 1 ? byte[0] : byte[0] & (0xffu >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++) {
        if (!is_continuation(byte[i])) /* also where the text ends */
            return 0;
        code = code << 6 | (byte[i] & 0x3fu);
    }
    return is_printable(code, bytes) ? bytes : 0;
}

void text_clean(char *text)
{
    while (*text != '\0') {
        size_t bytes = text_character(text);
        if (bytes == 0) {
            *text = strchr("\t\n\v\f\r", *text) != NULL ? ' ' : '?';
            bytes = 1;
        }
        text += bytes;
    }
}

char *text_copy(const char *text)
{
    char *copy = strdup(text == NULL ? "" : text);
    if (copy != NULL)
        text_clean(copy);
    return copy;
}

char *text_brief(const char *from, char *to, size_t bytes)
{
    size_t length = strnlen(from, bytes);
    if (length < bytes) {
        memcpy(to, from, length + 1);
        text_clean(to);
        return to;
    }
    length = bytes - 4;
    while (length > 0 && is_continuation((unsigned char)from[length]))
        length--; /* not through the middle of a character */
    memcpy(to, from, length);
    to[length] = '\0';
    text_clean(to);
    strcat(to, "...");
    return to;
}
