#!/usr/bin/env bash
# Pins a function's alias to a published version and changes nothing else. The pin is a file next to the environment's
# variables. Commit that file: without it, the next apply from another working copy moves the alias to the latest version.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)
cd "$scripts/../terraform"

if [ $# -ne 3 ] || { [ "$2" != ingest ] && [ "$2" != process ]; } || ! [[ $3 =~ ^([1-9][0-9]*|latest)$ ]]; then
    echo "usage: scripts/rollback.sh WORKSPACE ingest|process VERSION|latest" >&2
    echo "the current version: scripts/workspace.sh WORKSPACE output ${2:-FUNCTION}_alias_version" >&2
    exit 2
fi
workspace=$1 function=$2 version=$3
pins=environments/$workspace.pins.tfvars.json
plan=$(mktemp)
before=$(mktemp)
cp "$pins" "$before" 2>/dev/null || true
# If any step fails, the pins are restored.
applied=
finish() {
    if [ -z "$applied" ]; then
        if [ -s "$before" ]; then cp "$before" "$pins"; else rm -f "$pins"; fi
    fi
    rm -f "$plan" "$before"
}
trap finish EXIT

if [ "$version" != latest ]; then
    name=$("$scripts/workspace.sh" "$workspace" output -json function_names |
        python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$function")
    aws lambda get-function --function-name "$name" --qualifier "$version" --query Configuration.Version >/dev/null || {
        echo "version $version of $name cannot be read: nothing was changed" >&2
        exit 1
    }
fi
PACKAGES=$("$scripts/deployed.sh" "$workspace")
export PACKAGES
python3 - "$pins" "$function" "$version" <<'PYTHON'
import json, os, sys
file, function, version = sys.argv[1:]
pins = json.load(open(file))["pinned_versions"] if os.path.exists(file) else {}
pins[function] = None if version == "latest" else version
pins = {name: pin for name, pin in pins.items() if pin}
if pins:
    json.dump({"pinned_versions": pins}, open(file, "w"), indent=2)
elif os.path.exists(file):
    os.remove(file)
PYTHON

# The plan has the alias as its only target: other drift, or a change of the other function, must not block a rollback.
alias=module.hookline.module.$function.aws_lambda_alias.this
"$scripts/workspace.sh" "$workspace" plan -input=false -out="$plan" -target="$alias"
others=$(terraform show -json "$plan" | python3 -c '
import json, sys
changes = json.load(sys.stdin).get("resource_changes", [])
print(*[resource["address"] for resource in changes
        if set(resource["change"]["actions"]) - {"no-op", "read"} and resource["address"] != sys.argv[1]])' "$alias")
if [ -n "$others" ]; then
    echo "nothing was applied, because more than the alias would change ($others): apply or revert that first" >&2
    exit 1
fi
"$scripts/workspace.sh" "$workspace" apply -input=false "$plan"
applied=yes
echo "$function of $workspace is at $version; commit terraform/$pins, so that the next apply keeps this version"
[ ! -f "$pins" ] || cat "$pins"
