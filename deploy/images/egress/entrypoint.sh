#!/bin/sh
# Writes the list of who may be reached, and runs Squid.
# ALLOWED: hosts, comma separated. `host` may be reached on 443 through a tunnel; `host:port` on that port, also in
# clear text.
set -eu

umask 022
: >/run/allowed.conf
number=0
for entry in $(printf '%s' "${ALLOWED:-}" | tr ',' ' '); do
    case $entry in
    *[!A-Za-z0-9.:-]*)
        echo "egress: ALLOWED holds what is no name of a host: $entry" >&2
        exit 2
        ;;
    esac
    number=$((number + 1))
    case $entry in
    *:*)
        cat >>/run/allowed.conf <<RULES
acl host$number dstdomain -n ${entry%:*}
acl port$number port ${entry##*:}
http_access allow host$number port$number !inside
RULES
        ;;
    *)
        cat >>/run/allowed.conf <<RULES
acl host$number dstdomain -n $entry
http_access allow CONNECT host$number tls !inside
RULES
        ;;
    esac
done
exec squid -N -f /etc/egress/squid.conf
