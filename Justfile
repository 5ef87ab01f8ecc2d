# The commands that contributors, operators and CI run. Each recipe has the whole command, so `just` is optional.

_default:
    @just --list --unsorted

# Apply the production Terraform to an emulator and run every scenario
[group('run')]
e2e *arguments:
    cargo e2e {{ arguments }}

# Start a stack on an emulator and leave it running
[group('run')]
up *arguments:
    cargo harness up {{ arguments }}

# Send one signed webhook to the running stack
[group('run')]
send *arguments:
    cargo harness send {{ arguments }}

# Send signed webhooks at a constant rate to the running stack and check that no accepted event is lost
[group('run')]
load *arguments:
    cargo harness load {{ arguments }}

# Stop the running stack
[group('run')]
down:
    cargo harness down

# Run unit and integration tests; they need no network, emulator or Terraform
[group('check')]
test:
    cargo test --workspace --quiet

# Check formatting, lints, structure and words
[group('check')]
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --quiet -- --deny warnings
    .ci/shape
    .ci/lint

# Run the workflows `apply`, `rollback` and `plan` on the stack of `just up --emulator ministack` (needs jq and the AWS CLI)
[group('check')]
workflows:
    .ci/act/run

# Run the workflow `release` on this machine without builds, and use the files of its release (Linux)
[group('check')]
release-dry-run:
    .ci/act/release

# Fuzz every parser of unauthenticated input, starting from the committed corpus
[group('check')]
fuzz seconds="60":
    .ci/fuzz {{ seconds }}

# Verify a file of signature vectors and compare each result with the expected one
[group('check')]
vectors file="crates/signature/tests/vectors.json":
    cargo hookline verify --vectors {{ file }}

# Measure both functions next to other implementations of the same work (Linux; needs Node.js and npm)
[group('check')]
benchmark *arguments:
    cargo benchmark {{ arguments }}

# Check formatting and validity of the Terraform code and run its tests with a mocked provider
[group('check')]
terraform:
    .ci/terraform

# Apply committed environments next to each other on an emulator, plan again, and destroy them
[group('check')]
environments *workspaces:
    cargo harness environments {{ workspaces }}

# Apply the examples and a configuration of `hookline init` on an emulator, with the packages of a local release
[group('check')]
examples:
    cargo harness examples

# Run every check, as CI does
[group('check')]
ci:
    .ci/run

# Review changed snapshots (needs cargo-insta)
[group('develop')]
snapshots:
    cargo insta review

# Build the Lambda packages of the functions
[group('deploy')]
package *arguments:
    cargo harness package {{ arguments }}

# Plan an environment
[group('deploy')]
plan workspace *arguments:
    scripts/workspace.sh {{ workspace }} plan {{ arguments }}

# Apply an environment; Terraform shows the changes first
[group('deploy')]
apply workspace *arguments:
    scripts/workspace.sh {{ workspace }} apply {{ arguments }}

# Release the versions that an apply has published: test them, then move traffic to them
[group('deploy')]
release workspace *arguments:
    scripts/release.sh {{ workspace }} {{ arguments }}

# Move all traffic of a function to an earlier version within seconds, such as `previous`
[group('deploy')]
rollback workspace function version="previous" reason="no reason given":
    scripts/rollback.sh {{ workspace }} {{ function }} {{ version }} {{ quote(reason) }}

# Run any command of the operator's tool: `just hookline doctor --workspace prod`, or `just hookline --help`
[group('operate')]
hookline *arguments:
    cargo hookline {{ arguments }}

# List, show, redrive or purge dead-letter messages: `just dlq prod list`
[group('operate')]
dlq workspace command *arguments:
    cargo hookline dlq {{ command }} --workspace {{ workspace }} {{ arguments }}

# Print every log line of one event in time order
[group('operate')]
trace workspace event_id *arguments:
    cargo hookline trace {{ event_id }} --workspace {{ workspace }} {{ arguments }}

# Put events of a file on the intake queue again
[group('operate')]
replay workspace file *arguments:
    cargo hookline replay {{ file }} --workspace {{ workspace }} {{ arguments }}

# Store or check secrets: `just secret dev set github <file`, or `just secret dev check`
[group('operate')]
secret workspace command *arguments:
    cargo hookline secret {{ command }} --workspace {{ workspace }} {{ arguments }}

# Show the last events that no route of their source matched
[group('operate')]
filtered workspace *arguments:
    cargo hookline filtered --workspace {{ workspace }} {{ arguments }}
