#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# NVIDIA's open module on the PF:
#	nvidia.sh VERSION ROUNDS [MODULE-OPTION...]
# P1: it binds and describes the board; P2: GSP boots; P3: version and static info are taken;
# P4, P5: it initialises every engine, its copy engine and interrupt tests pass, the node opens.
# Each round loads the module, opens the node, waits for its watchdog, opens it again, unloads.
# Environment: MODEL (NVIDIA L40), IRQ (PCI-MSIX: how interrupts must arrive).
. /opt/openvgpu/lab/tap.sh
. "$LABDIR/stock/nvidia-lib.sh"

version=$1
rounds=$2
shift 2
MODEL=${MODEL:-NVIDIA L40}
info=/proc/driver/nvidia/gpus/$PF/information
field() { sed -nE "s/^$1: *[\t ]*//p" $info; }
# The module says these of what this board has not, or does not tell before GSP runs.
QUIET='PMGR_GET_MODULE_INFO|pciPbiReadUuid'

for round in $(seq 1 "$rounds"); do
	r="round $round: "
	[ "$rounds" -gt 1 ] || r=
	klog-mark
	inits=$(stat_of '.gsp.events["0x1001"] // 0') versions=$(calls_of 1) statics=$(calls_of 65)
	notices=$(stat_of .notifications)
	runs "${r}modprobe nvidia" modprobe nvidia "${MODULE_OPTIONS[@]}" "$@"
	is "$(bound_to)" nvidia "${r}P1: it binds the PF"
	like "$(said)" "*loading NVIDIA UNIX Open Kernel Module*$version*" "${r}P1: it is the open module $version"
	is "$(field Model)" "$MODEL" "${r}P1: information: the model"
	is "$(field IRQ)" "$(get "$PFDIR/irq")" "${r}P1: information: the IRQ is the function's"
	is "$(field 'Bus Location')" "$PF" "${r}P1: information: the bus location"
	is "$(field 'Bus Type')" PCIe "${r}P1: information: the bus type"
	is "$(stat_of .gsp.state)" off "${r}P1: no firmware runs yet"

	{ exec 5< $NODE; } 2>/dev/null
	opened=$?
	log=$(said)
	is "$(stat_of .gsp.line)" "$version" "${r}P2: opening the node boots GSP $version"
	is "$(($(stat_of '.gsp.events["0x1001"]') - inits))" 1 "${r}P2: GSP says INIT_DONE, once"
	is "$(($(calls_of 1) - versions))" 1 "${r}P3: SET_GUEST_SYSTEM_INFO is answered"
	is "$(($(calls_of 65) - statics))" 1 "${r}P3: GET_GSP_STATIC_INFO is answered"
	is "$(grep -E 'Cannot initialize GSP|GSP_STATIC_INFO failed|GUEST_SYSTEM_INFO failed' <<< "$log")" "" \
		"${r}P3: the module takes both"
	is "$(failed_at "$log")" "" "${r}P4: no step of the initialisation fails"
	is "$opened" 0 "${r}P5: the node opens"
	is "$(grep -vE "$QUIET|loading NVIDIA" <<< "$log" | grep NVRM)" "" "${r}P5: the module complains about nothing else"
	is "$(field 'GPU Firmware')" "$version" "${r}P5: information: the firmware"
	like "$(field 'GPU UUID')" "GPU-6f70656e-7667-7075-*" "${r}P5: information: the UUID is that of the static info"
	irqs=$(grep -w nvidia /proc/interrupts)
	like "$irqs" "*${IRQ:-PCI-MSIX}*" "${r}P5: its interrupt is ${IRQ:-PCI-MSIX}"
	[ "$(awk '{ for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' <<< "$irqs")" -gt 0 ]
	ok $? "${r}P5: interrupts arrive"
	[ "$(stat_of .usermode_doorbells)" -gt 0 ]
	ok $? "${r}P5: its channels run"
	# Set up, its watchdog has graphics write a notification. (Unasked it does not go on to watch.)
	wait_for 20 eval '[ "$(stat_of .notifications)" -gt $notices ]'
	ok $? "${r}P5: its watchdog gets its notification"
	is "$(said | grep -E 'watchdog|Xid')" "" "${r}P5: and has nothing to say"
	exec 5<&-
	wait_for 20 eval '[ "$(stat_of .gsp.state)" = off ]'
	ok $? "${r}closing the node stops GSP"
	open_node
	ok $? "${r}and it opens again"

	is "$(stat_of '.gsp.bad | add')" 0 "${r}GSP found no fault in its messages"
	is "$(stat_of '[.unknown_reads, .unknown_writes, .dma_faults, .bar_faults] | add')" 0 \
		"${r}every register and address that it touched is there"
	runs "${r}rmmod nvidia" rmmod nvidia
	is "$(bound_to)" "" "${r}nothing is bound any more"
	is "$(stat_of .gsp.state)" off "${r}GSP is off"
	runs "${r}the kernel log is clean" klog-clean
	[ $tap_failed -eq 0 ] || break
done
echo "# not modelled: $(stat_of '.gsp.unknown_controls | join(" ")')"
[ $tap_failed -eq 0 ] || said | sed 's/^/# /'
done_testing
