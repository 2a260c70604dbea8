#!/bin/sh
# Starts PgBouncer in front of SERVER (host:port) for one database and one role.
set -eu
umask 077

fail() {
    echo "pool: $*" >&2
    exit 1
}

for name in DATABASE APPLICATION SERVER; do
    eval "[ -n \"\${$name:-}\" ]" || fail "$name is not set."
done
for file in ca tls.pem database_application; do
    [ -s "/run/secrets/$file" ] || fail "the secret $file is missing or empty (/run/secrets/$file)."
done
export SERVER_HOST="${SERVER%:*}" SERVER_PORT="${SERVER##*:}" SERVER_CONNECTIONS="${SERVER_CONNECTIONS:-40}" \
    CLIENT_CONNECTIONS="${CLIENT_CONNECTIONS:-1000}" WAIT_SECONDS="${WAIT_SECONDS:-60}"
envsubst </etc/pgbouncer-service/pgbouncer.ini >/run/pgbouncer.ini
# In clear text, since PgBouncer has to sign in to the server with it.
printf '"%s" "%s"\n' "$APPLICATION" "$(sed 's/"/""/g' /run/secrets/database_application)" >/run/userlist.txt
exec pgbouncer /run/pgbouncer.ini
