#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tools and drivers that know nothing of this GPU judge its configuration space and SR-IOV: lspci,
# pci-pf-stub, vfio-pci with enable_sriov, setpci over every register of PF and VF.
. /opt/openvgpu/lab/tap.sh

vfs() { ls -d "$PFDIR"/virtfn* 2>/dev/null | wc -l; }
unbind() { [ ! -e "$PFDIR/driver" ] || echo "$PF" > "$PFDIR/driver/unbind"; echo > "$PFDIR/driver_override"; }
bind() { echo "$1" > "$PFDIR/driver_override" && echo "$PF" > /sys/bus/pci/drivers_probe; }
word() { setpci -s "$PF" "$1"; }
# Where the BARs of PF and VFs are, which an FLR forgets.
registers="010 014 018 01c 020 bf0 bf4 bf8 bfc c00"
saved=
for r in $registers; do saved="$saved $r.l=$(word $r.l)"; done
restore() { echo "$saved"; }

here=/opt/openvgpu/lab/stock
# The lines "0 what" and "1 what" of a program become tests.
verdicts() { # PROGRAM...
	local line
	while IFS= read -r line; do
		case $line in
		"0 "* | "1 "*) ok "${line%% *}" "${line#* }" ;;
		*) echo "$line" ;;
		esac
	done < <("$@" 2>&1 || echo "1 $1 failed")
}
complaints() { grep -iE 'unknown|<chain|broken|access denied|\?\?\?|ff:|invalid' <<< "$1" | grep -v UncorrIntErr; }
check_board() { # PF|VF BDF
	local decoded
	decoded=$(lspci -vvv -nn -s "$2" 2>&1)
	verdicts "$here/board-check.pl" "$here/board-fields.txt" "$1" <<< "$decoded"
	is "$(complaints "$decoded")" "" "$1: lspci complains about nothing"
}

klog-mark
check_board PF "$PF"

# Other people's PF drivers bring the VFs up.
for driver in pci-pf-stub vfio-pci; do
	[ $driver = vfio-pci ] && enable=enable_sriov=1 || enable=
	runs "$driver loads" modprobe $driver $enable
	bind $driver
	is "$(basename "$(readlink "$PFDIR/driver")")" $driver "$driver binds the PF"
	echo 0 > "$PFDIR/sriov_drivers_autoprobe"
	for n in 1 4 32; do
		runs "$driver: $n VFs on" put $n "$PFDIR/sriov_numvfs"
		is "$(vfs)" $n "$driver: $n VFs are there"
		runs "$driver: VFs off again" put 0 "$PFDIR/sriov_numvfs"
	done
	is "$(vfs)" 0 "$driver: no VF is left"
	[ $driver = vfio-pci ] || { unbind; modprobe -r $driver; }
done
put 2 "$PFDIR/sriov_numvfs"
vf=$(vf_bdf 1)
check_board VF "$vf"
is "$(basename "$(readlink -f "/sys/bus/pci/devices/$vf/iommu_group")" | grep -cE '^[0-9]+$')" 1 "VF: an IOMMU group of its own"
verdicts "$here/config-sweep.pl" "$vf" VF "$here/config-masks.txt"
put 0 "$PFDIR/sriov_numvfs"
unbind
modprobe -r vfio-pci
verdicts "$here/config-sweep.pl" "$PF" PF "$here/config-masks.txt"

# FLR as setpci asks for it, past the kernel: the board forgets, and is there again.
setpci -s "$PF" COMMAND=0 CACHE_LINE_SIZE=40
setpci -s "$PF" CAP_EXP+8.w=8000
sleep 0.2
is "$(word 00.l) $(word CACHE_LINE_SIZE)" "26b510de 00" "FLR: the board is back at its power-on values"
# Linux had no part in this, so its values must be put back for it.
# shellcheck disable=SC2046
setpci -s "$PF" $(restore)
runs "FLR again, the kernel's own" put 1 "$PFDIR/reset"

# Alive means: a driver boots it.
modprobe pci-pf-stub
bind pci-pf-stub
runs "4 VFs on" put 4 "$PFDIR/sriov_numvfs"
is "$(vfs)" 4 "all of them are there"
put 0 "$PFDIR/sriov_numvfs"
unbind
runs "the kernel log is clean" klog-clean
klog-mark
modprobe nouveau modeset=2 noaccel=1
echo "$PF" > /sys/bus/pci/drivers_probe
[ -e "$PFDIR/drm" ]
ok $? "nouveau boots the board after all this: $(dmesg | grep -om1 'NVIDIA AD102 ([0-9a-f]*)')"
modprobe -r nouveau
runs "the kernel log is clean" klog-clean
done_testing
