#!/usr/bin/env bash
# Restores secrets that are scheduled for deletion and that the configuration needs again, and imports them into the
# state. An apply cannot create a secret with the name of one that is scheduled for deletion.
#
# The list of secrets comes from a plan of the secrets' module alone, which has the exact name and address of each secret
# that an apply would create. `terraform console` has no addresses, and the names would have to be built here again. The
# plan reads no resource (-refresh=false), so it takes seconds.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)

usage() {
    cat <<'USAGE'
usage: scripts/restore-secrets.sh WORKSPACE
Restores and imports the secrets of sources and destinations that the configuration needs, that the state does not have,
and that are scheduled for deletion. Run it before the apply that adds a removed source or destination again, or that
follows a destroy. It changes nothing else, and a second run changes nothing.

It needs the AWS CLI, python3, and the permissions secretsmanager:DescribeSecret, secretsmanager:RestoreSecret and those
of an apply. Exit codes: 0 if an apply can create or has all secrets; 1 if one exists that the state does not have, or if
a step failed; 2 for wrong usage.
USAGE
}

case ${1:-} in
-h | --help)
    usage
    exit 0
    ;;
esac
if [ $# -ne 1 ] || [[ $1 == -* ]]; then
    usage >&2
    exit 2
fi
workspace=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$scripts/workspace.sh" "$workspace" plan -input=false -no-color -refresh=false -target=module.hookline.module.secrets \
    -out="$work/plan" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
}

# One line for each secret that an apply would create: address and name. The first line is the region.
"$scripts/workspace.sh" "$workspace" show -json "$work/plan" | python3 -c '
import json, sys
plan = json.load(sys.stdin)
print(plan["variables"]["region"]["value"])
for resource in plan.get("resource_changes", []):
    change = resource["change"]
    if resource["type"] == "aws_secretsmanager_secret" and change["actions"] == ["create"]:
        print(resource["address"], change["after"]["name"], sep="\t")' >"$work/secrets"
region=$(head -n 1 "$work/secrets")

# Prints the ARN of a secret and the date of its deletion (or None), or nothing if there is no such secret.
describe() {
    aws secretsmanager describe-secret --region "$region" --secret-id "$1" --query '[ARN, DeletedDate]' --output text \
        2>"$work/error" && return
    grep -q ResourceNotFoundException "$work/error" && return
    cat "$work/error" >&2
    return 1
}

# Restores a secret. Waits until Secrets Manager shows the change, because an import cannot read the secret before.
restore() {
    local name=$1 found
    aws secretsmanager restore-secret --region "$region" --secret-id "$name" >/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        found=$(describe "$name")
        [ "${found##*$'\t'}" != None ] || return 0
        sleep 1
    done
    echo "$name was restored, but Secrets Manager still shows its deletion: run this script again" >&2
    return 1
}

import() {
    "$scripts/workspace.sh" "$workspace" import -input=false -no-color "$1" "$2" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        return 1
    }
}

restored=0 remaining=0
while IFS=$'\t' read -r address name; do
    found=$(describe "$name")
    arn=${found%%$'\t'*}
    if [ -z "$found" ]; then
        echo "$name does not exist: the next apply creates it without a value"
    elif [ "${found##*$'\t'}" = None ]; then
        remaining=$((remaining + 1))
        echo "$name exists and is not scheduled for deletion, but is not in the state. If it belongs to $workspace, run:"
        echo "  scripts/workspace.sh $workspace import '$address' $arn"
    else
        restore "$name"
        import "$address" "$arn"
        restored=$((restored + 1))
        echo "$name was scheduled for deletion: restored with its value, and imported as $address"
    fi
done < <(tail -n +2 "$work/secrets")

echo "$workspace: $restored restored"
[ "$remaining" = 0 ]
