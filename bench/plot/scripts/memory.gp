# What one idle worker holds: filled, what is its own (USS); open, with its share of what others have
# too (PSS). Least first, on a logarithmic scale.
# Data: row, label, PSS in KiB, USS in KiB.
# ARG1 terminal, ARG2 output, ARG3 data, ARG4 title, ARG5 style, ARG6 height in pixels
load ARG5
eval "set terminal ".ARG1
set output ARG2
stats ARG3 using 1 nooutput
rows = STATS_max
eval middle_title
set tmargin 5.5 # and the key
label_column = 2
eval fit_labels
set rmargin 6
set logscale x
set xlabel "memory of one idle worker (KiB)" textcolor rgb "#666666"
set yrange [rows + 0.6:0.4]
set key at graph 0, screen 1 - 52.0 / ARG6 left center Left reverse samplen 1 textcolor rgb "#666666"
plot ARG3 using 4:1:($3 - $4):(0) with vectors nohead linewidth 1 linecolor rgb "#bbbbbb" notitle, \
     "" using 4:1:ytic(2) with points pointtype 7 pointsize 0.8 linecolor rgb blue \
         title "its own (USS)", \
     "" using 3:1 with points pointtype 4 pointsize 0.9 linecolor rgb orange \
         title "with its share of what others have too (PSS)"
