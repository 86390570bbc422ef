# What all plots share. Text stands as it is (terminals are noenhanced): names come from strangers.
# Colours: Okabe and Ito, "Color Universal Design" (2008); shape or place always tells the same.
set encoding utf8
set datafile separator "\t"
set datafile missing "NaN"
set border 3 linewidth 0.7 linecolor rgb "#666666"
set tics nomirror scale 0.5 textcolor rgb "#666666"
set title textcolor rgb "#666666"
set grid xtics linecolor rgb "#bbbbbb" linewidth 0.5 dashtype 1
unset key
blue = 0x0072b2
orange = 0xd55e00
