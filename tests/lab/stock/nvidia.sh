#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# NVIDIA's open module on the PF:
#	nvidia.sh VERSION [MODULE-OPTION...]
# P1: it binds and describes the board; P2: GSP boots; P3: version and static info are taken.
# Environment: MODEL (NVIDIA L40).
. /opt/openvgpu/lab/tap.sh
. "$LABDIR/stock/nvidia-lib.sh"

version=$1
shift
MODEL=${MODEL:-NVIDIA L40}
info=/proc/driver/nvidia/gpus/$PF/information
field() { sed -nE "s/^$1: *[\t ]*//p" $info; }

klog-mark
runs "modprobe nvidia" modprobe nvidia "${MODULE_OPTIONS[@]}" "$@"
is "$(bound_to)" nvidia "P1: it binds the PF"
like "$(said)" "*loading NVIDIA UNIX Open Kernel Module*$version*" "P1: it is the open module $version"
is "$(field Model)" "$MODEL" "P1: information: the model"
is "$(field IRQ)" "$(get "$PFDIR/irq")" "P1: information: the IRQ is the function's"
is "$(field 'Bus Location')" "$PF" "P1: information: the bus location"
is "$(field 'Bus Type')" PCIe "P1: information: the bus type"
is "$(stat_of .gsp.state)" off "P1: no firmware runs yet"

open_node
opened=$?
log=$(said)
is "$(stat_of .gsp.line)" "$version" "P2: opening the node boots GSP $version"
is "$(stat_of '.gsp.events["0x1001"]')" 1 "P2: GSP says INIT_DONE, once"
is "$(stat_of '.gsp.bad | add')" 0 "P2: GSP found no fault in its messages"
is "$(calls_of 1)" 1 "P3: SET_GUEST_SYSTEM_INFO is answered"
is "$(calls_of 65)" 1 "P3: GET_GSP_STATIC_INFO is answered"
is "$(grep -E 'Cannot initialize GSP|GSP_STATIC_INFO failed|GUEST_SYSTEM_INFO failed|Xid' <<< "$log")" "" \
	"P3: the module takes both"
# 0x62 is firmware initialisation; what comes after it has other numbers.
at=$(failed_at "$log")
if [ $opened -eq 0 ]; then
	is "$at" "" "P5: the node opens"
else
	[ -n "$at" ] && [ "${at%%:*}" != 0x62 ]
	ok $? "P3: initialisation goes on to the board's engines, and stops at $at"
	echo "# stops: $(grep -m1 -E 'Assertion failed|Check failed|Cannot' <<< "$log" | cut -c1-300)"
	echo "# not modelled: $(stat_of '.gsp.unknown_controls | join(" ")')"
fi
is "$(stat_of .unknown_reads)/$(stat_of .unknown_writes)" 0/0 "every register that it touched is modelled"
runs "rmmod nvidia" rmmod nvidia
is "$(bound_to)" "" "nothing is bound any more"
runs "the kernel log is clean" klog-clean
[ $tap_failed -eq 0 ] || said | sed 's/^/# /'
done_testing
