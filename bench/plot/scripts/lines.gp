# Many lines, each named at its end: what ipc-latency, ipc-bandwidth and metg share. They set their
# y axis and load this; the table is told in bench/plot/lines.h.
# Seven colours and nine markers change together, so no two of 63 lines share both; the dash helps
# where colours are lost.
array colours[7] = [0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0x56b4e9, 0xe69f00, 0x666666]
array markers[9] = [7, 5, 9, 13, 11, 6, 4, 8, 12]
array dashes[4] = [1, 2, 4, 5]
colour(line) = colours[int(line) % 7 + 1]
marker(line) = markers[int(line) % 9 + 1]
dash(line) = dashes[int(line) % 4 + 1]
stats data using 1 nooutput
blocks = STATS_blocks
set lmargin 13
set rmargin 29
set logscale x
set grid xtics ytics
stats data index 0 using (x_from = $6, x_to = $7, y_from = $8, y_to = $9, caption = strcol(10), $1) \
    nooutput
rows = STATS_records
array number[blocks]
do for [row = 1:rows] {
    stats data index 0 every ::row - 1::row - 1 \
        using (line = $1, x_end = $2, y_end = $3, place = $4, name = strcol(5), $1) nooutput
    set arrow row from first x_end, first y_end to graph 1.03, graph place nohead \
        linewidth 0.6 linecolor rgb colour(line) back
    set label row name at graph 1.045, graph place left offset 0.6, -0.2 textcolor rgb "#666666" \
        point pointtype marker(line) pointsize 0.7 linecolor rgb colour(line)
}
do for [block = 2:blocks - 1] {
    stats data index block using (number[block] = $1, $1) nooutput
}
set xrange [x_from:x_to]
set yrange [y_from:y_to]
set xlabel caption textcolor rgb "#666666"
plot for [block = 2:blocks - 1] data index block using 2:3:4:5 with yerrorbars pointtype 0 \
         linewidth 0.6 linecolor rgb colour(number[block]), \
     for [block = 2:blocks - 1] data index block using 2:3 with linespoints \
         pointtype marker(number[block]) pointsize 0.6 dashtype dash(number[block]) \
         linecolor rgb colour(number[block]), \
     data index 1 using 2:3:4:5:(colour($1)) with xerrorbars pointtype 2 pointsize 1.2 \
         linewidth 2 linecolor rgb variable
