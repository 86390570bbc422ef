# Mechanisms of C (filled circles) above their counterparts in CPython (open squares): a panel for
# each workload, speedup against the serial loop in C with its 95 % interval. Dashed: that loop.
# Upright tick: the capacity that the machine gave meanwhile.
# Data, a block a workload: place, label, speedup, low, high, capacity, 1 for Python, heading.
# ARG1 terminal, ARG2 output, ARG3 data, ARG4 title, ARG5 style
load ARG5
eval "set terminal ".ARG1
set output ARG2
stats ARG3 using 1 nooutput
panels = STATS_blocks
across = panels > 1 ? 2 : 1
set multiplot layout (panels + across - 1) / across, across title ARG4 textcolor rgb "#666666" noenhanced
set xlabel "times as fast as the loop; | capacity" textcolor rgb "#666666"
label_column = 2
eval fit_labels
do for [panel = 0:panels - 1] {
    set autoscale # stats counts only what lies within ranges: forget the panel before
    stats ARG3 index panel using 1 nooutput
    heading = ""
    stats ARG3 index panel using (heading = strcol(8), $1) nooutput
    set yrange [STATS_max + 0.6:STATS_min - 0.6]
    set xrange [0:*]
    set title heading offset -3
    eval last_wide
    set arrow 1 from 1, graph 0 to 1, graph 1 nohead dashtype 2 linecolor rgb "#666666"
    plot ARG3 index panel using 6:($1 - 0.35):(0):(0.7) with vectors nohead linewidth 2 \
             linecolor rgb "#999999", \
         "" index panel using ($7 == 0 ? $3 : NaN):1:4:5:ytic(2) with xerrorbars pointtype 7 \
             pointsize 0.7 linecolor rgb blue, \
         "" index panel using ($7 == 1 ? $3 : NaN):1:4:5 with xerrorbars pointtype 4 pointsize 0.7 \
             linecolor rgb orange
}
unset multiplot
