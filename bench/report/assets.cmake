# assets.cmake - makes a C file of the page's style and script: cmake -D OUT=... -P assets.cmake
# An array of bytes each, with a zero at its end, so that nothing has to be escaped.
set(text "/* made by bench/report/assets.cmake */\n#include \"bench/report/page.h\"\n")
foreach(name style script)
  if(name STREQUAL style)
    set(file page.css)
  else()
    set(file page.js)
  endif()
  file(READ ${CMAKE_CURRENT_LIST_DIR}/${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND text "const char page_${name}[] = {${bytes}0};\n")
endforeach()
file(WRITE ${OUT} "${text}")
