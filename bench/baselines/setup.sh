#!/usr/bin/env bash
# Make one virtual environment for each library that the baselines measure, in .cache/bench-venvs.
#   bench/baselines/setup.sh [NAME…]        all of them, or py2neo | neomodel | neontology | graphrag
set -euo pipefail
venvs=$(cd "$(dirname "$0")/../.." && pwd)/.cache/bench-venvs

install() { # NAME REQUIREMENT…: nothing to do when the environment was finished before
    local venv=$venvs/$1
    shift
    [ -e "$venv/.finished" ] && return
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
    touch "$venv/.finished"
}

for name in "${@:-py2neo neomodel neontology graphrag}"; do
    for one in $name; do
        case $one in
        py2neo) install py2neo 'py2neo==2021.2.4' 'neo4j==5.28.2' ;; # the driver only counts rows
        neomodel) install neomodel 'neomodel==7.0.0' ;;
        neontology) install neontology 'neontology==2.2.2' ;;
        graphrag) install graphrag 'neo4j-graphrag==1.18.0' ;;
        *) echo "no baseline is called $one" >&2 && exit 2 ;;
        esac
        echo "$one: $venvs/$one/bin/python"
    done
done
