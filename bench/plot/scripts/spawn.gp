# What starting and ending one worker costs: cheapest first, on a logarithmic scale.
# Data: row, label, total in us, low, high.
# ARG1 terminal, ARG2 output, ARG3 data, ARG4 title, ARG5 style, ARG6 height in pixels
load ARG5
eval "set terminal ".ARG1
set output ARG2
stats ARG3 using 1 nooutput
rows = STATS_max
eval middle_title
label_column = 2
eval fit_labels
set rmargin 6
set logscale x
set xlabel "start and end of one worker (us), median and its 95 % interval" textcolor rgb "#666666"
set yrange [rows + 0.6:0.4]
plot ARG3 using 3:1:4:5:ytic(2) with xerrorbars pointtype 7 pointsize 0.6 linecolor rgb blue
