#!/bin/sh
# Makes .venv: the Python and the packages that the project runs on, from nothing but git, make and some Python 3.
#
#   sh deploy/bootstrap.sh           the packages of uv.lock; at once when nothing has changed
#   sh deploy/bootstrap.sh browser   and a Chromium for the tests in a browser
#
# Nothing outside the project is touched, but for the package cache, and as root for Debian's packages, where
# something is missing that cannot be had otherwise.
set -eu
cd "$(dirname "$0")/.."

OLDEST='3.13'
NEWEST='3.14'
STAMP='.venv/bootstrapped'
UV_WANTED='uv>=0.8,<1'

say() { printf '%s\n' "$*" >&2; }

fail() {
    say ''
    for line in "$@"; do say "$line"; done
    exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

# --- finding a Python -------------------------------------------------------------------------------------------------

# Whether it answers, in the version asked for. A shim may exist and refuse, so it is run, not looked at.
answers() { "$1" -I -c "import ctypes, ssl, sys; sys.exit(not ($2))" </dev/null >/dev/null 2>&1; }

# Every Python that might do, best first: those on the PATH, not only the first of each name; then pyenv's.
pythons() {
    old_ifs=$IFS
    for name in "python$OLDEST" "python$NEWEST" python3; do
        IFS=:
        for folder in $PATH; do
            IFS=$old_ifs
            if [ -x "${folder:-.}/$name" ]; then printf '%s\n' "${folder:-.}/$name"; fi
        done
        IFS=$old_ifs
    done
    {
        printf '%s\n' "${PYENV_ROOT:-}" "${HOME:-}/.pyenv"
        # Where pyenv is another user's, its shims on the PATH tell where it lives.
        printf '%s\n' "$PATH" | tr ':' '\n' | sed -n 's|/shims/*$||p'
    } | while IFS= read -r root; do
        for version in "$OLDEST" "$NEWEST"; do
            for python in "$root/versions/$version".*/bin/python3; do
                if [ -x "$python" ]; then printf '%s\n' "$python"; fi
            done
        done
    done
}

# The first that answers to the condition, by its real path.
first_python() {
    pythons | while IFS= read -r candidate; do
        if answers "$candidate" "$1"; then
            "$candidate" -I -c 'import sys; print(sys.executable)'
            break
        fi
    done
}

fitting_python() { first_python '(3, 13) <= sys.version_info[:2] <= (3, 14)'; }

# --- uv ---------------------------------------------------------------------------------------------------------------

# Installs uv into .tools/uv. First in a virtual environment; then beside it, for a Python whose venv is incomplete.
install_uv() {
    python=$1
    rm -rf .tools/uv .tools/uv.draft
    mkdir -p .tools
    if "$python" -m venv .tools/uv.draft && .tools/uv.draft/bin/python -m pip install --quiet "$UV_WANTED"; then
        :
    else
        rm -rf .tools/uv.draft
        "$python" -m pip install --quiet --target .tools/uv.draft "$UV_WANTED" || return 1
    fi >.tools/uv.log 2>&1
    mv .tools/uv.draft .tools/uv
    works .tools/uv/bin/uv
}

# Whether it answers, and is recent enough to read uv.lock.
works() {
    "$1" --version 2>/dev/null </dev/null |
        awk '{ split($2, part, "."); good = part[1] > 0 || part[2] >= 8 } END { exit !good }'
}

find_uv() {
    for candidate in uv .tools/uv/bin/uv; do
        if works "$candidate"; then
            UV=$candidate
            return
        fi
    done
    python=$(first_python 'sys.version_info >= (3, 8)')
    [ -n "$python" ] || fail 'There is no Python 3 here that runs.' 'Install one (Debian: apt-get install python3), then try again.'
    say 'Installing uv, which installs the packages …'
    UV=.tools/uv/bin/uv
    # PIP_USER would ask pip to install into the home folder.
    PIP_USER=0
    export PIP_USER
    if install_uv "$python"; then return; fi
    if is_root && command -v apt-get >/dev/null; then
        apt_install python3-venv python3-pip || true
        if [ -x /usr/bin/python3 ] && install_uv /usr/bin/python3; then return; fi
    fi
    fail 'uv, which installs the packages, could not be installed. The last that pip said:' \
        "$(tail -n 5 .tools/uv.log 2>/dev/null | sed 's/^/  /')" \
        'Install uv yourself (pip install uv), or what pip lacks (Debian: apt-get install python3-venv), or let' \
        'pip reach a package registry; then try again.'
}

apt_install() {
    say "Installing Debian's $* …"
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    if apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 </dev/null; then return; fi
    apt-get update -qq >/dev/null 2>&1 </dev/null || true
    apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 </dev/null
}

# --- a Python, found or fetched ---------------------------------------------------------------------------------------

find_python() {
    PYTHON=$(fitting_python)
    if [ -n "$PYTHON" ]; then return; fi
    say "There is no Python $OLDEST or $NEWEST here. Fetching one …"
    UV_PYTHON_INSTALL_DIR="$PWD/.tools/python"
    export UV_PYTHON_INSTALL_DIR
    within 180 env UV_HTTP_TIMEOUT=20 "$UV" python install --quiet --no-bin "$OLDEST" >.tools/python.log 2>&1 || true
    PYTHON=$("$UV" python find --quiet --no-project --managed-python "$OLDEST" 2>/dev/null || true)
    if [ -n "$PYTHON" ]; then return; fi
    if is_root && command -v apt-get >/dev/null; then
        for version in "$OLDEST" "$NEWEST"; do
            if apt_install "python$version"; then break; fi
        done
        PYTHON=$(fitting_python)
        if [ -n "$PYTHON" ]; then return; fi
    fi
    fail "Python $OLDEST or $NEWEST is needed, and there is none here; none could be fetched either." \
        'Install one, for instance with one of these, then try again:' \
        "  pyenv install $OLDEST" \
        "  apt-get install python$OLDEST        (Debian 13, Ubuntu 25.04 and newer)" \
        "  dnf install python$OLDEST            (Fedora)" \
        "  brew install python@$OLDEST          (macOS)"
}

# Runs a command, for so many seconds at most where that can be had.
within() {
    seconds=$1
    shift
    if command -v timeout >/dev/null; then timeout "$seconds" "$@"; else "$@"; fi
}

# --- the packages -----------------------------------------------------------------------------------------------------

# All that the environment depends on; the folder too, since scripts in it hold its path.
state() { printf '%s %s\n' "$(cat uv.lock pyproject.toml deploy/bootstrap.sh | cksum)" "$PWD"; }

is_current() {
    [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$(state)" ] && .venv/bin/python -c '' >/dev/null 2>&1
}

prepare_environment() {
    # Another environment may be active in this shell; ours is .venv.
    unset VIRTUAL_ENV CONDA_PREFIX
    UV_PROJECT_ENVIRONMENT=.venv
    export UV_PROJECT_ENVIRONMENT
    # Certificates as pip has them: those set for it, else the system's, where an office may have added its own.
    if [ -n "${PIP_CERT:-}" ] && [ -z "${SSL_CERT_FILE:-}" ]; then
        SSL_CERT_FILE=$PIP_CERT
        export SSL_CERT_FILE
    elif [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ]; then
        UV_SYSTEM_CERTS=true
        export UV_SYSTEM_CERTS
    fi
    cache=${UV_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/uv}
    if ! { mkdir -p "$cache" && [ -w "$cache" ]; } 2>/dev/null; then
        UV_CACHE_DIR="$PWD/.tools/cache"
        export UV_CACHE_DIR
    fi
}

# The index that pip has been told to use in place of the public one, if it has.
pips_index() {
    if [ -n "${PIP_INDEX_URL:-}" ]; then
        printf '%s\n' "$PIP_INDEX_URL"
    else
        "$(first_python 'sys.version_info >= (3, 8)')" -m pip config get global.index-url 2>/dev/null || true
    fi
}

# The packages of uv.lock, from the addresses in it; where those are out of reach, from pip's index, by their hashes.
sync_packages() {
    quiet='--quiet'
    if [ -t 2 ]; then quiet=''; fi
    # shellcheck disable=SC2086 # no word at all when it is empty
    "$UV" sync $quiet --frozen --python "$PYTHON" </dev/null && return
    index=$(pips_index)
    [ -n "$index" ] || return 1
    say "Trying the index that pip is set to use …"
    UV_DEFAULT_INDEX=$index
    export UV_DEFAULT_INDEX
    "$UV" export --quiet --frozen --no-emit-project --output-file .tools/requirements.txt </dev/null &&
        "$UV" venv --quiet --allow-existing --python "$PYTHON" .venv </dev/null &&
        "$UV" pip sync --quiet --python .venv --require-hashes .tools/requirements.txt </dev/null &&
        "$UV" pip install --quiet --python .venv --no-deps --editable . </dev/null
}

install_packages() {
    mkdir -p .tools
    prepare_environment
    find_uv
    find_python
    say 'Installing the packages of uv.lock; the first time this takes a minute …'
    rm -f "$STAMP"
    UV_PYTHON_DOWNLOADS=never
    export UV_PYTHON_DOWNLOADS
    sync_packages || fail \
        'The packages could not be installed; what uv said is above.' \
        'If it is the network: they come from the registry that uv.lock names, from the index set for pip, or' \
        '  from the cache of uv.' \
        'If a compiler is missing: there is a ready-made package of each for Linux and macOS (x86-64 and ARM), so' \
        '  a build points to another kind of machine.'
    state >"$STAMP"
}

# --- the browser ------------------------------------------------------------------------------------------------------

has_browser() {
    for name in chromium chromium-browser google-chrome; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

install_browser() {
    if has_browser; then return; fi
    if is_root && command -v apt-get >/dev/null && apt_install chromium fonts-liberation && has_browser; then return; fi
    fail 'The tests in a browser need Chromium, and there is none here.' \
        'Install it, for instance with: sudo apt-get install chromium' \
        'The other tests run without it: make unit'
}

is_current || install_packages
case ${1:-} in
'') ;;
browser) install_browser ;;
*) fail "bootstrap.sh: '$1' is not known; 'browser' is." ;;
esac
