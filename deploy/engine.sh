#!/bin/sh
# Docker Engine, Compose and buildx from Debian's packages, for building the images and for `make test-platform`.
#
#   sh deploy/engine.sh              installs what is missing, starts the engine if none answers, prints what to set
#   sh deploy/engine.sh run COMMAND  the same, then the command with it; an engine started for it is stopped afterwards
#   sh deploy/engine.sh stop         stops the engine that this script started, and no other
#
# Installing and starting need root. Where an engine answers and both plugins are there, nothing needs to be done.
set -eu
cd "$(dirname "$0")/.."

TOOLS="$PWD/.tools/docker"
PLUGINS="$TOOLS/cli-plugins"
PID_FILE="$TOOLS/dockerd.pid"
LOG_FILE="$TOOLS/dockerd.log"
SUITE='trixie'
KEYRING='/usr/share/keyrings/debian-archive-keyring.gpg'
STARTING_SECONDS=60

say() { printf '%s\n' "$*" >&2; }

fail() {
    say ''
    for line in "$@"; do say "$line"; done
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

can_install() { [ "$(id -u)" = 0 ] && has apt-get; }

apt_install() {
    say "Installing Debian's $* …"
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    # Some package lists may be out of reach without hurting: what is needed decides.
    if apt-get install -qq -y --no-install-recommends "$@" >"$TOOLS/apt.log" 2>&1 </dev/null; then return; fi
    apt-get update -qq >>"$TOOLS/apt.log" 2>&1 </dev/null || true
    apt-get install -qq -y --no-install-recommends "$@" >>"$TOOLS/apt.log" 2>&1 </dev/null
}

# --- the engine -------------------------------------------------------------------------------------------------------

install_engine() {
    if has docker && { answers || has dockerd; }; then return; fi
    can_install || fail 'Docker is not installed here, and this is not root on a Debian that could install it.' \
        'Install it (Debian: apt-get install docker.io iptables mmdebstrap), then try again.'
    # Debian trixie has the command in a package of its own, older ones in docker.io.
    if apt-cache show docker-cli >/dev/null 2>&1; then client='docker-cli'; else client=''; fi
    # shellcheck disable=SC2086 # no word at all when it is empty
    apt_install docker.io iptables $client || fail 'Docker could not be installed. The last that apt-get said:' \
        "$(tail -n 5 "$TOOLS/apt.log" | sed 's/^/  /')"
}

# What makes the base image where no image registry answers.
install_mmdebstrap() {
    if has mmdebstrap || ! can_install; then return; fi
    apt_install mmdebstrap || say 'mmdebstrap could not be installed: the base image has to be pulled.'
}

start_engine() {
    if answers; then return; fi
    if [ "$(id -u)" != 0 ]; then
        fail 'No Docker engine answers, or this user may not speak to it.' \
            'Start it (systemctl start docker) and join its group, or run this as root.'
    fi
    has dockerd || fail 'There is no dockerd here to start, and no Docker engine answers at DOCKER_HOST.'
    say 'Starting the Docker engine …'
    # Kernels without nf_tables need the older way of filtering; which of the two works is seen by trying.
    for filter in "$(command -v iptables || true)" /usr/sbin/iptables-nft /usr/sbin/iptables-legacy; do
        [ -x "$filter" ] || continue
        if "$filter" -t nat -L -n >/dev/null 2>&1; then
            mkdir -p "$TOOLS/bin"
            ln -sf "$filter" "$TOOLS/bin/iptables"
            break
        fi
    done
    PATH="$TOOLS/bin:$PATH" nohup dockerd >"$LOG_FILE" 2>&1 </dev/null &
    echo $! >"$PID_FILE"
    waited=0
    until answers; do
        if ! is_ours || [ "$waited" -ge "$STARTING_SECONDS" ]; then
            stop_engine
            fail 'The Docker engine did not start. The last that it said:' \
                "$(tail -n 5 "$LOG_FILE" | sed 's/^/  /')"
        fi
        sleep 1
        waited=$((waited + 1))
    done
}

# Whether the engine that this script started still runs; a number may have gone to another process since.
is_ours() {
    [ -f "$PID_FILE" ] && [ "$(cat "/proc/$(cat "$PID_FILE")/comm" 2>/dev/null)" = dockerd ]
}

stop_engine() {
    if is_ours; then
        engine=$(cat "$PID_FILE")
        kill "$engine"
        waited=0
        while is_ours && [ "$waited" -lt "$STARTING_SECONDS" ]; do
            sleep 1
            waited=$((waited + 1))
        done
        if is_ours; then kill -9 "$engine"; fi
        say 'The Docker engine is stopped.'
    fi
    rm -f "$PID_FILE"
}

# --- Compose and buildx -----------------------------------------------------------------------------------------------

has_plugins() { docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1; }

# From the package of this Debian, where it has them as plugins.
install_plugins_here() {
    can_install || return 1
    apt-cache show docker-buildx >/dev/null 2>&1 || return 1
    apt_install docker-compose docker-buildx
}

# From Debian trixie's packages, unpacked beside this Debian's own and not installed: apt gets sources and a state of
# its own, so that nothing here is ever upgraded from there.
unpack_plugins() {
    has apt-get && has dpkg && [ -f "$KEYRING" ] || return 1
    say "Fetching Compose and buildx from Debian $SUITE …"
    draft="$TOOLS/draft"
    rm -rf "$draft"
    mkdir -p "$draft/lists/partial" "$draft/archives/partial" "$PLUGINS"
    # shellcheck disable=SC2016 # apt-get fills this in
    mirror=${APT_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/*$' | head -n 1)}
    [ -n "$mirror" ] || return 1
    echo "deb [signed-by=$KEYRING] $mirror $SUITE main" >"$draft/sources.list"
    set -- -qq -o Dir::Etc::SourceList="$draft/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$draft/lists" -o Dir::Cache::Archives="$draft/archives" \
        -o Dir::Cache::pkgcache='' -o Dir::Cache::srcpkgcache='' -o APT::Sandbox::User=root
    apt-get "$@" update >"$TOOLS/apt.log" 2>&1 </dev/null || return 1
    (cd "$draft" && apt-get "$@" download docker-compose docker-buildx) >>"$TOOLS/apt.log" 2>&1 </dev/null || return 1
    for package in "$draft"/*.deb; do dpkg -x "$package" "$draft/tree"; done
    mv "$draft"/tree/usr/libexec/docker/cli-plugins/docker-* "$PLUGINS/"
    rm -rf "$draft"
}

install_plugins() {
    if [ -x "$PLUGINS/docker-compose" ]; then
        DOCKER_CONFIG=$TOOLS
        export DOCKER_CONFIG
    fi
    if has_plugins || install_plugins_here && has_plugins; then return; fi
    DOCKER_CONFIG=$TOOLS
    export DOCKER_CONFIG
    if unpack_plugins && has_plugins; then return; fi
    fail 'Docker lacks Compose v2 or buildx, and they could not be fetched.' \
        'Install them (Debian 13: apt-get install docker-compose docker-buildx), then try again.' \
        "$(tail -n 5 "$TOOLS/apt.log" 2>/dev/null | sed 's/^/  /')"
}

# --- what is asked for ------------------------------------------------------------------------------------------------

prepare() {
    mkdir -p "$TOOLS"
    install_engine
    install_mmdebstrap
    start_engine
    install_plugins
}

case ${1:-} in
'')
    prepare
    if [ -n "${DOCKER_CONFIG:-}" ]; then printf 'export DOCKER_CONFIG=%s\n' "$DOCKER_CONFIG"; fi
    ;;
run)
    shift
    [ $# -gt 0 ] || fail 'engine.sh run: a command is missing.'
    mkdir -p "$TOOLS"
    was_ours=no
    if is_ours; then was_ours=yes; fi
    if [ "$was_ours" = no ]; then trap stop_engine EXIT; fi
    trap 'exit 130' INT
    trap 'exit 143' TERM
    prepare
    code=0
    "$@" || code=$?
    exit "$code"
    ;;
stop) stop_engine ;;
*) fail "engine.sh: '$1' is not known; 'run' and 'stop' are." ;;
esac
