#!/bin/sh
# Starts Valkey (`valkey`), a Sentinel (`sentinel`), or for development a Valkey alone (`plain`).
#
# Both write their settings file themselves when roles change, so it lives on the volume. It is made anew at every
# start, and only what was learnt is taken over: who is primary, and a Sentinel's own name, epochs and acquaintances.
set -eu
umask 077

readonly GROUP=main
readonly FOLDER=/var/lib/valkey

fail() {
    echo "cache: $*" >&2
    exit 1
}

mode=${1:-valkey}
echo "$mode" >/run/mode
if [ "$mode" = plain ]; then
    exec valkey-server --port 6379 --bind '* -::*' --protected-mode no --dir "$FOLDER" --save '' --appendonly yes \
        --maxmemory "${MAXMEMORY_MB:-256}mb" --maxmemory-policy volatile-lru
fi

for name in NODE FIRST_PRIMARY; do
    eval "[ -n \"\${$name:-}\" ]" || fail "$name is not set."
done
for file in ca tls.pem valkey; do
    [ -s "/run/secrets/$file" ] || fail "the secret $file is missing or empty (/run/secrets/$file)."
done
PASSWORD=$(cat /run/secrets/valkey)
case $PASSWORD in *[!A-Za-z0-9_.~-]*) fail 'the secret valkey may hold letters, digits and _.~- only.' ;; esac
export GROUP NODE PASSWORD

# Whom the Sentinels take for the primary: all are asked at once, for two seconds; the answer that most give counts.
ask_sentinels() {
    for sentinel in ${SENTINELS:-sentinel-1 sentinel-2 sentinel-3}; do
        REDISCLI_AUTH=$PASSWORD timeout 2 valkey-cli --tls --cacert /run/secrets/ca -h "$sentinel" -p 26379 \
            SENTINEL GET-MASTER-ADDR-BY-NAME "$GROUP" 2>/dev/null | head -n 1 >"/run/answer.$sentinel" &
    done
    wait
    cat /run/answer.* | grep -E '^[a-z][a-z0-9.-]*$' | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }'
    rm -f /run/answer.*
}

# What this node's settings said when it ran last: Sentinel has them rewritten at every change of roles.
remembered() {
    if [ ! -f "$FOLDER/valkey.conf" ]; then return; fi
    last=$(awk '$1 == "replicaof" { print $2 }' "$FOLDER/valkey.conf")
    echo "${last:-$NODE}"
}

case $mode in
valkey)
    export MAXMEMORY_MB="${MAXMEMORY_MB:-256}"
    primary=$(ask_sentinels)
    primary=${primary:-$(remembered)}
    primary=${primary:-$FIRST_PRIMARY}
    {
        envsubst </etc/valkey-service/valkey.conf
        if [ "$primary" != "$NODE" ]; then echo "replicaof $primary 6379"; fi
    } >"$FOLDER/valkey.conf.new"
    mv "$FOLDER/valkey.conf.new" "$FOLDER/valkey.conf"
    unset PASSWORD
    echo "cache: $NODE starts; the primary is $primary." >&2
    exec valkey-server "$FOLDER/valkey.conf"
    ;;
sentinel)
    export DOWN_AFTER_MS="${DOWN_AFTER_MS:-1500}" FAILOVER_TIMEOUT_MS="${FAILOVER_TIMEOUT_MS:-5000}" QUORUM="${QUORUM:-2}"
    learnt=/dev/null
    if [ -f "$FOLDER/sentinel.conf" ]; then learnt=$FOLDER/sentinel.conf; fi
    PRIMARY=$(awk -v group="$GROUP" '$1 == "sentinel" && $2 == "monitor" && $3 == group { print $4 }' "$learnt")
    export PRIMARY="${PRIMARY:-$FIRST_PRIMARY}"
    {
        envsubst </etc/valkey-service/sentinel.conf
        grep -E '^sentinel (myid|current-epoch|config-epoch|leader-epoch|known-replica|known-sentinel) ' "$learnt" || true
    } >"$FOLDER/sentinel.conf.new"
    mv "$FOLDER/sentinel.conf.new" "$FOLDER/sentinel.conf"
    unset PASSWORD
    exec valkey-server "$FOLDER/sentinel.conf" --sentinel
    ;;
*) fail "'$mode' is not known; valkey, sentinel and plain are." ;;
esac
