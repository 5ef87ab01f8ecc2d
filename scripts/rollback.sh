#!/usr/bin/env bash
# Moves a function's alias to another published version at once, and leaves a marker that the next plan explains.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/alias.sh
source "$scripts/alias.sh"

usage() {
    cat <<'USAGE'
usage: scripts/rollback.sh WORKSPACE ingest|process|recover VERSION|previous [REASON]
  scripts/rollback.sh prod process previous 'ledger gets empty bodies'
  scripts/rollback.sh prod process 7

Moves all traffic of the function to a published version in one call, also during a release. It needs neither
Terraform nor its state lock, so it works while a deployment runs or waits. `previous` is the version before the last
release. With the latest version, a rollback ends: the marker goes.

variables:
  HOOKLINE_NAME  name of the service, as in Terraform's variable `name` (default: hookline)
  AWS_REGION     region (default: `region` in terraform/environments/WORKSPACE.tfvars, then the AWS CLI's settings)
The AWS identity needs the actions lambda:GetAlias, lambda:UpdateAlias and lambda:ListVersionsByFunction.

exit codes: 0 moved, 1 nothing was changed, 2 wrong arguments
USAGE
}

# Prints the published versions, in ascending order.
published_versions() {
    call_aws lambda list-versions-by-function --function-name "$name" --output text \
        --query 'Versions[].[Version]' | grep -xE '[0-9]+' | sort -n
}

# Prints the version that `previous` means: the old version of a release that is running, the version before the last
# release, or the version before the current one.
previous_version() {
    if [ -n "$candidate" ]; then
        echo "$alias_version"
    elif [[ $alias_description =~ ^released\ [0-9]+\ at\ [^\ ]+,\ before:\ ([0-9]+)$ ]]; then
        echo "${BASH_REMATCH[1]}"
    else
        awk -v current="$alias_version" '$1 < current { last = $1 } END { if (last) print last }' <<<"$published"
    fi
}

# Prints the greatest of the numbers.
greatest() {
    printf '%s\n' "$@" | sort -n | tail -n 1
}

explain() {
    local command="scripts/rollback.sh $workspace $function"
    if [ "$version" = "$latest" ]; then
        echo "This is the latest version, so nothing is rolled back any more."
        return
    fi
    echo "The next plan warns about the rollback, and an apply does not change it."
    echo "The next release leaves $function at $version until there is a version after $from."
    echo "Return to the latest version without a release: $command $latest"
}

[[ ${1:-} != --help && ${1:-} != -h ]] || { usage; exit 0; }
if [ $# -lt 3 ] || [ $# -gt 4 ] || ! [[ $2 =~ ^(ingest|process|recover)$ && $3 =~ ^([1-9][0-9]*|previous)$ ]]; then
    usage >&2
    exit 2
fi
workspace=$1 function=$2 version=$3 reason=${4:-no reason given}
name=${HOOKLINE_NAME:-hookline}-$workspace-$function
settings=$scripts/../terraform/environments/$workspace.tfvars
region=${AWS_REGION:-$(sed -n 's/^region *= *"\(.*\)"$/\1/p' "$settings" 2>/dev/null || true)}

published=$(published_versions) || { echo "the versions of $name cannot be read: nothing was changed" >&2; exit 1; }
read_alias || { echo "the alias of $name cannot be read: nothing was changed" >&2; exit 1; }
[ "$version" != previous ] || version=$(previous_version)
if ! grep -qxF -- "${version:-none}" <<<"$published"; then
    echo "$name has no published version ${version:-before $alias_version}: nothing was changed" >&2
    echo "published versions: ${published//$'\n'/, }" >&2
    exit 1
fi
latest=$(tail -n 1 <<<"$published")
# A second rollback must not lose the version that the first one came from: a release would move traffic to it again.
from=$(greatest "$alias_version" "${candidate:-0}" "$(rolled_back_from)")
if [ "$version" = "$latest" ]; then
    description="released $version at $(now), before: $alias_version"
else
    description=$(marker "$from" "$version" "$reason")
fi
old=$alias_version${candidate:+ and $candidate}
move_alias "$version" "$description" || {
    echo "the alias of $name was changed by another command at the same time: run this one again" >&2
    exit 1
}
echo "$name: all traffic goes to version $version (before: $old)"
explain
