#!/bin/sh
# Sees that the image which all others are built from is there: pulled where a registry answers, else made with
# mmdebstrap from a mirror of Debian. Does nothing when it is there already.
#
#   sh deploy/images/base.sh [IMAGE]
#
#   APT_MIRROR             mirror of Debian; default: the one that this machine uses
#   APT_SECURITY_MIRROR    mirror of its security updates; default: as above; "none" on a network that has none
#   BASE_DIGEST            sha256:…: pull exactly this one, and make none instead
set -eu

image=${1:-debian:trixie-slim}
suite=trixie

say() { printf '%s\n' "$*" >&2; }

fail() {
    for line in "$@"; do say "$line"; done
    exit 1
}

# The first address in this machine's apt configuration that serves Debian: with "-security" in it, or without.
apt_address() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -n -e 's/^URIs:[[:space:]]*//p' -e 's/^deb[[:space:]]\(\[[^]]*\][[:space:]]*\)\{0,1\}//p' |
        tr ' ' '\n' | sed 's|/*$||' | grep "^http.*/$1\$" | head -n 1
}

command -v docker >/dev/null || fail 'Docker is missing: https://docs.docker.com/engine/install/ or the package docker.io.'
docker info >/dev/null 2>&1 || fail 'The Docker engine does not answer. Is it started, and may this user speak to it?'

if docker image inspect "$image" >/dev/null 2>&1; then
    exit 0
fi

if [ -n "${BASE_DIGEST:-}" ]; then
    docker pull --quiet "${image%%:*}@$BASE_DIGEST" >&2 || fail "The base image ${image%%:*}@$BASE_DIGEST cannot be pulled."
    docker tag "${image%%:*}@$BASE_DIGEST" "$image"
    exit 0
fi
if docker pull --quiet "$image" >&2; then
    exit 0
fi

say "No registry gives $image; it is made with mmdebstrap."
command -v mmdebstrap >/dev/null || fail \
    'mmdebstrap is missing, with which the base image is made where no registry answers.' \
    'Install it with: apt-get install mmdebstrap'

mirror=${APT_MIRROR:-$(apt_address debian)}
[ -n "$mirror" ] || fail 'This machine names no mirror of Debian from which the base image could be made.' \
    'Name one with APT_MIRROR.'
mirror=${mirror%/}
if [ -z "${APT_SECURITY_MIRROR:-}" ]; then
    security=''
    if [ -z "${APT_MIRROR:-}" ]; then security=$(apt_address debian-security); fi
    security=${security:-$mirror-security}
else
    security=${APT_SECURITY_MIRROR%/}
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{
    printf 'deb %s %s main\n' "$mirror" "$suite"
    printf 'deb %s %s-updates main\n' "$mirror" "$suite"
    if [ "$security" != none ]; then printf 'deb %s %s-security main\n' "$security" "$suite"; fi
} >"$folder/sources.list"

# As the published slim image has it: no manuals, no translations; licences stay.
# shellcheck disable=SC2016 # $1 is for the shell that mmdebstrap starts
mmdebstrap --quiet --variant=minbase \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/log/*.log "$1"/var/log/apt/*' \
    "$suite" "$folder/base.tar" - <"$folder/sources.list" || fail \
    "mmdebstrap could not make the base image from $mirror${security:+ and $security}; what it said is above." \
    'Another mirror is given with APT_MIRROR and APT_SECURITY_MIRROR ("none" where there is none).'

docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'CMD ["bash"]' "$folder/base.tar" "$image" >/dev/null
say "Made $image from $mirror."
