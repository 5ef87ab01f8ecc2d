#!/usr/bin/env bash
# Makes the files of a release in one folder, one kind at a time: packages of the functions, archives of the program
# `hookline`, lists of dependencies, and checksums. Nothing here builds a program or needs GitHub. The workflow `release`
# runs every command; scripts/packages.sh downloads the packages.
set -euo pipefail

functions=(ingest process recover)
architectures=(arm64 x86_64)
targets=(x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-apple-darwin aarch64-apple-darwin)
# It reads the packages of the newest version.
example=terraform/examples/minimal/main.tf
# Version in Amazon Linux 2023, which AWS CloudShell has too. A program for a newer one does not start there.
glibc=${GLIBC:-2.34}

usage() {
    cat <<'USAGE'
usage: release-files.sh COMMAND ARGUMENT…
  release-files.sh packages 1.0.0 arm64 target/lambda release
  release-files.sh cli 1.0.0 x86_64-unknown-linux-gnu target/release/hookline release
  release-files.sh sums 1.0.0 release

commands, in the order in which a release needs them:
  check TAG                             fail unless the tag is `v` and the version of Cargo.toml, and CHANGELOG.md
                                        has a section of the version
  packages VERSION ARCHITECTURE FOLDER RELEASE
                                        copy {ingest,process,recover}/bootstrap.zip of the folder. `cargo harness
                                        package` writes both architectures into target/lambda: copy one before you
                                        build the other
  cli VERSION TARGET PROGRAM RELEASE    make the archive of the program `hookline`, with the licence
  sbom VERSION RELEASE                  list the dependencies of each program (needs cargo-cyclonedx)
  sums VERSION RELEASE [--partial]      write SHA256SUMS, if every file of the release is there and no other; with
                                        --partial, of the files that are there
  verify VERSION RELEASE [CHECKSUM]     fail unless every file is there, no other is, each has its checksum, and
                                        SHA256SUMS has the given one
  notes VERSION [URL]                   print the section of CHANGELOG.md; relative links begin with the URL

VERSION can be the tag. RELEASE is the folder of the release, which is created.

exit codes:
  0  success
  1  a file is missing, or is not what its name says
  2  wrong arguments
USAGE
}

wrong_arguments() {
    usage >&2
    exit 2
}

fail() {
    echo "release-files.sh: $1" >&2
    exit 1
}

# Sets the version, and fails if it is none.
read_version() {
    version=${1#v}
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || wrong_arguments
}

# Prints the target of the program on standard input, from the first bytes of an ELF or Mach-O file.
target_of_program() {
    case $(od -An -v -tx1 -N20 | tr -d ' \n') in
    7f454c46????????????????????????????3e00) echo x86_64-unknown-linux-gnu ;;
    7f454c46????????????????????????????b700) echo aarch64-unknown-linux-gnu ;;
    cffaedfe07000001*) echo x86_64-apple-darwin ;;
    cffaedfe0c000001*) echo aarch64-apple-darwin ;;
    *) echo "no known target" ;;
    esac
}

# Fails unless the target of the program in a file is the expected one.
check_target() {
    [ "$2" = "$3" ] || fail "the program in $1 is for $2 and not for $3"
}

check() {
    local workspace
    workspace=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml")
    [ "$1" = "v$workspace" ] || fail "the tag $1 is not the version in Cargo.toml: the tag must be v$workspace"
    read_version "$1"
    notes '' >/dev/null
    grep --quiet --fixed-strings "version = \"$version\"" "$root/$example" ||
        fail "$example has the packages of another version: set $version there"
    echo "$1 is the version of Cargo.toml, and CHANGELOG.md describes it"
}

notes() {
    local heading="## [$version]" text
    text=$(awk -v heading="$heading" '
        /^## / { inside = index($0, heading) == 1; next }
        inside' "$root/CHANGELOG.md" | sed '/./,$!d')
    # Headings and the addresses of links are no notes.
    grep --extended-regexp --invert-match --quiet '^(#|\[[^]]*\]: |[[:space:]]*$)' <<<"$text" ||
        fail "CHANGELOG.md has no text below \`$heading\`"
    # A relative link leads nowhere on the page of a release.
    if [ -n "$1" ]; then
        sed -E "s|\]\(([A-Za-z0-9_][A-Za-z0-9_./-]*(#[^)]*)?)\)|](${1%/}/\1)|g" <<<"$text"
    else
        echo "$text"
    fi
}

# Prints the first bytes of the program in a package, or nothing if the file is no package.
start_of_bootstrap() {
    python3 - "$1" 2>/dev/null <<'PYTHON' || true
import sys, zipfile
sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).open("bootstrap").read(20))
PYTHON
}

packages() {
    local architecture=$1 from=$2 release=$3 target function package
    case $architecture in
    arm64) target=aarch64-unknown-linux-gnu ;;
    x86_64) target=x86_64-unknown-linux-gnu ;;
    *) wrong_arguments ;;
    esac
    mkdir -p "$release"
    for function in "${functions[@]}"; do
        package=$from/$function/bootstrap.zip
        [ -f "$package" ] || fail "$package does not exist"
        check_target "$package" "$(start_of_bootstrap "$package" | target_of_program)" "$target"
        cp "$package" "$release/hookline-$version-$function-$architecture.zip"
    done
}

# The same program gives the same bytes: names are sorted, and times, owners and permissions are fixed.
cli() {
    local target=$1 program=$2 release=$3 name=hookline-$version-$1 newest work
    [[ " ${targets[*]} " == *" $target "* ]] || wrong_arguments
    [ -f "$program" ] || fail "$program does not exist"
    check_target "$program" "$(target_of_program <"$program")" "$target"
    if [[ $target == *-linux-gnu ]]; then
        newest=$( (grep --text --only-matching --extended-regexp 'GLIBC_[0-9]+\.[0-9]+' "$program" || true) |
            sort --unique --version-sort | tail -n 1)
        [ "$(printf '%s\n' "$newest" "GLIBC_$glibc" | sort --version-sort | tail -n 1)" = "GLIBC_$glibc" ] ||
            fail "$program needs glibc ${newest#GLIBC_}, and the release is for $glibc: build it on an older system"
    fi
    tar --version | grep --quiet GNU || fail "the archive needs GNU tar"
    work=$(mktemp -d)
    mkdir -p "$release" "$work/$name"
    cp "$program" "$work/$name/hookline"
    cp "$root/LICENSE" "$work/$name/LICENSE"
    chmod 755 "$work/$name" "$work/$name/hookline"
    chmod 644 "$work/$name/LICENSE"
    tar --directory "$work" --create --format ustar --sort name --mtime @0 --owner 0 --group 0 --numeric-owner "$name" |
        gzip --no-name >"$release/$name.tar.gz"
    rm -rf "$work"
}

# Each list is for all targets and for the features of the whole workspace, so it can name packages that a program does not
# have. The list in the program itself (`cargo auditable`) is exact.
sbom() {
    local release=$1 program file
    mkdir -p "$release"
    (
        cd "$root"
        SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
        export SOURCE_DATE_EPOCH # without it, each file has a random number
        cargo cyclonedx -qq --format json --spec-version 1.5 --describe binaries --target all
    )
    for program in "${functions[@]}" hookline; do
        file=$(find "$root/cli" "$root/functions" -name "${program}_bin.cdx.json")
        [ -f "$file" ] || fail "cargo cyclonedx made no list of the program $program"
        # The paths of this machine are no part of the list.
        sed "s|path+file://$root/|path+file:///hookline/|g" "$file" >"$release/hookline-$version-$program.cdx.json"
    done
    find "$root" -name target -prune -o -name '*_bin.cdx.json' -exec rm {} +
}

# Prints the names of the files of a release, without SHA256SUMS.
names() {
    local function
    for function in "${functions[@]}"; do
        printf "hookline-$version-$function-%s.zip\n" "${architectures[@]}"
    done
    printf "hookline-$version-%s.tar.gz\n" "${targets[@]}"
    printf "hookline-$version-%s.cdx.json\n" "${functions[@]}" hookline
}

# Prints the names that are in the folder, without SHA256SUMS.
present() {
    (cd "$1" && find . -mindepth 1 -not -name SHA256SUMS | sed 's|^\./||')
}

checksum() {
    if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# Fails if the folder lacks a file of the release, or has another one.
check_names() {
    local release=$1 missing unknown
    [ -d "$release" ] || fail "$release does not exist"
    missing=$(comm -23 <(names | LC_ALL=C sort) <(present "$release" | LC_ALL=C sort))
    unknown=$(comm -13 <(names | LC_ALL=C sort) <(present "$release" | LC_ALL=C sort))
    [ -z "$unknown" ] || fail "$release has what is no file of release $version: ${unknown//$'\n'/, }"
    [ -z "$missing" ] || [ "${2:-}" = --partial ] || fail "$release lacks ${missing//$'\n'/, }"
}

sums() {
    local release=$1
    check_names "$@"
    (
        cd "$release"
        present . | LC_ALL=C sort | while read -r name; do checksum "$name"; done >SHA256SUMS
        cat SHA256SUMS
    )
}

verify() {
    local release=$1
    check_names "$release"
    [ -f "$release/SHA256SUMS" ] || fail "$release lacks SHA256SUMS"
    diff <(names | LC_ALL=C sort) <(cut -c 67- "$release/SHA256SUMS" | LC_ALL=C sort) >/dev/null ||
        fail "SHA256SUMS does not list each file once"
    [ $# = 1 ] || [ "$(checksum "$release/SHA256SUMS" | cut -d ' ' -f 1)" = "$2" ] || fail "SHA256SUMS has not the checksum $2"
    (cd "$release" && checksum --check --strict --quiet SHA256SUMS) || fail "a file of $release was changed after SHA256SUMS"
    echo "$release has every file of release $version"
}

root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || wrong_arguments
command=$1
shift
case $command:$# in
-h:* | --help:*) usage ;;
check:1) check "$1" ;;
notes:[12])
    read_version "$1"
    notes "${2:-}"
    ;;
packages:4 | cli:4 | sbom:2 | sums:2 | verify:[23])
    read_version "$1"
    shift
    "$command" "$@"
    ;;
sums:3)
    [ "$3" = --partial ] || wrong_arguments
    read_version "$1"
    sums "$2" --partial
    ;;
*) wrong_arguments ;;
esac
