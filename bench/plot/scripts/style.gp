# What all plots share. Text stands as it is (terminals are noenhanced): names come from strangers.
# Colours: Okabe and Ito, "Color Universal Design" (2008); shape or place always tells the same.
set encoding utf8
set format "%.7g" # or numbers would be formulas of LaTeX in its form
set datafile separator "\t"
set datafile missing "NaN"
set border 3 linewidth 0.7 linecolor rgb "#666666"
set tics nomirror scale 0.5 textcolor rgb "#666666"
set title textcolor rgb "#666666"
set grid xtics linecolor rgb "#bbbbbb" linewidth 0.5 dashtype 1
unset key
blue = 0x0072b2
orange = 0xd55e00
# For lines, one a backend: point and dashes tell them apart where colour cannot.
set style line 1 linewidth 1.5 pointsize 0.7 linecolor rgb "#0072b2" pointtype 7 dashtype 1
set style line 2 linewidth 1.5 pointsize 0.7 linecolor rgb "#d55e00" pointtype 5 dashtype 2
set style line 3 linewidth 1.5 pointsize 0.7 linecolor rgb "#009e73" pointtype 9 dashtype 3
set style line 4 linewidth 1.5 pointsize 0.7 linecolor rgb "#cc79a7" pointtype 13 dashtype 4
set style line 5 linewidth 1.5 pointsize 0.7 linecolor rgb "#e69f00" pointtype 11 dashtype 5
set style line 6 linewidth 1.5 pointsize 0.7 linecolor rgb "#56b4e9" pointtype 6 dashtype 1
set style line 7 linewidth 1.5 pointsize 0.7 linecolor rgb "#000000" pointtype 4 dashtype 2
set style line 8 linewidth 1.5 pointsize 0.7 linecolor rgb "#999999" pointtype 8 dashtype 3
# Panels stand two across; eval last_wide before one: the last of an odd number fills the row.
last_wide = "if (panels > 1 && panels % 2 == 1 && panel == panels - 1) {set rmargin at screen 0.97}"
# A title in the middle of the picture, not of the plot: names at the left leave no room there.
# eval middle_title where ARG4 is the title, and ARG6 the height.
middle_title = "set tmargin 3; set label 100 ARG4 at screen 0.5, screen 1 - 18.0 / ARG6 center \
textcolor rgb '#666666'"
# Room for the longest label in a column: label_column = 2; eval fit_labels, where ARG3 is the data.
fit_labels = "longest = 0; stats ARG3 using (longest = strlen(strcol(label_column)) > longest \
? strlen(strcol(label_column)) : longest, $1) nooutput; set lmargin 2 + 0.97 * longest"
