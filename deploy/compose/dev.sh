#!/bin/sh
# The developer's stack: sh deploy/compose/dev.sh up | down. Behind `make dev` and `make dev-down`.
set -eu
cd "$(dirname "$0")/../.."

fail() {
    for line in "$@"; do printf '%s\n' "$line" >&2; done
    exit 1
}

command -v docker >/dev/null ||
    fail 'Docker is missing. Install Docker Desktop or Docker Engine; on Debian, as root: sh deploy/engine.sh'
docker info >/dev/null 2>&1 || fail 'The Docker engine does not answer. Is it started, and may this user speak to it?'
docker compose version >/dev/null 2>&1 || fail 'The Compose plugin of Docker is missing. On Debian, as root: sh deploy/engine.sh'
if [ -z "${CA_BUNDLE:-}" ]; then
    for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
        if [ -f "$file" ]; then
            CA_BUNDLE=$file
            break
        fi
    done
    export CA_BUNDLE="${CA_BUNDLE:?No bundle of certificate authorities was found: set CA_BUNDLE to one.}"
fi

case ${1:-} in
up)
    sh deploy/images/base.sh
    docker compose -f deploy/compose/dev.yaml up --detach --wait --remove-orphans || {
        docker compose -f deploy/compose/dev.yaml ps
        fail '' 'It did not come up. What a part said: docker compose -f deploy/compose/dev.yaml logs app'
    }
    cat <<'TEXT'

  Correspondence Tool    http://127.0.0.1:3000   people and their password: make dev-people
  Mail                   http://127.0.0.1:1080   SMTP on 1025
  GOV.UK Notify          http://127.0.0.1:3010   a stand-in: what it accepts is in the mail box, too
  SSCL                   http://127.0.0.1:3020   a stand-in: src/stubs/sscl/openapi.yaml
  PostgreSQL             postgresql://correspondence_app:development-only@127.0.0.1:5432/correspondence
  Redis (Valkey)         redis://127.0.0.1:6379/0
  S3 (LocalStack)        http://127.0.0.1:4566   bucket "documents"

  A change in src, policy or frontend starts what needs it again. To stop and forget everything: make dev-down
TEXT
    ;;
down)
    docker compose -f deploy/compose/dev.yaml down --volumes --remove-orphans
    ;;
people)
    docker compose -f deploy/compose/dev.yaml exec -T app python manage.py load_demo --people
    ;;
*) fail 'Say up, down or people.' ;;
esac
