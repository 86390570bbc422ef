#!/usr/bin/env bash
# distributions.sh LOGS [NAME...] - the README's two commands on a fresh Debian 12, Debian 13 and Ubuntu
# 24.04: for each, a minimal tree by debootstrap, the committed source in it, ./quickstart and
# ./quickstart test as its root; LOGS/NAME.log keeps what they say. A distribution whose mirror or whose
# keyring is not there is skipped. As root; a quarter of an hour each, and 2 GB in $TMPDIR.
set -euo pipefail
here=$(dirname "$(realpath "$0")")

if [ "${1:-}" = --in-namespace ]; then # of mounts and processes: both end with this shell
    tree=$2
    mount -t proc proc "$tree/proc"
    mount -t sysfs -o ro sysfs "$tree/sys"
    mount --rbind /dev "$tree/dev"
    mount -t tmpfs tmpfs "$tree/dev/shm"
    cp /etc/resolv.conf "$tree/etc/resolv.conf"
    # shellcheck disable=SC2016 # it is the inner shell's to expand
    exec chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        CI="${CI:-}" bash -ec '
            cd /root/parbench
            . /etc/os-release && echo "== $PRETTY_NAME"
            ./quickstart
            ./quickstart test
            dpkg-query -W -f "\${Package} \${Version}\n" openmpi-bin libbenchmark-dev gcc cmake libhwloc-dev'
fi

[ $# -gt 0 ] || { echo 'usage: distributions.sh LOGS [NAME...]' >&2; exit 2; }
logs=$1
shift
[ $# -gt 0 ] || set -- debian-12 debian-13 ubuntu-24.04
mkdir -p "$logs"
logs=$(realpath "$logs")
[ "$(id -u)" -eq 0 ] || { echo 'SKIP: debootstrap needs root'; exit 77; }
command -v debootstrap >/dev/null || { echo 'SKIP: there is no debootstrap (apt-get install debootstrap)'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT

# What debootstrap needs: suite, mirror, keyring, components.
about() { # NAME
    case $1 in
    debian-12) echo bookworm http://deb.debian.org/debian debian-archive-keyring main ;;
    debian-13) echo trixie http://deb.debian.org/debian debian-archive-keyring main ;;
    ubuntu-24.04) echo noble http://archive.ubuntu.com/ubuntu ubuntu-archive-keyring main,universe ;;
    *) echo "distributions.sh: '$1' is unknown: debian-12, debian-13 or ubuntu-24.04" >&2; exit 2 ;;
    esac
}

try() { # NAME: 0, 77 if it can't be had here, or else
    local suite mirror keyring components tree=$work/$1 log=$logs/$1.log
    read -r suite mirror keyring components <<<"$(about "$1")"
    keyring=/usr/share/keyrings/$keyring.gpg
    [ -e "$keyring" ] || { echo "SKIP $1: no $keyring"; return 77; }
    debootstrap --variant=minbase --keyring="$keyring" --components="$components" \
        --include=ca-certificates "$suite" "$tree" "$mirror" >"$log" 2>&1 ||
        { echo "SKIP $1: debootstrap says: $(tail -n 1 "$log")"; return 77; }
    git -C "$here/.." archive --prefix=root/parbench/ HEAD | tar x -C "$tree"
    unshare --mount --pid --fork --kill-child bash "$0" --in-namespace "$tree" >>"$log" 2>&1
}

failed=0 tried=0
for name in "$@"; do
    about "$name" >/dev/null
    begin=$SECONDS result=0
    try "$name" || result=$?
    case $result in
    0)
        echo "ok $name, $((SECONDS - begin)) s"
        tried=$((tried + 1))
        ;;
    77) ;;
    *)
        echo "FAILED $name, exit status $result, see $logs/$name.log"
        failed=1
        ;;
    esac
    rm -rf --one-file-system "${work:?}/$name"
done
[ $failed -eq 0 ] || exit 1
[ $tried -gt 0 ] || exit 77
