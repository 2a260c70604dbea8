#!/bin/sh
# Starts one role of the application: web | worker QUEUES | dispatcher | manage ARGUMENTS
set -eu

# Certificates are checked against the system's authorities and, where the site has one, our own.
umask 022
cat /etc/ssl/certs/ca-certificates.crt >/run/ca-bundle.pem
if [ -r /run/secrets/ca ]; then
    cat /run/secrets/ca >>/run/ca-bundle.pem
fi
export REQUESTS_CA_BUNDLE=/run/ca-bundle.pem SSL_CERT_FILE=/run/ca-bundle.pem

role=${1:-}
[ $# -eq 0 ] || shift
# The health check asks the role that was started.
printf '%s\n' "$role" >/run/role
case $role in
web) exec python -m correspondence.config.serve ;;
worker) exec python manage.py run_worker --queues "${1:?worker needs the names of its queues}" ;;
dispatcher) exec python manage.py run_dispatcher ;;
manage) exec python manage.py "$@" ;;
*)
    echo "entrypoint: say one of: web | worker QUEUES | dispatcher | manage ARGUMENTS" >&2
    exit 2
    ;;
esac
