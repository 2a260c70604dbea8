#!/bin/sh
# The application of the developer's stack: prepares the database, loads the example, then serves; starts again when the
# source changes. Run inside the container by dev.yaml.
set -eu

python manage.py migrate --no-input
python manage.py publish_policy
python manage.py collectstatic --no-input
python manage.py load_demo --cases "${EXAMPLE_CASES:-40}"
exec python -m operations.reload --watch /app/src/correspondence --watch /app/policy --watch /app/frontend \
    --before '*/migrations/*=python manage.py migrate --no-input' \
    --before '/app/policy/*=python manage.py publish_policy' \
    --before '/app/frontend/*=python manage.py collectstatic --no-input' \
    -- entrypoint.sh web
