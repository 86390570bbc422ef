#include "common/transport/stream.h"

#include <errno.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/io.h"

struct stream_link {
    struct stream_side sides[2]; /* -1 once closed or handed to an end */
};

static void close_side(struct stream_side *side)
{
    if (side->out != side->in)
        io_close(&side->out);
    io_close(&side->in);
    side->out = -1;
}

int stream_link(struct stream_side first, struct stream_side second, void **link)
{
    struct stream_link *made = malloc(sizeof *made);
    if (made == NULL) {
        close_side(&first);
        close_side(&second);
        return -ENOMEM;
    }
    *made = (struct stream_link){.sides = {first, second}};
    *link = made;
    return 0;
}

/* Takes its own descriptors and closes the other side's: as long as anybody holds those, the other
 * side's death is no end of file. */
int stream_attach(void *link, unsigned side, void **end)
{
    struct stream_link *from = link;
    CHECK(side < 2 && from->sides[side].in >= 0);
    struct stream_side *taken = malloc(sizeof *taken);
    if (taken == NULL)
        return -ENOMEM;
    *taken = from->sides[side];
    from->sides[side] = (struct stream_side){-1, -1};
    close_side(&from->sides[1 - side]);
    *end = taken;
    return 0;
}

int stream_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    const struct stream_side *side = end;
    return io_write(side->out, message, bytes, deadline_ns);
}

int stream_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    const struct stream_side *side = end;
    int error = io_read(side->in, message, bytes, deadline_ns);
    return error == IO_END || error == -ECONNRESET ? -EPIPE : error;
}

void stream_detach(void *end)
{
    close_side(end);
    free(end);
}

void stream_close(void *link)
{
    struct stream_link *ended = link;
    close_side(&ended->sides[0]);
    close_side(&ended->sides[1]);
    free(ended);
}
