#!/bin/bash
# The whole way in commands as one would type them: two bare nodes, a cluster, a page, a move, a page, the status.
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

run hakit lab up
run export HAKIT_SSH_CONFIG="${HAKIT_LAB_DIR:-/var/lib/hakit/labs}/lab/ssh_config"
run hakit bootstrap --yes examples/squid.yaml
run hakit lab shell client curl -sS -i --proxy http://192.168.233.200:3128 http://192.168.233.139:8000/numbered/1
run hakit switchover squid --spec examples/squid.yaml
run hakit lab shell client curl -sS -i --proxy http://192.168.233.200:3128 http://192.168.233.139:8000/numbered/2
run hakit status examples/squid.yaml || [[ $? -eq 1 ]] # 1: the tree warns that there is no fencing

cat <<END

The lab is still up. To go on with it, and to take it away:

    export PATH="$PWD/.venv/bin:\$PATH" HAKIT_SSH_CONFIG=$HAKIT_SSH_CONFIG
    hakit status examples/squid.yaml
    hakit lab shell qsp-a
    hakit lab down
END
