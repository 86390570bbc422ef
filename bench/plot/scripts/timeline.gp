# Who ran which task when: a panel for each workload, a row for each worker. Tasks are boxes,
# dark and light by turns, with their numbers where there is room; what is empty is waiting.
# Data, two blocks a workload: place, end, label, unit, heading of each worker; place, begin, end,
# turn, number of each task.
# ARG1 terminal, ARG2 output, ARG3 data, ARG4 title, ARG5 style, ARG6 height in pixels
load ARG5
eval "set terminal ".ARG1
set output ARG2
stats ARG3 using 1 nooutput
panels = STATS_blocks / 2
pixel = 1.0 / ARG6
set multiplot
eval middle_title
label_column = 3
eval fit_labels
set rmargin at screen 0.97
set style fill solid 1 border linecolor rgb "#666666"
if (STATS_records > 3000) {set style fill solid 1 noborder} # thin ones would be nothing but border
set xrange [0:*]
set ytics scale 0
fill(turn) = turn == 0 ? 0x56b4e9 : 0xcfe9f8
top = 1 - 40 * pixel
do for [panel = 0:panels - 1] {
    set autoscale y
    stats ARG3 index 2 * panel using 1 nooutput
    rows = STATS_max
    unit = heading = ""
    stats ARG3 index 2 * panel using (unit = strcol(4), heading = strcol(5), $1) nooutput
    set tmargin at screen top - 30 * pixel
    set bmargin at screen top - (30 + 18 * rows) * pixel
    top = top - (95 + 18 * rows) * pixel
    set yrange [rows + 0.5:0.5]
    set title heading
    set xlabel "time since the map began (".unit.")" textcolor rgb "#666666"
    plot ARG3 index 2 * panel using (0):1:(0):2:($1 - 0.4):($1 + 0.4):ytic(3) with boxxyerror \
             fillstyle empty linewidth 0.5 linecolor rgb "#999999", \
         "" index 2 * panel + 1 using 2:1:2:3:($1 - 0.4):($1 + 0.4):(fill($4)) with boxxyerror \
             linewidth 0.5 fillcolor rgb variable, \
         "" index 2 * panel + 1 \
             using (strlen(strcol(5)) > 0 ? ($2 + $3) / 2 : NaN):1:5 with labels textcolor rgb "#000000"
    unset label 100
}
unset multiplot
