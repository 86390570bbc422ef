#!/usr/bin/env bash
# docs.sh - what the pages promise: links lead somewhere, and quoted code is the code.
#
# A quotation is a fenced block below a line `<!-- code: FILE NAME -->`; it must equal what stands in
# FILE between the lines `//> NAME` and `//< NAME`, but for indentation that all its lines share.
# `docs.sh --write` puts the code into the pages instead.
set -euo pipefail
cd "$(dirname "$0")/.."
write=${1:-}

failures=0
fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# The tagged part of a file, without the common indentation.
tagged() { # FILE NAME
    awk -v name="$2" '
        $1 == "//>" && $2 == name { inside = found = 1; next }
        $1 == "//<" && $2 == name { inside = 0; closed = 1; next }
        !inside || $1 == "//>" || $1 == "//<" { next }
        { lines[++count] = $0 }
        /[^ ]/ { match($0, /^ */); if (!seen++ || RLENGTH < indent) indent = RLENGTH }
        END {
            for (i = 1; i <= count; i++) print substr(lines[i], indent + 1)
            exit !(found && closed)
        }' "$1"
}

# A page with every quotation replaced by what it quotes.
requoted() { # PAGE
    local line file name inside=0
    while IFS= read -r line; do
        if [ "$inside" = 1 ]; then # between the fences of a quotation
            [ "$line" = '```' ] || continue
            tagged "$file" "$name" || return 1
            inside=0
        fi
        printf '%s\n' "$line"
        if [[ $line =~ ^'<!-- code: '([^ ]+)' '([^ ]+)' -->'$ ]]; then
            file=${BASH_REMATCH[1]} name=${BASH_REMATCH[2]}
            [ -f "$file" ] || return 1
            IFS= read -r line && printf '%s\n' "$line" # the opening fence
            inside=1
        fi
    done <"$1"
}

# GitHub's name for a heading.
anchors() { # PAGE
    sed -n 's/^##* *//p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

check_links() { # PAGE
    local link path anchor target
    while IFS= read -r link; do
        [[ ! $link =~ ^(https?|mailto): ]] || continue
        path=${link%%#*} anchor=
        [[ $link != *'#'* ]] || anchor=${link#*#}
        target=$1
        [ -z "$path" ] || target=$(dirname "$1")/$path
        if [ ! -e "$target" ]; then
            fail "$1: the link '$link' leads nowhere"
        elif [ -n "$anchor" ] && ! anchors "$target" | grep >/dev/null -xF -- "$anchor"; then
            fail "$1: no heading for the link '$link'"
        fi
    done < <(sed 's/`[^`]*`//g' "$1" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//')
}

# Files that a page names between backquotes or in parentheses must be there.
check_paths() { # PAGE
    local path
    while IFS= read -r path; do
        compgen -G "$path" >/dev/null || fail "$1: there is no file $path"
    done < <(grep -oE '\b(common|workloads|backends|manager|bench|tests|docs|labs)/[A-Za-z0-9_/.*-]+\.(c|h|cc|sh|py|gp|pml|md)\b' "$1" |
        grep -v NAME | sort -u)
}

mapfile -t pages < <(git ls-files -- '*.md')
[ ${#pages[@]} -gt 0 ] || mapfile -t pages < <(find . -name '*.md' -not -path './build*' | sed 's|^\./||')
for page in "${pages[@]}"; do
    [ -f "$page" ] || continue
    check_links "$page"
    check_paths "$page"
    if ! new=$(requoted "$page"); then
        fail "$page: quotes what is not there (a file, or its tag)"
    elif [ "$new" != "$(cat "$page")" ]; then
        if [ "$write" = --write ]; then
            printf '%s\n' "$new" >"$page"
        else
            fail "$page: quoted code differs from the code: run tests/docs.sh --write"
            diff <(printf '%s\n' "$new") "$page" | head -n 10 || true
        fi
    fi
done
grep -q 'code: ' docs/*.md || fail 'no page quotes any code'
exit $((failures > 0))
