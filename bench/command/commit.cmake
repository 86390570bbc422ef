# Writes the commit that SOURCE is at into OUT, a header, if it is another one than there:
#   cmake -D SOURCE=... -D OUT=... -P commit.cmake
# "unknown" where git's top level is not SOURCE (a tarball that lies in somebody's repository), where
# git does not trust the place (safe.directory), or where there is no git.
cmake_minimum_required(VERSION 3.22)
foreach(variable GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE) # set in a hook, of whatever repository
  unset(ENV{${variable}})
endforeach()

function(ask_git variable)
  execute_process(COMMAND git -C "${SOURCE}" ${ARGN} OUTPUT_VARIABLE answer RESULT_VARIABLE status
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT status EQUAL 0)
    set(answer "")
  endif()
  set(${variable} "${answer}" PARENT_SCOPE)
endfunction()

set(commit "")
file(REAL_PATH "${SOURCE}" source)
ask_git(top rev-parse --show-toplevel)
if(NOT top STREQUAL "")
  file(REAL_PATH "${top}" top)
  if(top STREQUAL source)
    ask_git(commit describe --always --dirty)
  endif()
endif()
if(commit STREQUAL "")
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT "${OUT}" CONTENT "#define PARBENCH_COMMIT \"${commit}\"\n" @ONLY)
