#!/bin/sh
# Starts PostgreSQL: under Patroni with the secrets in /run/secrets, or alone (POSTGRES=plain).
set -eu
umask 077

fail() {
    echo "db: $*" >&2
    exit 1
}

mkdir -p /run/postgresql

if [ "${POSTGRES:-}" = plain ]; then
    export DATABASE="${DATABASE:-correspondence}" OWNER="${OWNER:-correspondence_owner}" \
        APPLICATION="${APPLICATION:-correspondence_app}" MAX_CONNECTIONS="${MAX_CONNECTIONS:-120}"
    : "${OWNER_PASSWORD:?db: OWNER_PASSWORD is not set}" "${APPLICATION_PASSWORD:?db: APPLICATION_PASSWORD is not set}"
    if [ ! -f "$PGDATA/PG_VERSION" ]; then
        # Made beside its place and renamed when whole, so that a start cut off in the middle begins again.
        rm -rf "$PGDATA" "$PGDATA.draft"
        initdb --pgdata "$PGDATA.draft" --username postgres --auth-local=peer --auth-host=scram-sha-256 --encoding=UTF8 \
            --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --data-checksums --no-instructions >&2
        pg_ctl --pgdata "$PGDATA.draft" --silent --wait --options "-c listen_addresses='' -c unix_socket_directories=$PGHOST" start >&2
        OWNER_RIGHTS=CREATEDB prepare-database
        pg_ctl --pgdata "$PGDATA.draft" --silent --wait stop >&2
        mv "$PGDATA.draft" "$PGDATA"
    fi
    exec postgres -c config_file=/etc/postgresql-service/plain.conf -c "max_connections=$MAX_CONNECTIONS"
fi

# A password goes into YAML between single quotes.
secret() {
    [ -s "/run/secrets/$1" ] || fail "the secret $1 is missing or empty (/run/secrets/$1)."
    sed "s/'/''/g" "/run/secrets/$1"
}

for name in NODE SCOPE DATABASE OWNER APPLICATION DCS_HOSTS; do
    eval "[ -n \"\${$name:-}\" ]" || fail "$name is not set."
done
[ -s /run/secrets/ca ] || fail 'the certificate of our authority is missing (/run/secrets/ca).'
[ -s /run/secrets/tls.pem ] || fail 'the key and certificate of this part are missing (/run/secrets/tls.pem).'
secret database_owner >/dev/null
secret database_application >/dev/null
# PostgreSQL refuses a key that others may read.
cp /run/secrets/tls.pem /run/tls.pem
chmod 0600 /run/tls.pem

SUPERUSER_PASSWORD=$(secret database_superuser)
REPLICATION_PASSWORD=$(secret database_replication)
REWIND_PASSWORD=$(secret database_rewind)
API_PASSWORD=$(secret patroni_api)
export SUPERUSER_PASSWORD REPLICATION_PASSWORD REWIND_PASSWORD API_PASSWORD
export MAX_CONNECTIONS="${MAX_CONNECTIONS:-120}" SHARED_BUFFERS_MB="${SHARED_BUFFERS_MB:-256}" TTL="${TTL:-20}" \
    LOOP_WAIT="${LOOP_WAIT:-5}" RETRY_TIMEOUT="${RETRY_TIMEOUT:-5}" SYNCHRONOUS_NODES="${SYNCHRONOUS_NODES:-1}" \
    FAILOVER_PRIORITY="${FAILOVER_PRIORITY:-1}"
envsubst </etc/patroni/patroni.yml >/run/patroni.yml
# The passwords stand in that file alone: what runs from here does not carry them in its environment.
unset SUPERUSER_PASSWORD REPLICATION_PASSWORD REWIND_PASSWORD API_PASSWORD

# Left by a backend of a server that was killed; no other server uses this volume.
rm -f "$PGDATA/postmaster.pid.lock"
exec patroni /run/patroni.yml
