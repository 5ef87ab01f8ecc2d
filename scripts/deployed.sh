#!/usr/bin/env bash
# Downloads the packages that an environment runs, and prints the folder. A plan with these packages changes no code.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)
workspace=${1:?usage: scripts/deployed.sh WORKSPACE}

folder=$(dirname "$scripts")/target/deployed/$workspace
bucket=$("$scripts/workspace.sh" "$workspace" output -raw artifacts_bucket)
keys=$("$scripts/workspace.sh" "$workspace" output -json package_keys)
# An environment without GitHub recovery has no function `recover`, and an earlier download must not stay.
rm -rf "$folder/recover"
python3 -c 'import json, sys; print("\n".join(" ".join(entry) for entry in json.loads(sys.argv[1]).items()))' "$keys" |
while read -r function key; do
    mkdir -p "$folder/$function"
    aws s3 cp --only-show-errors "s3://$bucket/$key" "$folder/$function/bootstrap.zip" >&2
done
echo "$folder"
