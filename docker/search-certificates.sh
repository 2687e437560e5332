#!/bin/sh
# Makes an authority of this registry's own and the certificate of its search engine, once. Runs in the
# image of Elasticsearch, as root; CERTIFICATES is the volume that both sides read.
set -eu

here=${CERTIFICATES:-/certificates}
if [ -s "$here/node.key" ]; then
    exit 0
fi
work=$(mktemp -d)
cd /usr/share/elasticsearch
bin/elasticsearch-certutil ca --silent --pem --days 3650 --out "$work/ca.zip"
unzip -q "$work/ca.zip" -d "$work"
bin/elasticsearch-certutil cert --silent --pem --days 1095 --name node --dns elasticsearch --dns localhost \
    --ca-cert "$work/ca/ca.crt" --ca-key "$work/ca/ca.key" --out "$work/node.zip"
unzip -q "$work/node.zip" -d "$work"
# the authority's own key is not kept: a new certificate comes with a new authority (delete the volume)
install -m 0444 "$work/ca/ca.crt" "$here/ca.pem"
install -m 0444 "$work/node/node.crt" "$here/node.pem"
install -m 0400 -o 1000 -g 0 "$work/node/node.key" "$here/node.key"
rm -rf "$work"
