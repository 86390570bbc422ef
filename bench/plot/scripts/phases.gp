# Where the time of a cold run goes: a panel for each workload, a bar for each cell, its total beside.
# Data, a block a workload: row, label, ends of start, send, compute, collect, stop (%), total,
# heading.
# ARG1 terminal, ARG2 output, ARG3 data, ARG4 title, ARG5 style, ARG6 height in pixels
load ARG5
eval "set terminal ".ARG1
set output ARG2
stats ARG3 using 1 nooutput
panels = STATS_blocks
across = panels > 1 ? 2 : 1
# The key stands alone in a strip below the title: a first row of labels and boxes.
set multiplot layout (panels + across - 1) / across, across title ARG4."\n\n\n" \
    textcolor rgb "#666666" noenhanced
line = 18.0 / ARG6
colours = "0x888888 0xf0e442 0x0072b2 0xe69f00 0x000000"
names = "start send compute collect stop"
do for [i = 1:5] {
    x = 0.5 + (i - 3.3) * 0.12
    set object i rectangle from screen x, screen 1 - 2.9 * line \
        to screen x + 0.02, screen 1 - 2.2 * line front \
        fillcolor rgb int(word(colours, i)) fillstyle solid border linecolor rgb "#666666"
    set label i word(names, i) at screen x + 0.027, screen 1 - 2.55 * line textcolor rgb "#666666"
}
set xlabel "share of start, map and stop (%)" textcolor rgb "#666666"
label_column = 2
eval fit_labels
set xrange [0:panels > 1 ? 140 : 120]
set xtics 0, 25, 100
set style fill solid 1 border linecolor rgb "#666666"
do for [panel = 0:panels - 1] {
    set autoscale y
    set yrange [*:*]
    stats ARG3 index panel using 1 nooutput
    heading = ""
    stats ARG3 index panel using (heading = strcol(9), $1) nooutput
    set yrange [STATS_max + 0.6:STATS_min - 0.6]
    set title heading offset -3
    eval last_wide
    plot for [i = 1:5] ARG3 index panel \
             using (0):1:(i == 1 ? 0 : column(i + 1)):(column(i + 2)):($1 - 0.4):($1 + 0.4):ytic(2) \
             with boxxyerror linewidth 0.5 fillcolor rgb int(word(colours, i)), \
         "" index panel using (101):1:8 with labels left textcolor rgb "#666666"
    unset object; unset label
}
unset multiplot
