#!/bin/sh
# Starts HAProxy as edge | endpoints.
set -eu
umask 077

place=${1:-}
case $place in
edge) set -- ;;
endpoints)
    # HAProxy asks Valkey for its role. The password is in a file of its own, not in the environment of the process.
    printf 'global\n    setenv VALKEY_PASSWORD "%s"\n' "$(cat /run/secrets/valkey)" >/run/valkey.cfg
    set -- -f /run/valkey.cfg
    ;;
*)
    echo "entrypoint: say one of: edge | endpoints" >&2
    exit 2
    ;;
esac
exec haproxy -W -db "$@" -f /etc/balancer/common.cfg -f "/etc/balancer/$place.cfg"
