#include "bench/present/screen.h"

#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "common/io.h"

#define COLUMNS_MOST 10000
#define WORD_BYTES   512
#define READY_BYTES  4096
#define INDENT       2 /* of what goes on in the next line, behind the line's own */

/* One of the two streams. A line is broken between words, so a word is kept until its end is known.
 */
struct screen {
    int fd;
    bool ascii;    /* the locale has no UTF-8: other characters are shown as '?' */
    size_t width;  /* 0: lines are not broken */
    size_t column; /* where the cursor is */
    size_t indent; /* of this line */
    size_t spaces; /* that stand before the word */
    size_t word_columns, word_bytes, ready_bytes;
    int error;               /* a write that failed, as a negative errno: the rest is dropped */
    char word[WORD_BYTES];   /* word[word_bytes] */
    char ready[READY_BYTES]; /* ready[ready_bytes]: to be written */
};

static struct screen screens[2];

/* ---- what there is -------------------------------------------------------------------------- */

static int descriptor(FILE *out)
{
    return out == stdout ? STDOUT_FILENO : out == stderr ? STDERR_FILENO : fileno(out);
}

/* A whole number of columns from 2 on; 0: it is none. */
static size_t read_columns(const char *text)
{
    char *end;
    if (text == NULL || *text < '0' || *text > '9')
        return 0;
    unsigned long columns = strtoul(text, &end, 10);
    return *end == '\0' && columns >= 2 && columns <= COLUMNS_MOST ? columns : 0;
}

static size_t width_of(int fd)
{
    struct winsize size;
    size_t said = read_columns(getenv("COLUMNS"));
    if (!isatty(fd))
        return 0;
    if (said > 0)
        return said;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : SCREEN_COLUMNS;
}

size_t screen_width(FILE *out)
{
    return width_of(descriptor(out));
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && *value != '\0';
}

static bool is_zero(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && strcmp(value, "0") == 0;
}

bool screen_has_colours(FILE *out)
{
    const char *terminal = getenv("TERM");
    if (is_set("NO_COLOR"))
        return false;
    if (is_set("CLICOLOR_FORCE") && !is_zero("CLICOLOR_FORCE"))
        return true;
    return isatty(descriptor(out)) && terminal != NULL && *terminal != '\0' &&
           strcmp(terminal, "dumb") != 0 && !is_zero("CLICOLOR");
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Waits for room however long the reader takes, as a blocking write does; but signals that are read
 * elsewhere (session.h) end it, as nobody reads them meanwhile. */
static int wait_for_room(int fd)
{
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    sigset_t none;
    sigemptyset(&none);
    while (ppoll(&room, 1, NULL, &none) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

/* In pieces that a pipe with room takes at once. */
static void write_all(struct screen *screen, const char *text, size_t bytes)
{
    while (screen->error == 0 && bytes > 0) {
        const size_t piece = bytes < PIPE_BUF ? bytes : PIPE_BUF;
        screen->error = wait_for_room(screen->fd);
        if (screen->error == 0)
            screen->error = io_write(screen->fd, text, piece, IO_FOREVER);
        text += piece;
        bytes -= piece;
    }
}

static void write_ready(struct screen *screen)
{
    write_all(screen, screen->ready, screen->ready_bytes);
    screen->ready_bytes = 0;
}

static void put(struct screen *screen, const char *text, size_t bytes)
{
    if (screen->ready_bytes + bytes > READY_BYTES)
        write_ready(screen);
    memcpy(screen->ready + screen->ready_bytes, text, bytes);
    screen->ready_bytes += bytes;
}

static void put_spaces(struct screen *screen, size_t count)
{
    for (; count > 0; count--)
        put(screen, " ", 1);
}

static void break_line(struct screen *screen)
{
    size_t indent = screen->indent + INDENT;
    put(screen, "\n", 1);
    screen->column = indent < screen->width / 2 ? indent : screen->width / 2;
    put_spaces(screen, screen->column);
}

/* The bytes and columns of the character, or control sequence, that text begins with. */
static size_t measure(const char *text, size_t bytes, size_t *columns)
{
    mbstate_t state = {0};
    wchar_t character;
    *columns = 0;
    if (*text == '\033') { /* ESC [ numbers letter */
        size_t length = 1;
        while (length < bytes && strchr("[0123456789;?", text[length]) != NULL)
            length++;
        return length < bytes ? length + 1 : length;
    }
    size_t length = mbrtowc(&character, text, bytes, &state);
    if (length == 0 || length > bytes) { /* malformed */
        *columns = 1;
        return 1;
    }
    int width = wcwidth(character);
    *columns = width > 0 ? (size_t)width : 0;
    return length;
}

/* A word that fits nowhere is broken wherever it has to be. */
static void put_piecewise(struct screen *screen)
{
    size_t columns, length;
    for (size_t i = 0; i < screen->word_bytes; i += length) {
        length = measure(screen->word + i, screen->word_bytes - i, &columns);
        if (screen->column + columns > screen->width)
            break_line(screen);
        put(screen, screen->word + i, length);
        screen->column += columns;
    }
}

static void put_word(struct screen *screen)
{
    const size_t half = screen->width / 2;
    if (screen->column == 0)
        screen->indent = screen->spaces;
    if (screen->word_bytes == 0)
        return;
    bool fits = screen->column + screen->spaces + screen->word_columns <= screen->width;
    if (!fits && screen->column > 0) {
        break_line(screen);
    } else {
        size_t spaces = fits || screen->spaces < half ? screen->spaces : half;
        put_spaces(screen, spaces);
        screen->column += spaces;
    }
    put_piecewise(screen);
    screen->spaces = screen->word_columns = screen->word_bytes = 0;
}

/* All that is there so far, also the spaces behind it, as they may wipe out what stood there. */
static void put_rest(struct screen *screen)
{
    put_word(screen);
    if (screen->column + screen->spaces <= screen->width) {
        put_spaces(screen, screen->spaces);
        screen->column += screen->spaces;
    }
    screen->spaces = 0;
}

static void end_line(struct screen *screen, char end)
{
    put_rest(screen);
    put(screen, &end, 1);
    screen->column = 0;
}

static void add_to_word(struct screen *screen, const char *text, size_t bytes, size_t columns)
{
    if (screen->word_bytes + bytes > WORD_BYTES)
        put_word(screen);
    memcpy(screen->word + screen->word_bytes, text, bytes);
    screen->word_bytes += bytes;
    screen->word_columns += columns;
}

static void add_character(struct screen *screen, const char *text, size_t bytes, size_t columns)
{
    const bool first = (*text & 0xc0) != 0x80; /* of the bytes of a character */
    if (screen->ascii && (*text & 0x80) != 0)
        add_to_word(screen, "?", first, first);
    else
        add_to_word(screen, text, bytes, columns);
}

static void wrap(struct screen *screen, const char *text, size_t bytes)
{
    size_t columns, length;
    for (size_t i = 0; i < bytes; i += length) {
        length = measure(text + i, bytes - i, &columns);
        if (text[i] == '\n' || text[i] == '\r') {
            end_line(screen, text[i]);
        } else if (text[i] == ' ') {
            put_word(screen);
            screen->spaces++;
        } else {
            add_character(screen, text + i, length, columns);
        }
    }
    put_rest(screen); /* whoever flushes wants to see it */
}

static ssize_t write_screen(void *cookie, const char *text, size_t bytes)
{
    struct screen *screen = cookie;
    screen->error = 0;
    if (screen->width > 0) {
        wrap(screen, text, bytes);
        write_ready(screen);
    } else {
        write_all(screen, text, bytes);
    }
    errno = -screen->error;
    return screen->error == 0 ? (ssize_t)bytes : 0;
}

/* ---- both streams --------------------------------------------------------------------------- */

static FILE *open_stream(struct screen *screen, int fd, int buffering)
{
    const cookie_io_functions_t functions = {.write = write_screen};
    *screen = (struct screen){
        .fd = fd, .ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0, .width = width_of(fd)};
    FILE *stream = fopencookie(screen, "w", functions);
    if (stream != NULL)
        setvbuf(stream, NULL, buffering, BUFSIZ);
    return stream;
}

void screen_open(void)
{
    FILE *out = open_stream(&screens[0], STDOUT_FILENO, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
    FILE *err = open_stream(&screens[1], STDERR_FILENO, _IONBF);
    if (out == NULL || err == NULL)
        return; /* what there is of them is flushed at exit, and is empty */
    stdout = out;
    stderr = err;
}

void screen_verbatim(void)
{
    screens[0].width = 0;
}
