# Efficiency by granularity, a line a backend and schedule; crosses: where half of it is lost.
# ARG1 terminal, ARG2 output, ARG3 data, ARG4 title, ARG5 style, ARG6 height in pixels
load ARG5
eval "set terminal ".ARG1
set output ARG2
eval middle_title
data = ARG3 # the file loaded below has arguments of its own
set format y "%.1f"
set ylabel "efficiency, with its 95 % interval" textcolor rgb "#666666"
set arrow 100 from graph 0, first 0.5 to graph 1, first 0.5 nohead dashtype 2 linecolor rgb "#666666"
load ARG5[1:strlen(ARG5) - strlen("style.gp")]."lines.gp"
