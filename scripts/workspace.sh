#!/usr/bin/env bash
# Runs Terraform in one environment. Selects the workspace and adds the environment's variables and the paths of the
# packages. A saved plan contains all of these, so `apply` gets none of them with a plan.
set -euo pipefail
cd "$(dirname "$0")/../terraform"

if [ $# -lt 2 ]; then
    cat >&2 <<'USAGE'
usage: scripts/workspace.sh WORKSPACE COMMAND [ARGUMENT…]
  scripts/workspace.sh dev plan -out=dev.tfplan
  scripts/workspace.sh dev apply dev.tfplan
  scripts/workspace.sh dev output webhook_urls
Terraform runs in terraform/: paths are relative to that folder.
The packages are target/lambda/{ingest,process,recover}/bootstrap.zip. The variable PACKAGES names another folder. That of
recover may be missing if no source has `recover`.
USAGE
    exit 2
fi
workspace=$1 command=$2
shift 2

if [ ! -f "environments/$workspace.tfvars" ]; then
    known=$(cd environments && echo *.tfvars)
    echo "terraform/environments/$workspace.tfvars does not exist; the environments are ${known//.tfvars/}" >&2
    exit 1
fi
terraform workspace select -or-create "$workspace" >/dev/null

saved_plan=
for argument in "$@"; do
    case $argument in -*) ;; *) [ -f "$argument" ] && saved_plan=$argument ;; esac
done
case "$command $saved_plan" in
"apply " | "plan "* | "destroy "* | "refresh "* | "import "*)
    packages=${PACKAGES:-../target/lambda}
    arguments=("-var-file=environments/$workspace.tfvars")
    paths="ingest=\"$packages/ingest/bootstrap.zip\",process=\"$packages/process/bootstrap.zip\""
    [ ! -f "$packages/recover/bootstrap.zip" ] || paths+=",recover=\"$packages/recover/bootstrap.zip\""
    arguments+=("-var=packages={$paths}")
    exec terraform "$command" "${arguments[@]}" "$@"
    ;;
*) exec terraform "$command" "$@" ;;
esac
