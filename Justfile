# Every command that a person or CI runs. Each is also there without just: it stands in the recipe.

terraform := "terraform -chdir=terraform"

_default:
    @just --list --unsorted

# Bring the production Terraform up on an emulator and run every scenario
[group('run')]
e2e *arguments:
    cargo e2e {{ arguments }}

# Leave a stack up for `send`
[group('run')]
up:
    cargo harness up

# Send one signed webhook to the stack that is up
[group('run')]
send *arguments:
    cargo harness send {{ arguments }}

# Send signed webhooks at a steady rate to the stack that is up, and see that none is lost
[group('run')]
load *arguments:
    cargo harness load {{ arguments }}

# End the stack that is up
[group('run')]
down:
    cargo harness down

# Unit and integration tests: no network, no emulator, no Terraform
[group('check')]
test:
    cargo test --workspace --quiet

# Format, lints, and files of a size that a person reads
[group('check')]
lint:
    cargo fmt --all --check
    rustfmt --edition 2024 --check functions/process/src/destinations/*.rs
    cargo clippy --workspace --all-targets --quiet -- --deny warnings
    .ci/shape
    .ci/lint

# Run the workflows apply and plan here, on the stack of `cargo harness up --emulator ministack` (needs jq and the AWS CLI)
[group('check')]
workflows:
    .ci/act/run

# Fuzz every parser of what a stranger sends, from the committed corpus on
[group('check')]
fuzz seconds="60":
    .ci/fuzz {{ seconds }}

# Verify a file of signature vectors and compare each verdict with the expected one
[group('check')]
vectors file="crates/signature/tests/vectors.json":
    cargo harness verify --vectors {{ file }}

# Measure the functions beside others that do the same work (Linux; needs Node.js and npm)
[group('check')]
bench *arguments:
    cargo harness bench {{ arguments }}

# Format, validity and module tests of the Terraform, with a mocked provider
[group('check')]
terraform:
    .ci/terraform

# All of it, as CI does
[group('check')]
ci:
    .ci/run

# Accept changed snapshots (needs cargo-insta)
[group('develop')]
snapshots:
    cargo insta review

# Build both functions for Lambda, as Terraform takes them
[group('deploy')]
package *arguments:
    cargo harness package {{ arguments }}

# Plan an environment
[group('deploy')]
plan workspace *arguments:
    terraform/workspace {{ workspace }} plan {{ arguments }}

# Apply an environment, after showing what changes
[group('deploy')]
apply workspace *arguments:
    terraform/workspace {{ workspace }} apply {{ arguments }}

# Hold a function's alias at an earlier version (or let it follow the `latest` again), and change nothing else
[group('deploy')]
rollback workspace function version:
    terraform/rollback {{ workspace }} {{ function }} {{ version }}

# Bring committed environments up side by side on an emulator, and destroy them again
[group('check')]
environments *workspaces:
    cargo harness environments {{ workspaces }}

# Print the life of one event out of a workspace's logs
[group('operate')]
trace workspace event_id *arguments:
    cargo harness trace {{ event_id }} --workspace {{ workspace }} {{ arguments }}

# Fill a secret from standard input: `just secret hookline-dev sources/github < file`, or `destinations/team`
[group('operate')]
secret prefix name:
    aws secretsmanager put-secret-value --secret-id "{{ prefix }}/{{ name }}" --secret-string file:///dev/stdin
