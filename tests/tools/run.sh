#!/usr/bin/env bash
# Starts the engine on this machine's logs from a build folder and opens the app, or shows the status in the terminal.
# Usage: run.sh BIN_DIR [bartizand option...]
set -euo pipefail
bin=$(readlink -f "$1")
shift
root=$(readlink -f "$(dirname "$0")/../..")/build/run
mkdir -p "$root/config" "$root/state"
[ -f "$root/config/bartizan.conf" ] || cp "$bin/../share/bartizan/defaults/bartizan.conf" "$root/config/"
mkdir -p "$root/config/rules" "$root/config/decoders" "$root/config/lists"

elevate=()
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -v; then
        elevate=(sudo)
    else
        echo "No root rights: the engine will observe and not block." >&2
        set -- --observe "$@"
    fi
fi

"${elevate[@]}" "$bin/bartizand" --foreground --config "$root/config" --state "$root/state" --run "$root/run" \
    --operator "$(id -u)" "$@" 2>"$root/engine.log" &
engine=$!
# shellcheck disable=SC2329,SC2317 # called by the trap
stop() {
    "${elevate[@]}" kill "$engine" 2>/dev/null || true
    wait "$engine" 2>/dev/null || true
    echo "The engine has stopped. Blocks that still stand end by themselves; remove them now with:" >&2
    echo "  ${elevate[*]} $bin/bartizanctl firewall teardown --verify" >&2
}
trap stop EXIT
socket="$root/run/engine.sock"
for _ in $(seq 100); do
    [ -S "$socket" ] && break
    kill -0 "$engine" 2>/dev/null || { cat "$root/engine.log" >&2; exit 1; }
    sleep 0.1
done

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    "$bin/bartizan" --socket "$socket"
else
    "$bin/bartizanctl" --socket "$socket" status
    echo
    echo "No display: live events follow; Ctrl+C stops the engine." >&2
    "$bin/bartizanctl" --socket "$socket" watch
fi
