#!/bin/sh
# Runs clamd and stunnel together, and freshclam beside them; when clamd or stunnel ends, the container ends.
# SIGNATURES=egress fetches signatures through the proxy, again every few hours; SIGNATURES=local has those of the
# image alone, which know the EICAR test file and nothing else.
set -eu

folder=/var/lib/clamav
umask 022
rm -f /run/clamd.sock
# What was being scanned when the container was killed is not kept.
rm -rf "$folder/scanning"
mkdir -m 0700 "$folder/scanning"
cat /etc/scanner/freshclam.conf >/run/freshclam.conf
cat /usr/share/ca-bundle.pem /run/secrets/ca >/run/ca-bundle.pem
export CURL_CA_BUNDLE=/run/ca-bundle.pem SSL_CERT_FILE=/run/ca-bundle.pem

# The date of the file is the age that `signature-age` tells.
cp --force --preserve=timestamps /usr/share/signatures/local.ndb "$folder/local.ndb"

case ${SIGNATURES:?} in
local) ;;
egress)
    proxy=${HTTPS_PROXY:-}
    if [ -n "$proxy" ]; then
        # https://egress:3128 → the server and the port, which freshclam wants apart.
        printf 'HTTPProxyServer %s\nHTTPProxyPort %s\n' "${proxy%:*}" "${proxy##*:}" >>/run/freshclam.conf
    fi
    # The first time there is nothing to scan with; what is there already serves until the new ones have come.
    [ -e "$folder/daily.cld" ] || [ -e "$folder/daily.cvd" ] ||
        freshclam --no-dns --config-file=/run/freshclam.conf ||
        echo "scanner: no signatures could be fetched; scanning with those of the image, and trying again" >&2
    ;;
*)
    echo "scanner: SIGNATURES is one of: egress | local" >&2
    exit 2
    ;;
esac

clamd --foreground --config-file=/etc/scanner/clamd.conf &
clamd=$!
stunnel /etc/scanner/stunnel.conf &
stunnel=$!
[ "$SIGNATURES" = local ] || freshclam --no-dns --daemon --foreground --config-file=/run/freshclam.conf &

# The trap below calls it.
# shellcheck disable=SC2317,SC2329
stop() {
    trap - TERM INT
    kill "$clamd" "$stunnel" 2>/dev/null || :
    wait "$clamd" || :
    exit 0
}
trap stop TERM INT
while kill -0 "$clamd" 2>/dev/null && kill -0 "$stunnel" 2>/dev/null; do
    sleep 1 &
    wait $! || :
done
echo "scanner: clamd or stunnel has ended" >&2
kill "$clamd" "$stunnel" 2>/dev/null || :
exit 1
