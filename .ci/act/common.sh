#!/usr/bin/env bash
# Functions of .ci/act/run and .ci/act/release, which run workflows with `act` in a clone of this repository.

fail() {
    echo "$*" >&2
    exit 1
}

# Installs `act` once if it is not on the PATH.
install_act() {
    if command -v act >/dev/null; then return; fi
    PATH=$PATH:$PWD/target/lint/act/bin
    if command -v act >/dev/null; then return; fi
    python3 -m venv target/lint/act
    target/lint/act/bin/pip install --quiet --disable-pip-version-check --requirement .ci/requirements/act.txt
}

# Replaces the workflow `check` in the clone: .ci/run has its checks, and here only its place in other workflows matters.
replace_check() {
    cat >.github/workflows/check.yml <<'WORKFLOW'
on:
  workflow_call:
jobs:
  check:
    runs-on: ubuntu-24.04
    steps:
      - run: echo checked
WORKFLOW
}

# Commits changes of the clone.
commit() {
    git -c user.name=act -c user.email=act@localhost commit --quiet --all --message "$1"
}

# Prints the option that replaces an action, with the version that the workflows use.
replace() {
    local used
    used=$(grep --recursive --no-filename --only-matching --extended-regexp "$1@[0-9a-f]{40}" .github | sort --unique)
    echo "--local-repository=$used=$PWD/.ci/act/actions/${1#*/}"
}
