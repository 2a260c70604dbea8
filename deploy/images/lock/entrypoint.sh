#!/bin/sh
# Starts one etcd node. CLUSTER names all nodes (dcs-1=https://dcs-1:2380,…), NODE is this one. A node that has been
# a member goes on from its volume; CLUSTER matters only at its very first start.
set -eu
umask 077

fail() {
    echo "lock: $*" >&2
    exit 1
}

for name in NODE CLUSTER; do
    eval "[ -n \"\${$name:-}\" ]" || fail "$name is not set."
done
for file in ca tls.pem; do
    [ -s "/run/secrets/$file" ] || fail "the secret $file is missing or empty (/run/secrets/$file)."
done
envsubst </etc/etcd/etcd.yaml >/run/etcd.yaml
exec etcd --config-file /run/etcd.yaml
