#!/usr/bin/env bash
# Releases the versions that an apply has published: tests each new version directly, then moves traffic to it.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/alias.sh
source "$scripts/alias.sh"

usage() {
    cat <<'USAGE'
usage: scripts/release.sh WORKSPACE [OPTION…]
  scripts/release.sh prod
  scripts/release.sh prod --percent 50 --minutes 2

1. Invokes each new version directly, before any traffic moves: ingest with a signed ping (must return 200) and a wrong
   signature (must return 401), process with an empty batch, and recover, if there is one, without a source.
2. Moves traffic, first of process, then of ingest: the new process reads the messages of both versions of ingest, but
   the old process may not understand those of a new ingest. Recover is the last, and has no canary: a canary would end
   before its next run.
   With a canary, a new version receives a part of the invocations for some minutes. If one of them fails, or an alarm
   of the function goes off, all traffic returns to the old version.

However the script ends, no version keeps a part of the traffic. If it was killed, the next run removes that part.
A function that was rolled back stays as it is until there is a newer version.

options:
  --percent P      part of the invocations during the canary (default: Terraform's output `canary`; 100: no canary)
  --minutes M      duration of the canary, also a fraction (default: Terraform's output `canary`)
  --again          release a version again that was rolled back

variables:
  SMOKE_SOURCE     GitHub source of the ping (default: github)
  SMOKE_SECRET     its secret; without it, only the request with a wrong signature is sent (401 or 503)
The AWS identity needs lambda:GetAlias, UpdateAlias, GetFunctionConfiguration and InvokeFunction (of versions),
cloudwatch:DescribeAlarms and GetMetricStatistics, and s3:GetObjectVersion if the configuration is an object.

exit codes:
  0  released, or nothing to release
  1  a new version failed its test and no traffic was moved, or a call to AWS failed
  2  wrong arguments
  3  the canary failed, and all traffic has returned to the old version
USAGE
}

say() {
    echo "$function: $*"
}

# Reads the options. Sets workspace, percent, minutes and again.
parse() {
    workspace='' percent='' minutes='' again=''
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage && exit 0 ;;
        --again) again=yes ;;
        --percent | --minutes)
            [ $# -ge 2 ] || { usage >&2; exit 2; }
            printf -v "${1#--}" %s "$2"
            shift
            ;;
        -*) usage >&2 && exit 2 ;;
        *) [ -z "$workspace" ] || { usage >&2; exit 2; }; workspace=$1 ;;
        esac
        shift
    done
    [ -n "$workspace" ] || { usage >&2; exit 2; }
}

# Sets api_type, region, weight, seconds and interval, and the array functions, one line per function in the order of
# the release: function, name, latest version, alarms.
read_settings() {
    local lines
    "$scripts/workspace.sh" "$workspace" output -json >"$work/outputs.json"
    lines=$(python3 - "$work/outputs.json" "$percent" "$minutes" <<'PYTHON'
import json, sys
file, percent, minutes = sys.argv[1:]
outputs = {name: output["value"] for name, output in json.load(open(file)).items()}
if "function_versions" not in outputs:
    sys.exit("there are no outputs: apply first")
canary = outputs.get("canary") or {"percent": 100, "minutes": 0}
try:
    percent, minutes = float(percent or canary["percent"]), float(minutes or canary["minutes"])
    assert 0 < percent <= 100 and 0 <= minutes <= 60
except (ValueError, AssertionError):
    sys.exit("--percent must be a number up to 100, and --minutes a number up to 60")
seconds = 0 if percent == 100 else round(minutes * 60)
region = outputs["alias_arns"]["ingest"].split(":")[3]
print(outputs["api_type"], region, percent / 100, seconds, min(10, max(1, seconds // 10)))
# A broken ingest can respond with errors to senders and not fail itself.
alarms = {
    "ingest": ["ingest-errors", "api-server-errors"],
    "process": ["process-errors"],
    "recover": ["recover-errors"],
}
for function in ["process", "ingest", "recover"]:
    if function not in outputs["function_names"]:
        continue
    names = [outputs["alarm_names"][name] for name in alarms[function] if name in outputs["alarm_names"]]
    print(function, outputs["function_names"][function], outputs["function_versions"][function], *names)
PYTHON
    ) || exit 2
    read -r api_type region weight seconds interval <<<"${lines%%$'\n'*}"
    functions=()
    while read -r line; do functions+=("$line"); done <<<"${lines#*$'\n'}"
}

# Sets function, name, latest and alarms from a line of read_settings.
select_function() {
    local names
    read -r function name latest names <<<"$1"
    read -r -a alarms <<<"$names"
}

# Returns whether traffic has to move to the latest version. Removes what a killed release left.
is_pending() {
    local from
    read_alias || exit 1
    if [ -n "$candidate" ]; then
        say "an earlier release was interrupted: version $candidate loses its part of the traffic"
        remove_weight || exit 1
    fi
    from=$(rolled_back_from)
    if [ "$latest" -le "$alias_version" ]; then
        say "version $alias_version is live, nothing to release"
    elif [ -n "$from" ] && [ "$latest" -le "$from" ] && [ -z "$again" ]; then
        say "stays at version $alias_version: $alias_description"
        say "the next version after $from will be released; \`--again\` releases $latest"
    else
        return 0
    fi
    return 1
}

# Invokes the latest version directly with the event of a file. The response is in $work/response. A version that was
# just published can be pending for some seconds, and its role's permission to read its configuration can be new: process
# then fails, and ingest returns 503.
invoke() {
    local result attempt
    for attempt in {1..10}; do
        if result=$(call_aws lambda invoke --function-name "$name" --qualifier "$latest" --payload "fileb://$1" \
            --log-type Tail --query '[FunctionError, LogResult]' --output text "$work/response" 2>"$work/error"); then
            grep -qE 'ConfigurationUnavailable|cannot accept requests now' "$work/response" || break
            if [ "$attempt" = 10 ]; then
                say "version $latest cannot read its configuration: $(cat "$work/response")" >&2
                return 1
            fi
        elif [ "$attempt" = 10 ] || ! grep -q ResourceConflictException "$work/error"; then
            cat "$work/error" >&2
            return 1
        fi
        pause 2
    done
    [[ $result == None* ]] || {
        say "the direct invocation of version $latest failed: $(cat "$work/response")" >&2
        [ "${result#*$'\t'}" = None ] || base64 --decode <<<"${result#*$'\t'}" >&2
        return 1
    }
}

# Invokes the latest version of process with an empty batch, which has no effect.
test_process() {
    local failures
    echo '{"Records": []}' >"$work/batch.json"
    invoke "$work/batch.json" || return 1
    failures=$(python3 -c 'import json, sys; print(len(json.load(sys.stdin)["batchItemFailures"]))' <"$work/response") ||
        return 1
    say "version $latest returns $failures failures for an empty batch"
    [ "$failures" = 0 ]
}

# Invokes the latest version of recover without a source, which has no effect.
test_recover() {
    echo '{}' >"$work/no-source.json"
    invoke "$work/no-source.json" || return 1
    say "version $latest can be invoked"
}

# Prints the sources of the latest version of ingest. If its configuration is large, an object in S3 has them.
read_sources() {
    local variables location bucket key version file=$work/configuration.json
    variables=$(call_aws lambda get-function-configuration --function-name "$name" --qualifier "$latest" \
        --query Environment.Variables --output json) || return 1
    location=$(python3 "$scripts/configuration_object.py" location "$variables") || return 1
    if [ -n "$location" ]; then
        read -r bucket key version <<<"$location"
        call_aws s3api get-object --bucket "$bucket" --key "$key" --version-id "$version" "$file" >"$work/object" ||
            return 1
    fi
    python3 "$scripts/configuration_object.py" sources "$variables" "$file"
}

# Invokes the latest version of ingest with requests that it must accept or reject, and that it never queues.
test_ingest() {
    local sources events file expected text status
    sources=$(read_sources) || return 1
    events=$(python3 "$scripts/smoke_events.py" "$work" "$api_type" "$sources") || return 1
    while IFS=$'\t' read -r file expected text; do
        invoke "$file" || return 1
        status=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["statusCode"])' <"$work/response") || return 1
        say "version $latest returns $status to $text"
        [[ ,$expected, == *,$status,* ]] || {
            say "expected ${expected//,/ or }; the response is $(cat "$work/response")" >&2
            return 1
        }
    done <<<"$events"
}

# Sleeps in a way that a signal can interrupt.
pause() {
    sleep "$1" &
    sleeper=$!
    wait "$sleeper"
}

# Prints the state of each alarm of the function, one per line: name and state.
alarm_states() {
    [ ${#alarms[@]} -eq 0 ] || call_aws cloudwatch describe-alarms --alarm-names "${alarms[@]}" --output text \
        --query 'MetricAlarms[].[AlarmName, StateValue]'
}

# Prints the sum of a metric of the new version since the canary's start.
canary_metric() {
    local sum
    sum=$(call_aws cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name "$1" --statistics Sum \
        --period 60 --start-time "${canary_started%:*}:00Z" --end-time "$(now)" \
        --dimensions "Name=FunctionName,Value=$name" "Name=Resource,Value=$name:$alias_name" \
        "Name=ExecutedVersion,Value=$latest" --query 'sum(Datapoints[].Sum)' --output text) || return 1
    echo "${sum%.*}"
}

# Ends the release with the old version and the reason in the alias's description.
return_traffic() {
    say "the canary failed: $1" >&2
    move_alias "$alias_version" "$(marker "$latest" "$alias_version" "canary: $1")"
    shifting=
    say "all traffic goes to version $alias_version again" >&2
    say "a release leaves version $latest alone; fix it and apply, or release it again with --again" >&2
    exit 3
}

# Ends the release if the new version has failed, or an alarm has gone off since the start, or another command, such as
# a rollback, has changed the alias.
check_canary() {
    local revision=$alias_revision errors states alarm state
    read_alias
    if [ "$alias_revision" != "$revision" ]; then
        say "another command has changed the alias, which is at version $alias_version: the release ends" >&2
        exit 1
    fi
    errors=$(canary_metric Errors)
    [ "$errors" -eq 0 ] || return_traffic "$errors failed invocations of version $latest"
    states=$(alarm_states)
    while IFS=$'\t' read -r alarm state; do
        if [ "$state" = ALARM ] && ! grep -qxF "$alarm"$'\t'ALARM <<<"$states_before"; then
            return_traffic "alarm $alarm"
        fi
    done <<<"$states"
}

# Gives the new version its part of the invocations, and watches it. An alarm that has gone off before tells nothing.
canary() {
    local end invocations
    states_before=$(alarm_states)
    if grep -q ALARM <<<"$states_before"; then
        say "in alarm before the release, so only failed invocations count: $(grep ALARM <<<"$states_before" | cut -f 1)"
    fi
    canary_started=$(now)
    shifting=yes
    update_alias --routing-config "AdditionalVersionWeights={$latest=$weight}"
    say "version $latest gets $weight of the invocations for $seconds s, version $alias_version the others"
    end=$((SECONDS + seconds))
    while ((SECONDS < end)); do
        pause "$interval"
        check_canary
    done
    invocations=$(canary_metric Invocations)
    say "version $latest had $invocations invocations and no failures, as far as CloudWatch knows"
}

release() {
    local old=$alias_version
    if [ "$seconds" -gt 0 ] && [ "$function" != recover ]; then canary; fi
    move_alias "$latest" "released $latest at $(now), before: $old"
    shifting=
    say "all traffic goes to version $latest (before: $old)"
}

# Updates the outputs in Terraform's state, so that the next plan shows no change. Without this, it shows only outputs.
record() {
    local alias=aws_lambda_alias.this
    "$scripts/workspace.sh" "$workspace" apply -refresh-only -auto-approve -input=false -lock-timeout=2m \
        -target="module.hookline.module.ingest.$alias" -target="module.hookline.module.process.$alias" \
        -target="module.hookline.module.recover.$alias" >"$work/record.log" 2>&1 ||
        echo "Terraform's outputs were not updated; the next apply does that: $(tail -n 3 "$work/record.log")" >&2
}

# Removes the new version's part of the traffic, if it still has one, on every way out.
finish() {
    local code=$? attempt
    trap '' INT TERM
    kill "$sleeper" 2>/dev/null || true
    for attempt in 1 2 3; do
        [ -n "$shifting" ] || break
        if read_alias && { [ -z "$candidate" ] || remove_weight; }; then
            say "the release has ended early: all traffic goes to version $alias_version" >&2
            shifting=
        fi
    done
    if [ -n "$shifting" ]; then
        say "version $latest may still have a part of the traffic: run scripts/rollback.sh $workspace $function previous" >&2
    fi
    rm -rf "$work"
    exit "$code"
}

parse "$@"
shifting='' sleeper='' work=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
read_settings

pending=()
for line in "${functions[@]}"; do
    select_function "$line"
    ! is_pending || pending+=("$line")
done
for line in ${pending[@]+"${pending[@]}"}; do
    select_function "$line"
    "test_$function" || { say "version $latest failed its test: no traffic was moved" >&2; exit 1; }
done
for line in ${pending[@]+"${pending[@]}"}; do
    select_function "$line"
    read_alias
    release
done
[ ${#pending[@]} -eq 0 ] || record
