#!/bin/sh
# Runs versitygw over /var/lib/objects (objects in data/, their older versions in versions/) and stunnel in front of
# it; when either ends, the container ends. The root account is the only one: the application and the backups have it.
set -eu

mkdir -p /var/lib/objects/data /var/lib/objects/versions
rm -f /run/objects.sock
# Without ACLs and without a log of requests: a line would hold addresses and names of objects, and tell nothing that
# the application's own record does not.
# Its keys it takes from its environment alone; nothing else here gets them.
ROOT_ACCESS_KEY=$(cat /run/secrets/s3_access_key) ROOT_SECRET_KEY=$(cat /run/secrets/s3_secret_key) \
    versitygw --port /run/objects.sock --socket-perm 0600 --region "${REGION:?}" --health /healthz/live --keep-alive \
    --quiet --disable-acl \
    posix --versioning-dir /var/lib/objects/versions /var/lib/objects/data &
gateway=$!
stunnel /etc/objects/stunnel.conf &
stunnel=$!

# The trap below calls it.
# shellcheck disable=SC2317,SC2329
stop() {
    trap - TERM INT
    kill "$gateway" "$stunnel" 2>/dev/null || :
    wait "$gateway" || :
    exit 0
}
trap stop TERM INT
while kill -0 "$gateway" 2>/dev/null && kill -0 "$stunnel" 2>/dev/null; do
    sleep 1 &
    wait $! || :
done
echo "objects: versitygw or stunnel has ended" >&2
kill "$gateway" "$stunnel" 2>/dev/null || :
exit 1
