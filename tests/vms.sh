# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hypervisor VMs, two at a time (LAB_JOBS=N for another number): one of them keeps little more than
# one core busy. Sourced; the script that does so sets $logs and has a function
#	vm_ended NAME STATUS SECONDS
# which is called for each VM, one after the other, its output then in $logs/NAME.tap.
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
	# shellcheck disable=SC2154
	build/bin/vgpu-lab run --tap --log "$logs/$1.console" "${@:2}" > "$logs/$1.tap" 2>&1 &
	vm_name[$!]=$1 vm_start[$!]=$SECONDS
}

# One of the VMs under way ends.
vm_reap() {
	local pid rc name start

	wait -n -p pid "${!vm_name[@]}"
	rc=$?
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
