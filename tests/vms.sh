# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hypervisor VMs, two at a time (LAB_JOBS=N for another number): one of them keeps little more than
# one core busy. Sourced; the script that does so sets $logs and has a function
#	vm_ended NAME STATUS SECONDS
# which is called for each VM, one after the other, its output then in $logs/NAME.tap.
# A VM that the emulator lost is run again once, unless it has a disk, which it may have written; what
# it said until then stays in $logs/NAME.lost.tap and .lost.console. SECONDS are those of both runs.
# shellcheck source=tools/lab/lost.sh
. "${BASH_SOURCE[0]%/*}/../tools/lab/lost.sh"
vm_jobs=${LAB_JOBS:-2}
[[ $vm_jobs =~ ^[1-9][0-9]?$ ]] || {
	echo "LAB_JOBS is '$vm_jobs'; give the number of VMs at a time, 1 to 99" >&2
	exit 2
}
declare -A vm_name=() vm_start=()

# vm_run NAME vgpu-lab-arguments...: starts a VM as soon as there is room for it.
vm_run() {
	while [ ${#vm_name[@]} -ge "$vm_jobs" ]; do
		vm_reap
	done
	echo "# $1 starts"
	vm_job "$@" &
	vm_name[$!]=$1 vm_start[$!]=$SECONDS
}

# vm_job NAME vgpu-lab-arguments...: one VM until its end, in a shell of its own.
vm_job() {
	local rc

	vm_once "$@"
	rc=$?
	lab_lost $rc && [[ " $* " != *" --disk "* ]] || exit $rc
	# shellcheck disable=SC2154
	echo "# $1: the emulator lost its VM ($logs/$1.lost.console); once more"
	mv "$logs/$1.tap" "$logs/$1.lost.tap"
	mv "$logs/$1.console" "$logs/$1.lost.console"
	vm_once "$@"
	exit
}

vm_once() {
	build/bin/vgpu-lab run --tap --log "$logs/$1.console" "${@:2}" > "$logs/$1.tap" 2>&1
}

# One of the VMs under way ends.
vm_reap() {
	local pid rc name start

	wait -n -p pid "${!vm_name[@]}"
	rc=$?
	# The shell may have taken note of an end before; then only a wait for that process tells it.
	if [ -z "${pid:-}" ]; then
		pid=${!vm_name[*]}
		pid=${pid%% *}
		wait "$pid"
		rc=$?
	fi
	name=${vm_name[$pid]} start=${vm_start[$pid]}
	unset "vm_name[$pid]" "vm_start[$pid]"
	vm_ended "$name" $rc $((SECONDS - start))
}

# All VMs have ended.
vm_settle() {
	while [ ${#vm_name[@]} -gt 0 ]; do
		vm_reap
	done
}
