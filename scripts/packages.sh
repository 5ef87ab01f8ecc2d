#!/usr/bin/env bash
# Downloads the packages of a released version and verifies their checksums. The folder then has either all packages of the
# version or none: a download that ends early leaves nothing.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: packages.sh VERSION [OPTION…]
  packages.sh 1.0.0
  packages.sh 1.0.0 --architecture x86_64
  packages.sh 1.0.0 --from ../release

Downloads hookline-VERSION-{ingest,process,recover}-ARCHITECTURE.zip and SHA256SUMS, verifies each checksum, and stores the
packages where the module's `packages = { version = "VERSION" }` reads them. Run the script in the folder of your Terraform
configuration. Packages that are there already are verified, and are not downloaded again.

options:
  --architecture A   arm64 (default) or x86_64, like the module's `architecture`
  --from LOCATION    https://, http:// or file:// address, or folder, of the release's files
                     (default: the variable HOOKLINE_RELEASES with /vVERSION, such as
                     https://github.com/octo-org/hookline/releases/download)
  --to FOLDER        folder for the packages (default: .hookline)

exit codes:
  0  the folder has all packages
  1  a file is missing, a download failed or a checksum is different; the folder was not changed
  2  wrong arguments
USAGE
}

fail() {
    echo "packages.sh: $1" >&2
    exit 1
}

# Sets version, architecture, from and to.
parse() {
    version='' architecture=arm64 from='' to=.hookline
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage && exit 0 ;;
        --architecture | --from | --to)
            if [ $# -lt 2 ] || [ -z "$2" ]; then usage >&2 && exit 2; fi
            printf -v "${1#--}" %s "$2"
            shift
            ;;
        -*) usage >&2 && exit 2 ;;
        *) [ -z "$version" ] || { usage >&2; exit 2; }; version=${1#v} ;;
        esac
        shift
    done
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || { usage >&2; exit 2; }
    [[ $architecture =~ ^(arm64|x86_64)$ ]] || { usage >&2; exit 2; }
    if [ -z "$from" ]; then
        [ -n "${HOOKLINE_RELEASES:-}" ] || { echo "packages.sh: set --from or HOOKLINE_RELEASES" >&2; exit 2; }
        from=$HOOKLINE_RELEASES/v$version
    fi
}

# Copies a file of the release to a path. A server that closes the connection early is an error of curl.
fetch() {
    case $from in
    https://* | http://* | file://*)
        curl --silent --show-error --fail --location --proto-redir '=https' --retry 2 --connect-timeout 20 \
            --speed-limit 1000 --speed-time 30 --output "$2" "$from/$1" || fail "cannot download $from/$1"
        ;;
    *) cp "$from/$1" "$2" 2>/dev/null || fail "cannot read $from/$1" ;;
    esac
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Fails unless the file has the checksum that SHA256SUMS lists for the name.
verify() {
    local expected actual
    expected=$(awk -v name="$1" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
    [[ $expected =~ ^[0-9a-f]{64}$ ]] || fail "SHA256SUMS of $from has not exactly one checksum of $1"
    actual=$(sha256 "$2")
    [ "$actual" = "$expected" ] ||
        fail "the checksum of $1 is $actual and not $expected, which SHA256SUMS lists: the file is damaged or was replaced"
}

parse "$@"
target=$to/$version/$architecture
mkdir -p "$to/$version"
# The last step is one rename, so the download is on the same file system.
work=$(mktemp -d "$to/$version/.download-XXXXXX")
trap 'rm -rf "$work"; rmdir "$to/$version" "$to" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fetch SHA256SUMS "$work/SHA256SUMS"
for function in ingest process recover; do
    name=hookline-$version-$function-$architecture.zip
    if [ -f "$target/$function/bootstrap.zip" ]; then
        verify "$name" "$target/$function/bootstrap.zip"
    else
        mkdir -p "$work/packages/$function"
        fetch "$name" "$work/packages/$function/bootstrap.zip"
        verify "$name" "$work/packages/$function/bootstrap.zip"
    fi
done
if [ -d "$work/packages" ]; then
    [ ! -e "$target" ] || fail "$target has only a part of the packages: delete it, and run the script again"
    # A folder of mktemp is readable only for its owner; this one is not.
    mv "$work/packages" "$target"
fi
echo "$target"
