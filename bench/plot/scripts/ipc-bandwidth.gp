# Bandwidth by payload, one way, a line a transport, with 95 % intervals; both axes logarithmic.
# ARG1 terminal, ARG2 output, ARG3 data, ARG4 title, ARG5 style, ARG6 height in pixels
load ARG5
eval "set terminal ".ARG1
set output ARG2
eval middle_title
data = ARG3 # the file loaded below has arguments of its own
set logscale y
set xtics ("1" 1, "8" 8, "64" 64, "512" 512, "4 Ki" 4096, "32 Ki" 2**15, "256 Ki" 2**18, \
           "2 Mi" 2**21, "16 Mi" 2**24, "128 Mi" 2**27, "1 Gi" 2**30)
set ylabel "one way (GB/s), median" textcolor rgb "#666666"
load ARG5[1:strlen(ARG5) - strlen("style.gp")]."lines.gp"
