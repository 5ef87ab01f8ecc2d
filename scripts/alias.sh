#!/usr/bin/env bash
# Functions for release.sh and rollback.sh: the alias of a function, and the marker of a rollback in its description.
# Each script that includes this file sets `name`, the function's name in Lambda, and `region`.
# shellcheck disable=SC2154 # `name` is assigned by the scripts
# shellcheck disable=SC2034 # the fields of the alias are used by the scripts

# The alias that callers invoke (variable alias_name of terraform/modules/function).
alias_name=live

# The marker, which terraform/modules/hookline/rolled_back.tf reads too: from, to, time and reason.
readonly marker_pattern='^rolled back from ([0-9]+) to ([0-9]+) at ([^ ]+): '

# Calls AWS in the environment's region. Without `region`, the AWS CLI uses its own settings.
call_aws() {
    aws ${region:+--region "$region"} "$@"
}

now() {
    date -u +%Y-%m-%dT%H:%M:%SZ
}

# Sets alias_version, candidate (the version with a weight, or nothing), alias_revision and alias_description.
read_alias() {
    local fields
    # shellcheck disable=SC2016 # the backticks are a literal of the query
    fields=$(call_aws lambda get-alias --function-name "$name" --name "$alias_name" --output text --query \
        '[FunctionVersion, RevisionId, keys(not_null(RoutingConfig.AdditionalVersionWeights, `{}`))[0], Description]')
    IFS=$'\t' read -r alias_version alias_revision candidate alias_description <<<"$fields"
    [ "$candidate" != None ] || candidate=
}

# Changes the alias if nothing else has changed it since it was read. Arguments: options of `aws lambda update-alias`.
update_alias() {
    alias_revision=$(call_aws lambda update-alias --function-name "$name" --name "$alias_name" \
        --revision-id "$alias_revision" --query RevisionId --output text "$@")
}

# Moves the whole alias in one call: version, then description. No version keeps a weight.
move_alias() {
    update_alias --function-version "$1" --routing-config 'AdditionalVersionWeights={}' --description "$2" &&
        alias_version=$1 candidate=
}

# Removes the weight of a second version. The alias stays at its version.
remove_weight() {
    update_alias --routing-config 'AdditionalVersionWeights={}' && candidate=
}

# Prints the version that the function was rolled back from, or nothing.
rolled_back_from() {
    if [[ $alias_description =~ $marker_pattern ]]; then echo "${BASH_REMATCH[1]}"; fi
}

# Prints the marker of a rollback: from, to, reason. Lambda limits a description to 256 characters.
marker() {
    local text
    text="rolled back from $1 to $2 at $(now): ${3//[^[:print:]]/ }"
    echo "${text:0:256}"
}
