# Speedup (left) and efficiency (right) by workers: a row for each workload, a line for each
# backend, with 95 % intervals. Grey dashes: the ideal. Grey crosses: what the machine gave.
# Data, a block a line of each workload: workers, speedup, low, high, efficiency, low, high,
# capacity, label, heading. Each workload has all lines.
# ARG1 terminal, ARG2 output, ARG3 data, ARG4 title, ARG5 style, ARG6 height in pixels
load ARG5
eval "set terminal ".ARG1
set output ARG2
stats ARG3 using 1 nooutput
blocks = STATS_blocks
most = STATS_max
# The number of workloads: how often the heading changes.
jobs = 0
before = "\t"
stats ARG3 using (jobs = jobs + (strcol(10) ne before), before = strcol(10), 1) nooutput
lines = blocks / jobs
array names[lines]
do for [i = 0:lines - 1] {
    stats ARG3 index i using (names[i + 1] = strcol(9), 1) nooutput
}
pixel = 1.0 / ARG6
key_rows = (lines + 2 + 2) / 3
set multiplot layout jobs, 2 title ARG4 textcolor rgb "#666666" noenhanced \
    margins screen 0.07, screen 0.98, screen 50 * pixel, screen 1 - (66 + 18 * key_rows) * pixel \
    spacing screen 0.09, screen 100 * pixel
# The key, in three columns: gnuplot's own takes as many as it likes.
key_x(entry) = 0.1 + 0.3 * (entry % 3)
key_y(entry) = 1 - (38 + 18 * (entry / 3)) * pixel
set arrow 1 from screen key_x(0) - 0.02, screen key_y(0) to screen key_x(0) + 0.02, screen key_y(0) \
    nohead dashtype 4 linecolor rgb "#666666"
set label 1 "ideal" at screen key_x(0) + 0.03, screen key_y(0) textcolor rgb "#666666"
set label 2 "capacity" at screen key_x(1), screen key_y(1) offset 2, -0.2 textcolor rgb "#666666" \
    point pointtype 2 pointsize 0.8 linecolor rgb "#666666"
do for [i = 0:lines - 1] {
    set label 3 + i names[i + 1] at screen key_x(i + 2), screen key_y(i + 2) offset 2, -0.2 \
        textcolor rgb "#666666" point linestyle i % 8 + 1
}
set grid xtics ytics
set bars small
set xtics 1
if (most > 12) {set xtics autofreq}
do for [job = 0:jobs - 1] {
    heading = ""
    stats ARG3 index job * lines using (heading = strcol(10), 1) nooutput
    do for [side = 0:1] {
        figure = side == 0 ? 2 : 5
        set title heading.(side == 0 ? ": speedup" : ": efficiency")
        set xlabel "workers" textcolor rgb "#666666"
        set yrange [0:*]
        plot [0.7:most + 0.3] (side == 0 ? x : 1) with lines linewidth 1 dashtype 4 \
                 linecolor rgb "#666666", \
             for [i = 0:lines - 1] ARG3 index job * lines + i \
                 using 1:($8 / (side == 0 ? 1 : $1)) with points pointtype 2 pointsize 0.8 \
                 linecolor rgb "#666666", \
             for [i = 0:lines - 1] "" index job * lines + i \
                 using 1:(column(figure)):(column(figure + 1)):(column(figure + 2)) \
                 with yerrorlines linestyle i % 8 + 1
        unset arrow; unset label
    }
}
unset multiplot
