#!/bin/sh
# Makes an API key with the least privileges that the registry needs, and puts it where its containers read it.
# A key that the engine still accepts is kept. Only this script knows the password of the engine's administrator.
set -eu

url=${ELASTIC_URL:-https://elasticsearch:9200}
authority=${ELASTIC_CA:-/certificates/ca.pem}
place=${KEY_FILE:-/key/api_key}
prefix=${INDEX_PREFIX:-migration}

if [ -s "$place" ] && printf 'header = "Authorization: ApiKey %s"\n' "$(cat "$place")" |
    curl --silent --fail --cacert "$authority" --config - --output /dev/null "$url/_security/_authenticate"; then
    exit 0
fi
# the password goes through a file description, so that no list of processes shows it
answer=$(printf 'user = "%s:%s"\n' "${ELASTIC_USER:-elastic}" "$ELASTIC_PASSWORD" |
    curl --silent --show-error --fail --cacert "$authority" --config - --request POST \
        --header 'Content-Type: application/json' "$url/_security/api_key" --data '{
          "name": "registry",
          "role_descriptors": {"registry": {
            "cluster": ["monitor"],
            "indices": [{"names": ["'"$prefix"'-*"], "privileges": ["manage", "read", "write"]}]
          }}
        }')
key=$(printf '%s' "$answer" | sed -n 's/.*"encoded" *: *"\([A-Za-z0-9+\/=_-]*\)".*/\1/p')
if [ -z "$key" ]; then
    echo "search-key: the engine made no key" >&2
    exit 1
fi
umask 077
printf '%s' "$key" > "$place.new"
chown "${KEY_OWNER:-10001}" "$place.new"
mv "$place.new" "$place"
