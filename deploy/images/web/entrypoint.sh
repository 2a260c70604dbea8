#!/bin/sh
# Fills in nginx's configuration and runs it. Told to stop, it first answers the load balancer's question with "no"
# for DRAIN_SECONDS, so that no request is sent into a closing door, and lets nginx finish those that it has.
set -eu

: "${HOST:?}" "${BODY_MB:?}" "${WEB_SECONDS:?}" "${KEEPALIVE_SECONDS:?}" "${UPSTREAM_KEEPALIVE_SECONDS:?}"
: "${REQUESTS_IN_TEN_SECONDS:?}" "${CONNECTIONS:?}"
mkdir -p /run/web
for file in /etc/web/*.conf; do
    sed -e "s|\${HOST}|$HOST|g" \
        -e "s|\${BODY_MB}|$BODY_MB|g" \
        -e "s|\${WEB_SECONDS}|$WEB_SECONDS|g" \
        -e "s|\${KEEPALIVE_SECONDS}|$KEEPALIVE_SECONDS|g" \
        -e "s|\${UPSTREAM_KEEPALIVE_SECONDS}|$UPSTREAM_KEEPALIVE_SECONDS|g" \
        -e "s|\${BURST}|$REQUESTS_IN_TEN_SECONDS|g" \
        -e "s|\${REQUESTS_A_MINUTE}|$((REQUESTS_IN_TEN_SECONDS * 6))|g" \
        -e "s|\${CONNECTIONS}|$CONNECTIONS|g" \
        "$file" >"/run/web/${file##*/}"
done

rm -f /run/draining
nginx -e stderr -c /run/web/nginx.conf &
server=$!
# The trap below calls it.
# shellcheck disable=SC2317,SC2329
drain() {
    : >/run/draining
    sleep "${DRAIN_SECONDS:-2}" &
    wait $! || :
    kill -QUIT "$server"
}
trap drain TERM
trap 'kill -TERM "$server"' INT
# A signal ends `wait`, not the server: wait on until it has gone.
while kill -0 "$server" 2>/dev/null; do
    code=0
    wait "$server" || code=$?
done
exit "${code:-0}"
