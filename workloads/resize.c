/*
 * resize - lecture 25.3: images that are only simulated.
 *
 * Tasks     an image's number, width and height; no pixels travel.
 * Kernel    the sum of the square roots of 1 .. pixels / 100, and the size halved.
 * Answer    the Euler-Maclaurin formula, which needs no loop (Knuth, "The Art of Computer
 *           Programming", volume 1, section 1.2.11.2).
 *
 * The lecture's image takes some 50 us here: less than what starting a worker costs.
 */
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "workloads/workload.h"

struct resize_task {
    int64_t image; /* the task's index */
    int64_t width, height;
};

struct resize_result {
    int64_t image;
    int64_t new_width, new_height;
    double total; /* rounded to 2 decimals */
};

enum { IMAGES, WIDTH, HEIGHT };

#define PIXELS_PER_ROOT 100
#define SIDE_MAX        1000000
#define DIGITS_BYTES    (DBL_MAX_10_EXP + sizeof "-0.00") /* any double with 2 decimals */
#define PIXELS_MAX      100000000000 /* some seconds, and a total that holds its 2 decimals */

static const struct parameter parameters[] = {
    [IMAGES] = {.name = "images",
                .initial = "8",
                .meaning = "number of images, all of one size",
                .least = 0,
                .most = WORKLOAD_TASKS_MAX},
    [WIDTH] = {.name = "width",
               .initial = "1920",
               .meaning = "of each image, in pixels; width x height may be 100000000000",
               .least = 1,
               .most = SIDE_MAX},
    [HEIGHT] = {.name = "height",
                .initial = "1080",
                .meaning = "of each image, in pixels; every 100 pixels cost a square root",
                .least = 1,
                .most = SIDE_MAX},
    {.name = NULL},
};

/* To 2 decimals as Python's round(value, 2) does: by way of decimal digits. value * 100 would be
 * rounded itself, and could move to the other side of a tie. */
static double round_to_cents(double value)
{
    char digits[DIGITS_BYTES];
    snprintf(digits, sizeof digits, "%.2f", value);
    return strtod(digits, NULL);
}

static const char *resize_kernel(const void *task_record, void *result_record,
                                 const struct shape *shape)
{
    const struct resize_task *task = task_record;
    struct resize_result *result = result_record;
    int64_t roots = task->width * task->height / PIXELS_PER_ROOT;
    double total = 0;
    (void)shape;
    for (int64_t pixel = 0; pixel < roots; pixel++)
        total += sqrt((double)(pixel + 1));
    result->image = task->image;
    result->new_width = task->width / 2;
    result->new_height = task->height / 2;
    result->total = round_to_cents(total);
    return NULL;
}

/* The sum of the square roots of 1 .. n (n > 0); what is left out is below 1 / (9216 n^4.5). */
static double root_sum(double n)
{
    const double zeta = -0.20788622497735457; /* Riemann's zeta function at -1/2 */
    double root = sqrt(n);
    return 2.0 / 3 * n * root + root / 2 + zeta + 1 / (24 * root) - 1 / (1920 * n * n * root);
}

/* Whether total is what n additions in double precision may give. Each of them is off by at most
 * half an epsilon of the final sum (Higham, "Accuracy and Stability of Numerical Algorithms",
 * section 4.2); rounding is monotone, so it must end between the two rounded bounds. For the
 * lecture's size both are 1990727.79. */
static bool is_root_sum(double total, int64_t n)
{
    if (n == 0)
        return total == 0;
    double count = (double)n;
    double exact = root_sum(count);
    double slack = exact * DBL_EPSILON * (count + 8) + 2e-4 / (count * count * count * count);
    return total >= round_to_cents(exact - slack) && total <= round_to_cents(exact + slack) &&
           total == round_to_cents(total);
}

static int resize_plan(struct work *work, char *message, size_t bytes)
{
    int64_t width = work->settings[WIDTH].values[0];
    int64_t height = work->settings[HEIGHT].values[0];
    if (width > PIXELS_MAX / height) {
        snprintf(message, bytes,
                 "resize: %" PRId64 " x %" PRId64 " is more than %lld pixels: with width=%" PRId64
                 " write at most height=%" PRId64,
                 width, height, (long long)PIXELS_MAX, width, PIXELS_MAX / width);
        return -EINVAL;
    }
    work->tasks = (size_t)work->settings[IMAGES].values[0];
    work->shape = (struct shape){sizeof(struct resize_task), sizeof(struct resize_result)};
    return 0;
}

static void resize_make(const struct work *work, size_t index, void *task)
{
    *(struct resize_task *)task = (struct resize_task){
        .image = (int64_t)index,
        .width = work->settings[WIDTH].values[0],
        .height = work->settings[HEIGHT].values[0],
    };
}

static bool resize_check(const struct work *work, size_t index, const void *task,
                         const void *result_record)
{
    const struct resize_result *result = result_record;
    int64_t width = work->settings[WIDTH].values[0];
    int64_t height = work->settings[HEIGHT].values[0];
    (void)task;
    return result->image == (int64_t)index && result->new_width == width >> 1 &&
           result->new_height == height >> 1 &&
           is_root_sum(result->total, width * height / PIXELS_PER_ROOT);
}

/* As Python does, without the second decimal where that is 0: 7.8, but 7.0. */
static void resize_print(const struct work *work, size_t index, const void *task,
                         const void *result_record, FILE *out)
{
    const struct resize_result *result = result_record;
    char total[DIGITS_BYTES];
    (void)work, (void)index, (void)task;
    int length = snprintf(total, sizeof total, "%.2f", result->total);
    if (total[length - 1] == '0')
        total[length - 1] = '\0';
    fprintf(out, "(%" PRId64 ", %" PRId64 ", %" PRId64 ", %s)", result->image, result->new_width,
            result->new_height, total);
}

const struct workload resize_workload = {
    .abi = WORKLOAD_ABI,
    .name = "resize",
    .summary = "sums of square roots: small equal tasks",
    .lecture = "25.3",
    .parameters = parameters,
    .kernel = resize_kernel,
    .plan = resize_plan,
    .make = resize_make,
    .check = resize_check,
    .print = resize_print,
};
