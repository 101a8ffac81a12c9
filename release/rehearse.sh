#!/usr/bin/env bash
# The steps of the Dockerfile without Docker: its COPY lines into an empty root, a virtual environment there, and the
# demo fused from another folder, with nothing of the caller's environment but the way to the package index.
#   release/rehearse.sh ROOT [PYTHON]
set -euo pipefail
root=$(realpath --canonicalize-missing "$1")
python=$(command -v "${2:-python3}")
if [ -e "$root" ]; then
    echo "$root is there already; name an empty place." >&2
    exit 2
fi
cd "$(dirname "$0")/.."
mkdir -p "$root/opt/cs2fusion-live" "$root/data" "$root/tmp"
# COPY A B … TARGET, as it stands in the Dockerfile
while read -r _ line; do
    read -ra words <<<"$line"
    for name in "${words[@]:0:${#words[@]}-1}"; do cp -r "$name" "$root/opt/cs2fusion-live/"; done
done < <(grep '^COPY ' Dockerfile)

clean() { env -i PATH=/usr/bin:/bin HOME="$root/tmp" TMPDIR="$root/tmp" LANG=C.UTF-8 "$@"; }
keep=()
for name in PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_CERT PIP_CONSTRAINT SSL_CERT_FILE https_proxy http_proxy no_proxy; do
    if [ -n "${!name:-}" ]; then keep+=("$name=${!name}"); fi
done
clean "$python" -m venv "$root/opt/venv"
(cd "$root/opt/cs2fusion-live" && clean "${keep[@]}" "$root/opt/venv/bin/pip" install --quiet --no-cache-dir \
    --constraint requirements.lock '.[cpu]')
cd "$root/data"
program() { clean CS2FUSION_CACHE="$root/tmp/cache" CS2FUSION_LOGS="$root/tmp/logs" "$root/opt/venv/bin/cs2fusion-live" "$@"; }
program doctor || true  # a machine with little disk is still a node
program fuse 'synthetic:ir?frames=25' 'synthetic:vis?frames=25' -o demo.mkv --quiet
test -s demo.mkv
echo "The node fused the demo: $root/data/demo.mkv"
