#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What strangers may throw at the sockets, and the daemon against its own description.
. tests/cli/lib.sh
DOC=vgpu-mgr/openapi.json

raw() { "$api" raw "$CONTROL" 12 >"$T/out"; }
alive() { "$api" call "$CONTROL" GET /v1/version >"$T/out" && out_has '"vgpu-mgr"'; }
# request STATUS METHOD PATH [BODY]; the answer's body ends up in $T/body
request() {
	local want=$1
	shift
	"$api" call "$CONTROL" "$@" >"$T/out" || return 1
	tail -n +2 "$T/out" >"$T/body"
	[ "$(head -n 1 "$T/out")" = "$want" ] || { cat "$T/out"; return 1; }
}
# described STATUS METHOD TEMPLATE PATH [BODY]: the answer is as openapi.json says
described() {
	local status=$1 method=$2 template=$3
	shift 3
	request "$status" "$method" "$@" && "$api" check $DOC "$method" "$template" "$status" <"$T/body"
}
big() { head -c "$1" /dev/zero | tr '\0' "$2"; }

ok "start" daemon_start
ok "modes of the sockets" eval '[ "$(stat -c %a "$CONTROL" "$MONITOR" | tr "\n" " ")" = "660 660 " ]'

ok "garbage" eval 'head -c 4096 /dev/urandom | raw'
ok "nothing but newlines" eval 'printf "\n\n\n\n" | raw'
ok "half a request line" eval 'printf "GET /v1/ver" | raw'
ok "half a head is cut off after some seconds" eval 'printf "GET /v1/version HTTP/1.1\r\nHost: x\r\n" | raw'
ok "half a body is cut off" eval 'printf "POST /v1/vgpus HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"gpu\"" | raw'
ok "no Host" eval 'printf "GET /v1/version HTTP/1.1\r\n\r\n" | raw && out_has "HTTP/1.1 400"'
ok "wrong content length" eval 'printf "POST /v1/vgpus HTTP/1.1\r\nHost: x\r\nContent-Length: banana\r\n\r\n" | raw'
ok "headers beyond the limit" eval '{ printf "GET /v1/version HTTP/1.1\r\nHost: x\r\nA: "; big 9000 a; printf "\r\n\r\n"; } | raw && out_has "HTTP/1.1 431"'
ok "headers far beyond the limit" eval '{ printf "GET /v1/version HTTP/1.1\r\nHost: x\r\nA: "; big 200000 a; printf "\r\n\r\n"; } | raw'
ok "announced body beyond the limit" eval 'printf "POST /v1/vgpus HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" | raw && out_has "HTTP/1.1 413"'
ok "chunked body beyond the limit is cut off" eval '{ printf "POST /v1/vgpus HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n"; big 131072 b; printf "\r\n0\r\n\r\n"; } | raw'
ok "a second request on the connection gets no answer" eval 'printf "GET /v1/version HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/version HTTP/1.1\r\nHost: x\r\n\r\n" | raw && [ "$(grep -c "^HTTP/1.1" "$T/out")" = 1 ]'
ok "more idle connections than there are places are cut off" "$api" many "$CONTROL" 70 20
ok "still alive" alive

ok "body that is not JSON" request 400 POST /v1/vgpus '{"gpu":'
ok "body that is no object" request 400 POST /v1/vgpus '[1]'
ok "body nested too deep" request 400 POST /v1/vgpus "$(big 5000 '[')"
ok "body with invalid UTF-8" request 400 POST /v1/vgpus $'{"gpu":"\xff"}'
ok "unknown member" request 400 POST /v1/vgpus '{"gpu":"0000:01:00.0","type":"877","colour":"red"}'
ok "wrong kind" request 400 POST /v1/vgpus '{"gpu":7,"type":"877"}'
ok "bad UUID" request 400 POST /v1/vgpus '{"gpu":"0000:01:00.0","type":"877","uuid":"x"}'
ok "bad face" request 400 POST /v1/vgpus '{"gpu":"0000:01:00.0","type":"877","face":"both"}'
ok "number out of range" request 400 POST /v1/gpus/$PF/enable '{"vfs":-1}'
ok "path with dots" request 400 GET /v1/gpus/..
ok "path with escaped slashes" request 404 GET /v1/gpus/%2e%2e%2f%2e%2e
ok "path with a newline" request 400 GET /v1/vgpus/a%0ab
ok "body with a GET" request 400 GET /v1/gpus '{}'
ok "parameters behind the path" request 400 GET "/v1/types?gpu=$PF"
ok "unknown path" request 404 GET /v2/gpus
ok "wrong method" request 405 DELETE /v1/gpus
ok "strange method" request 405 BREW /v1/gpus
ok "change through the monitor socket" eval '"$api" call "$MONITOR" POST /v1/gpus/$PF/enable >"$T/out" && out_has 403'
ok "read through the monitor socket" eval '"$api" call "$MONITOR" GET /v1/gpus >"$T/out" && out_has 200'
ok "changes are in the audit log, one line each" grep -q "audit uid=$(id -u) gid=$(id -g) pid=[0-9]* POST /v1/gpus/$PF/enable status=403" "$T/daemon.log"
ok "no client text breaks a log line" eval '! grep -qv "^vgpu-mgr: " "$T/daemon.log"'

# The description against the daemon
G=/v1/gpus/$PF
ok "version" described 200 GET /v1/version /v1/version
ok "gpus" described 200 GET /v1/gpus /v1/gpus
ok "gpu" described 200 GET '/v1/gpus/{bdf}' $G
ok "gpu, none" described 404 GET '/v1/gpus/{bdf}' /v1/gpus/0000:77:00.0
ok "gpu, no address" described 400 GET '/v1/gpus/{bdf}' /v1/gpus/x
ok "enable, foreign driver" described 409 POST '/v1/gpus/{bdf}/enable' /v1/gpus/$OTHER/enable
ok "enable" described 200 POST '/v1/gpus/{bdf}/enable' $G/enable '{"vfs":4}'
ok "enable, no mode" described 400 POST '/v1/gpus/{bdf}/enable' $G/enable '{"placement":"mixed"}'
ok "enable, mode is no word" described 400 POST '/v1/gpus/{bdf}/enable' $G/enable '{"placement":1}'
ok "enable, several sizes" described 200 POST '/v1/gpus/{bdf}/enable' $G/enable '{"placement":"heterogeneous"}'
ok "gpu with VFs" described 200 GET '/v1/gpus/{bdf}' $G
ok "vram" described 200 GET /v1/vram /v1/vram
ok "vram of a GPU" described 200 GET '/v1/gpus/{bdf}/vram' $G/vram
ok "vram of no GPU" described 404 GET '/v1/gpus/{bdf}/vram' /v1/gpus/0000:77:00.0/vram
ok "vram of no address" described 400 GET '/v1/gpus/{bdf}/vram' /v1/gpus/x/vram
ok "vram of a foreign GPU" described 422 GET '/v1/gpus/{bdf}/vram' /v1/gpus/$OTHER/vram
ok "scrub" described 200 POST '/v1/gpus/{bdf}/scrub' $G/scrub
ok "scrub, unknown member" described 400 POST '/v1/gpus/{bdf}/scrub' $G/scrub '{"force":true}'
ok "scrub of no GPU" described 404 POST '/v1/gpus/{bdf}/scrub' /v1/gpus/0000:77:00.0/scrub
ok "scrub of a foreign GPU" described 422 POST '/v1/gpus/{bdf}/scrub' /v1/gpus/$OTHER/scrub
ok "scrub through the monitor socket" eval '"$api" call "$MONITOR" POST $G/scrub >"$T/out" && out_has 403'
ok "types" described 200 GET /v1/types /v1/types
ok "create" described 201 POST /v1/vgpus /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"L40-12Q\",\"uuid\":\"$U1\"}"
ok "create, no place" described 400 POST /v1/vgpus /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"L40-12Q\",\"placement_id\":65535}"
ok "create, place is no number" described 400 POST /v1/vgpus /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"L40-12Q\",\"placement_id\":\"0\"}"
ok "create, another place" described 409 POST /v1/vgpus /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"L40-12Q\",\"uuid\":\"$U1\",\"placement_id\":24}"
ok "create, its place" described 200 POST /v1/vgpus /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"L40-12Q\",\"uuid\":\"$U1\",\"placement_id\":0}"
ok "create again" described 200 POST /v1/vgpus /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"L40-12Q\",\"uuid\":\"$U1\"}"
ok "create, conflict" described 409 POST /v1/vgpus /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"L40-48Q\",\"uuid\":\"$U1\"}"
ok "create, not creatable" described 422 POST /v1/vgpus /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"L40-4C\"}"
ok "create, unknown type" described 404 POST /v1/vgpus /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"nix\"}"
ok "vgpus" described 200 GET /v1/vgpus /v1/vgpus
ok "vgpu" described 200 GET '/v1/vgpus/{uuid}' /v1/vgpus/$U1
ok "vgpu, none" described 404 GET '/v1/vgpus/{uuid}' /v1/vgpus/$U2
ok "disable, busy" described 409 POST '/v1/gpus/{bdf}/disable' $G/disable
ok "destroy" described 200 DELETE '/v1/vgpus/{uuid}' /v1/vgpus/$U1
ok "destroy, none" described 404 DELETE '/v1/vgpus/{uuid}' /v1/vgpus/$U1
ok "disable" described 200 POST '/v1/gpus/{bdf}/disable' $G/disable
ok "doctor" described 200 GET /v1/doctor /v1/doctor
while read -r method template; do
	path=${template/\{bdf\}/$PF}
	path=${path/\{uuid\}/$U2}
	ok "$method $template is served" eval '"$api" call "$CONTROL" '"$method $path"' >"$T/out"; ! grep -qE "^405|there is no $method" "$T/out"'
done < <("$api" list $DOC)

# A GPU takes long to start: others get their answers meanwhile, and a stop waits for it.
echo hang >"$FAKE_ROOT/fail/mdevctl-start"
request 200 POST $G/enable '{}'
"$api" call "$CONTROL" POST /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"877\",\"uuid\":\"$U1\"}" >"$T/slow" &
slow=$!
for ((i = 0; i < 100; i++)); do [ -e "$FAKE_ROOT/etc/mdevctl.d/$VF1/$U1" ] && break; sleep 0.05; done
ok "reads go on during a change" request 200 GET /v1/vgpus
pkill -9 -P "$(pgrep -P "$daemon" | head -n 1)"
wait $slow
ok "a killed mdevctl is a failed create" grep -q '^500' "$T/slow"
rm "$FAKE_ROOT/fail/mdevctl-start"
worker_dies() {
	echo hang >"$FAKE_ROOT/fail/mdevctl-start"
	"$api" call "$CONTROL" POST /v1/vgpus "{\"gpu\":\"$PF\",\"type\":\"877\",\"uuid\":\"$U2\"}" >"$T/slow" &
	slow=$!
	for ((i = 0; i < 100; i++)); do [ -e "$FAKE_ROOT/etc/mdevctl.d/$VF1/$U2" ] && break; sleep 0.05; done
	kill -9 "$(pgrep -P "$daemon" | head -n 1)"
	wait $slow
	rm "$FAKE_ROOT/fail/mdevctl-start"
	grep -q "without an answer" "$T/slow"
}
ok "a worker that dies is an error, not an end" worker_dies
ok "alive at the end" alive
private() { awk '/^Private_/ { sum += $2 } END { print sum; exit sum >= 3072 }' "/proc/$daemon/smaps_rollup"; }
ok "private memory below 3 MiB" private
wakeups() { awk '/ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$daemon/status"; }
before=$(wakeups)
sleep 2
ok "no wake-ups while idle" eval '[ "$(wakeups)" = "$before" ]'
done_testing
