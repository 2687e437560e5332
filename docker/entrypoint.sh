#!/bin/sh
# Writes CKAN's configuration from options.ini and the environment, then runs one part of the registry.
#   setup   bring the database up to date, make the index      web     the portal on port 5000
#   jobs    a job worker (as many as you like)                 search  the search worker (one)
# Anything else is run as it is, for example: registry ckan migration harvest list
set -eu

here=${REGISTRY_FOLDER:-/srv/registry}
export CKAN_INI="${REGISTRY_INI:-/tmp/ckan.ini}"

if [ -z "${REGISTRY_SECRET_KEY:-}" ]; then
    echo "registry: REGISTRY_SECRET_KEY is not set: put the same long random text into all containers (see .env.example)" >&2
    exit 2
fi
umask 077
rm -f "$CKAN_INI"
ckan generate config "$CKAN_INI" >/dev/null
ckan config-tool "$CKAN_INI" --file "$here/options.ini" >/dev/null
ckan config-tool "$CKAN_INI" "SECRET_KEY=$REGISTRY_SECRET_KEY" >/dev/null
if [ -n "${REGISTRY_SEARCH_AUTHORITY:-}" ]; then
    ckan config-tool "$CKAN_INI" "ckanext.migration.search.ca_certs=$REGISTRY_SEARCH_AUTHORITY" >/dev/null
fi
if [ -n "${REGISTRY_SEARCH_KEY_FILE:-}" ]; then
    ckan config-tool "$CKAN_INI" "ckanext.migration.search.api_key=$(cat "$REGISTRY_SEARCH_KEY_FILE")" >/dev/null
fi

case "$1" in
setup)
    ckan db upgrade
    # exit code 1: there is no index, or another version of this software made it
    ckan migration search status || ckan migration search rebuild
    ;;
web)
    exec gunicorn --bind 0.0.0.0:5000 --workers "${REGISTRY_WEB_PROCESSES:-2}" --threads 4 --timeout 120 \
        --no-control-socket --access-logfile - migration_stack.wsgi:application
    ;;
jobs)
    exec ckan jobs worker default harvest low
    ;;
search)
    exec ckan migration search worker
    ;;
*)
    exec "$@"
    ;;
esac
