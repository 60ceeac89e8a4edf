#!/usr/bin/env bash
# Builds images that stand in, under their names, for those that Docker mode pulls: for machines that cannot pull them.
# Made of Debian's packages, of this machine's Node.js and of PyPI; labelled `greenroom.stand-in`. What is there already
# stays. Needs root, a Docker daemon and debootstrap.
set -euo pipefail
cd "$(dirname "$0")"

debian=greenroom-test/debian:bookworm
node=public.ecr.aws/docker/library/node:22-alpine
codebuild=public.ecr.aws/codebuild/amazonlinux-x86_64-standard:5.0
version=$(sed -n 's/^ministack==//p' ../../../requirements.txt)
ministack=ministackorg/ministack:$version
localstack=localstack/localstack:stand-in
python=python:3.13-slim
golang=golang:1.19-bookworm
slim=debian:bookworm-slim

missing() { ! docker image inspect "$1" > /dev/null 2>&1; }
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT

if missing "$debian"; then
  # The mirror that this machine itself uses.
  mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "bookworm" {print $2; exit}')
  [ -n "$mirror" ] || { echo "apt knows no mirror of Debian bookworm" >&2; exit 1; }
  debootstrap --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$context/root" "$mirror" > "$context/log" 2>&1 ||
    { cat "$context/log" >&2; exit 1; }
  tar -C "$context/root" -c . | docker import - "$debian" > /dev/null
  rm -rf "$context/root"
fi

# This machine's Node.js, and the authorities that it trusts: a registry may be behind one of its own.
mkdir -p "$context/node/bin" "$context/node/lib/node_modules"
cp "$(node -p process.execPath)" "$context/node/bin/node"
cp -r "$(npm root --global 2> /dev/null)/npm" "$context/node/lib/node_modules/"
cp /etc/ssl/certs/ca-certificates.crt "$context/authorities.crt"
cp docker-entrypoint.sh ../../../requirements.txt "$context/"

build() {
  missing "$1" || return 0
  echo "builds $1" >&2
  DOCKER_BUILDKIT=0 docker build --quiet --label greenroom.stand-in=true --file "$2" --tag "$1" "$context" > /dev/null
}
build "$node" node.Dockerfile
build "$codebuild" codebuild.Dockerfile
build "$ministack" ministack.Dockerfile
build "$python" python.Dockerfile
build "$golang" golang.Dockerfile
missing "$slim" && docker tag "$debian" "$slim"
missing "$localstack" && docker tag "$ministack" "$localstack"
docker images --filter label=greenroom.stand-in
