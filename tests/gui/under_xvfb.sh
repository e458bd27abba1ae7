#!/bin/sh
# under_xvfb.sh PROGRAM ARGUMENT...: runs it with an X server, a window manager and a session bus of its own.
for tool in Xvfb openbox dbus-run-session; do
    command -v $tool >/dev/null || { echo "SKIPPED-ALL: $tool is not installed"; exit 0; }
done
folder=$(mktemp -d)
trap 'kill $manager $server 2>/dev/null; rm -rf "$folder"' EXIT
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$folder/display" 2>"$folder/log" &
server=$!
# await FILE: until it has something in it.
await() {
    tries=0
    until [ -s "$1" ]; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { echo "$1 did not come:"; cat "$folder/log"; exit 1; }
        sleep 0.1
    done
}
await "$folder/display"
DISPLAY=:$(cat "$folder/display")
export DISPLAY QT_QPA_PLATFORM=xcb XDG_RUNTIME_DIR="$folder"
# A window that is mapped while the manager starts may never be shown.
openbox --sm-disable --startup "sh -c 'echo yes >$folder/managed'" >/dev/null 2>&1 &
manager=$!
await "$folder/managed"
dbus-run-session -- "$@"
