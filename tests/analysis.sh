#!/usr/bin/env bash
# analysis.sh BUILD - cppcheck and clang-tidy find nothing in the project's C files, but for what
# analysis_exceptions explains. BUILD has compile_commands.json. Half a minute on two idle cores.
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/.."
rooms=(common workloads manager backends bench)
for tool in cppcheck clang-tidy; do
    command -v $tool >/dev/null || { echo "SKIP: there is no $tool"; exit 77; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$build/analysis" # cppcheck's memory of the files that it knows already

sources() { find "${rooms[@]}" -name '*.c' | sort; }
compiled() { sed -n "s|^ *\"file\": \"$PWD/\(.*\)\".*|\1|p" "$build/compile_commands.json" | sort -u; }

# Both report in the form FILE:LINE: CHECK: message.
sources | cppcheck -j2 --quiet --file-list=- --cppcheck-build-dir="$build/analysis" --std=c11 \
    --enable=warning,performance,portability -D_GNU_SOURCE -I. -I"$build/generated" \
    --template='{file}:{line}: {id}: {message}' 2>"$scratch/cppcheck"

comm -12 <(sources) <(compiled) >"$scratch/files"
[ -s "$scratch/files" ] || { echo "$build/compile_commands.json names none of the files here"; exit 1; }
xargs -P2 -n1 clang-tidy --quiet -p "$build" <"$scratch/files" >"$scratch/tidy" 2>"$scratch/progress" ||
    { grep -v 'warnings generated' "$scratch/progress" "$scratch/tidy" | tail; exit 1; }
sed -nE "s|^$PWD/([^:]*:[0-9]+):[0-9]+: [a-z]+: (.*) \[([^]]*)\]$|\1: \3: \2|p" "$scratch/tidy" \
    >"$scratch/tidied"

exceptions() { sed -nE 's/^([^# ]+) ([^ ]+)$/^\1:[0-9]+: \2: /p' tests/analysis_exceptions; }
if sort -u "$scratch/cppcheck" "$scratch/tidied" | grep -vEf <(exceptions); then
    exit 1
fi
echo "$(wc -l <"$scratch/files") files: nothing found"
