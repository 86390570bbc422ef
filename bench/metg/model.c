#include "bench/metg/model.h"

#include <math.h>
#include <string.h>

#define TERMS    3
#define SINGULAR 1e-12

/* One point's share of the normal equations, each divided by its own inverse: an error of 3 %
 * counts alike wherever it is made. The right-hand side is then 1. */
static void take_terms(const struct model_points *points, size_t i, const double scale[TERMS],
                       double terms[TERMS])
{
    const double inverse = points->inverse[i], task_ns = points->task_ns[i];
    terms[0] = scale[0] / inverse;
    terms[1] = scale[1] / task_ns / inverse;
    terms[2] = scale[2] / (points->tasks[i] * task_ns) / inverse;
}

/* Gauss's elimination with the greatest pivot of each column; false: singular. */
static bool solve(double matrix[TERMS][TERMS + 1], double solution[TERMS])
{
    for (size_t column = 0; column < TERMS; column++) {
        size_t pivot = column;
        for (size_t row = column + 1; row < TERMS; row++)
            if (fabs(matrix[row][column]) > fabs(matrix[pivot][column]))
                pivot = row;
        if (!(fabs(matrix[pivot][column]) > SINGULAR))
            return false;
        double swapped[TERMS + 1];
        memcpy(swapped, matrix[pivot], sizeof swapped);
        memmove(matrix[pivot], matrix[column], sizeof swapped);
        memcpy(matrix[column], swapped, sizeof swapped);
        for (size_t row = column + 1; row < TERMS; row++) {
            const double factor = matrix[row][column] / matrix[column][column];
            for (size_t i = column; i <= TERMS; i++)
                matrix[row][i] -= factor * matrix[column][i];
        }
    }
    for (size_t row = TERMS; row-- > 0;) {
        solution[row] = matrix[row][TERMS];
        for (size_t i = row + 1; i < TERMS; i++)
            solution[row] -= matrix[row][i] * solution[i];
        solution[row] /= matrix[row][row];
    }
    return true;
}

/* Terms of about 1, so that the equations are not singular by their units alone. */
static size_t find_scale(const struct model_points *points, double scale[TERMS])
{
    size_t count = 0;
    scale[0] = 1;
    scale[1] = scale[2] = INFINITY;
    for (size_t i = 0; i < points->count; i++) {
        if (isnan(points->inverse[i]))
            continue;
        scale[1] = fmin(scale[1], points->task_ns[i]);
        scale[2] = fmin(scale[2], points->tasks[i] * points->task_ns[i]);
        count++;
    }
    return count;
}

bool model_fit(const struct model_points *points, struct model *model)
{
    double scale[TERMS], terms[TERMS], found[TERMS], matrix[TERMS][TERMS + 1] = {{0}};
    if (find_scale(points, scale) < TERMS)
        return false;
    for (size_t i = 0; i < points->count; i++) {
        if (isnan(points->inverse[i]))
            continue;
        take_terms(points, i, scale, terms);
        for (size_t row = 0; row < TERMS; row++) {
            for (size_t column = 0; column < TERMS; column++)
                matrix[row][column] += terms[row] * terms[column];
            matrix[row][TERMS] += terms[row];
        }
    }
    if (!solve(matrix, found))
        return false;
    *model = (struct model){
        .map_ns = found[2] * scale[2], .task_ns = found[1] * scale[1], .placement = found[0] - 1};
    return true;
}

static double inverse_of(const struct model *model, double task_ns, double tasks)
{
    return 1 + model->placement + model->task_ns / task_ns + model->map_ns / (tasks * task_ns);
}

double model_misfit(const struct model_points *points, const struct model *model)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < points->count; i++) {
        if (isnan(points->inverse[i]))
            continue;
        double off =
            inverse_of(model, points->task_ns[i], points->tasks[i]) / points->inverse[i] - 1;
        sum += off * off;
        count++;
    }
    return sqrt(sum / (double)count);
}

double model_efficiency(const struct model *model, double task_ns)
{
    return 1 / inverse_of(model, task_ns, INFINITY);
}

/* 1 / efficiency is 1 + b + c / t: it falls with t if c is above 0, which it is wherever it is
 * above 1 / share at one end and below at the other. */
enum crossing_place model_metg(const struct model *model, double share, double shortest_ns,
                               double longest_ns, double *metg_ns)
{
    if (inverse_of(model, longest_ns, INFINITY) > 1 / share)
        return CROSSING_NEVER;
    if (inverse_of(model, shortest_ns, INFINITY) <= 1 / share)
        return CROSSING_BELOW;
    *metg_ns = model->task_ns / (1 - share * (1 + model->placement));
    return CROSSING_WITHIN;
}
