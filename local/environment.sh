# Sourced by run, test, bench and synth, each from the repository's root.

# Images of containers often set this; each process would then compile all of its libraries anew.
unset PYTHONDONTWRITEBYTECODE

# environment GROUP... makes .venv hold what uv.lock names for these dependency groups.
environment() {
  # pip comes last: without it somebody stopped while .venv was being made, or had no ensurepip.
  [ -x .venv/bin/python ] && [ -x .venv/bin/pip ] || {
    for python in python3 python3.13 python3.12 python3.11; do
      "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
      python=
    done
    [ -n "$python" ] || {
      echo "LeadCloud needs Python 3.11 or newer; python3 here is: $(python3 -V 2>&1)" >&2
      exit 1
    }
    "$python" -m venv .venv || {
      echo "Python's venv is missing. On Debian: apt-get install python3-venv" >&2
      exit 1
    }
  }
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
  groups=
  for group in "$@"; do groups="$groups --group $group"; done
  # shellcheck disable=SC2086  # one word per option
  UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never \
    .venv/bin/uv sync --quiet --frozen --inexact $groups || exit 1
  PATH="$PWD/.venv/bin:$PATH"
}
