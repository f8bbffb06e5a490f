# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# NVIDIA's open module on the PF, for the scripts beside this one. Opening its node starts GSP, no
# program of NVIDIA's is needed. Source it after tap.sh.

NODE=/dev/nvidia0
MODULE_OPTIONS=(NVreg_EnableGpuFirmware=1 NVreg_OpenRmEnableUnsupportedGpus=1)
[ -e $NODE ] || mknod $NODE c 195 0

# What the module said since the mark.
said() { dmesg | awk '/lab: klog-clean mark/ { out = "" } /NVRM: |WARNING:/ { out = out $0 "\n" } END { printf "%s", out }'; }
stat_of() { model stats | jq -r "$1"; }
calls_of() { stat_of ".gsp.calls[\"$1\"] // 0"; }
bound_to() { basename "$(readlink "$PFDIR/driver" 2>/dev/null)"; }
# Opens the node once; the open's result is that of the adapter's initialisation.
open_node() { (: < $NODE) 2>/dev/null; }
# RmInitAdapter's own numbers: step:status, as "0x62:0x40"; nothing when it did not fail.
failed_at() { sed -nE 's/.*RmInitAdapter failed! \((0x[0-9a-f]+:0x[0-9a-f]+):.*/\1/p' <<< "$1" | tail -n1; }
