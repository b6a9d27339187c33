#!/bin/bash
# The whole way in commands as one would type them: two bare nodes, a cluster, a page, a move, a page, the status.
# With the word volume: the same on virtual machines with a replicated volume for squid's log, there and back.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ "$(uname -s)" != Linux || "$(id -u)" -ne 0 ]]; then
    echo "demo: real nodes need Linux and root" >&2
    exit 1
fi

bold=$'\e[1m' plain=$'\e[0m'
[[ -t 1 ]] || bold='' plain=''

run() {
    printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
    "$@"
}

lab() { # NAME OPTION…
    run hakit lab up "${@:2}"
    run export HAKIT_SSH_CONFIG="${HAKIT_LAB_DIR:-/var/lib/hakit/labs}/$1/ssh_config"
}

page() { # NAME NUMBER
    local name=()
    [[ "$1" == lab ]] || name=(--name "$1")
    run hakit lab shell "${name[@]}" client curl -sS -i --proxy http://192.168.233.200:3128 "http://192.168.233.139:8000/numbered/$2"
}

two_nodes() {
    spec=examples/squid.yaml down="hakit lab down"
    lab lab
    run hakit bootstrap --yes "$spec"
    page lab 1
    run hakit switchover squid --spec "$spec"
    page lab 2
}

# crm, because pcsd takes minutes to start where the processor is emulated.
with_volume() {
    spec=examples/squid-volume.yaml down="hakit lab down --name volume"
    lab volume --vm --name volume
    run hakit bootstrap --yes --tool crm "$spec"
    page volume 1
    run hakit switchover squid --to qsp-b --tool crm --spec "$spec"
    page volume 2
    run hakit lab shell --name volume qsp-b grep /numbered/ /var/log/squid/access.log
    run hakit switchover squid --to qsp-a --tool crm --spec "$spec"
    page volume 3
    run hakit lab shell --name volume qsp-a grep /numbered/ /var/log/squid/access.log
    run hakit volume status --spec "$spec"
}

case "${1:-}" in
    '') two_nodes ;;
    volume) with_volume ;;
    *)
        echo "demo: there is only the word volume, not $1" >&2
        exit 2
        ;;
esac
run hakit status "$spec" || [[ $? -eq 1 ]] # 1: the tree warns that there is no fencing

cat <<END

The lab is still up. To go on with it, and to take it away:

    export PATH="$PWD/.venv/bin:\$PATH" HAKIT_SSH_CONFIG=$HAKIT_SSH_CONFIG
    hakit status $spec
    $down
END
