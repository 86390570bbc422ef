#!/usr/bin/env bash
# Who may include whom: common <- workloads, common <- manager <- backends; bench and tests see all
# of them. A workload never sees a backend, a backend never sees a workload.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
# forbid ROOM PATTERN: no file of ROOM includes "PATTERN..."
forbid() {
    if grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*\"$2" "$1" --include='*.[ch]'; then
        echo "a file of $1/ includes what it must not: \"$2...\"" >&2
        failed=1
    fi
}

# Every include of ours is written from the root, so that the rules can be read off the line.
# (gbench.cc is made to be copied away, so it includes its own header by its bare name.)
if grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' common workloads manager backends bench \
       --include='*.c' --include='*.h' --include='*.cc' |
   grep -vE '"(common|workloads|manager|backends|bench)/|"(build_info|commit).h"|gbench.cc:.*"gbench.h"'; then
    echo 'an include of ours does not begin with its room' >&2
    failed=1
fi

forbid common '(workloads|manager|backends|bench)/'
forbid workloads '(manager|backends|bench)/'
forbid manager '(workloads|backends|bench)/'
forbid backends '(workloads|bench)/'
exit $failed
