# SPDX-License-Identifier: GPL-2.0-or-later
# TAP for the scripts that run in the hypervisor VM, and the paths they share. Source it.
# Few forks: the VM is emulated, each costs milliseconds.

PF=${PF:-0000:01:00.0}
PFDIR=/sys/bus/pci/devices/$PF
LABDIR=/opt/openvgpu/lab
WORK=${WORK:-/run/openvgpu-lab}
mkdir -p "$WORK"

tap_n=0
tap_failed=0
tap_skipped=0

# ok CONDITION-STATUS DESCRIPTION: "ok $? what"
ok() {
	tap_n=$((tap_n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_n - $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_n - $2"
	fi
}

# is GOT WANT DESCRIPTION
is() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		echo "# got:  $1"
		echo "# want: $2"
	fi
}

# like TEXT PATTERN DESCRIPTION: shell pattern
like() {
	case $1 in
	$2)
		ok 0 "$3"
		;;
	*)
		ok 1 "$3"
		echo "# got:     $1"
		echo "# pattern: $2"
		;;
	esac
}

# runs DESCRIPTION COMMAND...: passes when the command does; its output becomes comments on failure
runs() {
	local what=$1 out rc
	shift
	out=$("$@" 2>&1)
	rc=$?
	ok $rc "$what"
	[ $rc -eq 0 ] || printf '%s\n' "$out" | sed 's/^/# /'
	return $rc
}

# refuses DESCRIPTION PATTERN COMMAND...: the command must fail and say something like PATTERN
refuses() {
	local what=$1 pattern=$2 out rc
	shift 2
	out=$("$@" 2>&1)
	rc=$?
	if [ $rc -eq 0 ]; then
		ok 1 "$what"
		echo "# it succeeded: $*"
		return 1
	fi
	like "$out" "$pattern" "$what"
}

skip() {
	tap_n=$((tap_n + 1))
	tap_skipped=$((tap_skipped + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

# wait_for SECONDS CONDITION...: polls until the command succeeds; the time limit is the error, longer
# where a kernel is $TAP_SLOW times slower
wait_for() {
	local end=$((SECONDS + $1 * ${TAP_SLOW:-1}))
	shift
	until "$@" 2>/dev/null; do
		[ $SECONDS -lt $end ] || return 1
		read -r -t 0.05 _ <> <(:)
	done
	return 0
}

# bail WHY: what follows makes no sense without the step that failed
bail() {
	echo "Bail out! $1"
	tap_failed=$((tap_failed + 1))
	done_testing
	exit 1
}

done_testing() {
	echo "1..$tap_n"
	echo "$((tap_n - tap_failed - tap_skipped)) passed, $tap_failed failed, $tap_skipped skipped"
	[ $tap_failed -eq 0 ]
}

get() {
	local v
	read -r v < "$1" && printf '%s' "$v"
}

# put VALUE FILE: write as a user would; the error text is on stderr
put() {
	echo "$1" > "$2"
}

vf_bdf() { # index, 0-based
	printf '%s' "$(basename "$(readlink "$PFDIR/virtfn$1")")"
}

vf_dir() {
	printf '%s' "$PFDIR/virtfn$1"
}
