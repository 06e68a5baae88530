#!/usr/bin/env bash
# Installs the runtimes that npm and Debian have. `npm run test:runtimes` reports the others as "missing".
set -uo pipefail
cd "$(dirname "$0")"
options=(--ignore-scripts --no-audit --no-fund --loglevel=error)

npm ci "${options[@]}" || echo "install: npm has failed" >&2

[ "$(uname -sm)" = 'Linux x86_64' ] || exit 0

# Programs for other processors, one folder per processor: in one folder, npm would replace one by another.
for cpu in arm64 armv7l s390x; do
  folder=../../.build/runtimes/$cpu
  mkdir -p "$folder" && cp package.json package-lock.json .npmrc "$folder" &&
    npm ci --prefix "$folder" --cpu="$cpu" --os=linux "${options[@]}" ||
    echo "install: npm has failed for $cpu" >&2
done

if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt=(timeout 200 apt-get -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -qq)
  "${apt[@]}" update || echo "install: apt-get has failed" >&2
  # One group per line: if one is unknown, the others are installed nevertheless.
  while read -r -a packages; do
    "${apt[@]}" install -y --no-install-recommends "${packages[@]}" < /dev/null > /dev/null ||
      echo "install: cannot install ${packages[*]}" >&2
  done <<'END'
chromium
firefox-esr
libjavascriptcoregtk-4.0-bin
libmozjs-102-dev
cog
qemu-user libc6-arm64-cross libstdc++6-arm64-cross libc6-s390x-cross libstdc++6-s390x-cross libc6-armhf-cross libstdc++6-armhf-cross libatomic1-armhf-cross
END
fi
exit 0
