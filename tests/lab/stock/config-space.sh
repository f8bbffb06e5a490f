#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tools and drivers that know nothing of this GPU judge its configuration space and SR-IOV: lspci,
# pci-pf-stub, vfio-pci with enable_sriov, setpci over every register.
. /opt/openvgpu/lab/tap.sh

has() { # TEXT LINE DESCRIPTION: the fixed string is in the text
	grep -qF -- "$2" <<< "$1"
	ok $? "$3"
}
vfs() { ls -d "$PFDIR"/virtfn* 2>/dev/null | wc -l; }
unbind() { [ ! -e "$PFDIR/driver" ] || echo "$PF" > "$PFDIR/driver/unbind"; echo > "$PFDIR/driver_override"; }
bind() { echo "$1" > "$PFDIR/driver_override" && echo "$PF" > /sys/bus/pci/drivers_probe; }
word() { setpci -s "$PF" "$1"; }

klog-mark
decoded=$(lspci -vvv -nn -s "$PF" 2>&1)
has "$decoded" "3D controller [0302]: NVIDIA Corporation AD102GL [L40] [10de:26b5] (rev a1)" "PF: class and ids"
has "$(grep Subsystem: <<< "$decoded")" "[10de:169d]" "PF: subsystem"
has "$decoded" "[size=16M]" "PF: BAR0 is 16 MiB"
has "$decoded" "[size=64G]" "PF: BAR1 is 64 GiB"
has "$decoded" "[size=32M]" "PF: BAR3 is 32 MiB"
has "$decoded" "Interrupt: pin A" "PF: INTA"
has "$decoded" "Capabilities: [60] Power Management version 3" "PF: power management"
has "$decoded" "Capabilities: [68] Null" "PF: MSI is hidden"
has "$decoded" "Capabilities: [78] Express (v2) Endpoint" "PF: PCI Express endpoint"
has "$decoded" "FLReset+" "PF: function level reset"
has "$decoded" "Capabilities: [b4] Vendor Specific" "PF: vendor capability"
has "$decoded" "Capabilities: [c8] MSI-X: Enable- Count=6 Masked-" "PF: MSI-X of 6"
has "$decoded" "Vector table: BAR=0 offset=00b90000" "PF: MSI-X table"
has "$decoded" "PBA: BAR=0 offset=00ba0000" "PF: MSI-X pending bits"
has "$decoded" "Single Root I/O Virtualization (SR-IOV)" "PF: SR-IOV"
has "$decoded" "Initial VFs: 32, Total VFs: 32, Number of VFs: 0" "PF: 32 VFs, none on"
has "$decoded" "VF offset: 4, stride: 1, Device ID: 26b5" "PF: VF offset, stride, id"
has "$decoded" "Alternative Routing-ID Interpretation (ARI)" "PF: ARI"
has "$decoded" "Physical Resizable BAR" "PF: resizable BAR1"
has "$decoded" "Advanced Error Reporting" "PF: AER"
# Where the reference board has its extended capabilities.
is "$(sed -nE 's/.*Capabilities: \[([0-9a-f]{3}) v[0-9]\].*/\1/p' <<< "$decoded" | tr '\n' ' ')" \
	"100 128 250 258 420 600 900 bb0 bcc c14 c1c d00 e00 " "PF: the chain of extended capabilities"
is "$(grep -iE 'unknown|<chain|broken|access denied|\?\?\?|ff:|invalid' <<< "$decoded" | grep -v UncorrIntErr)" "" "PF: lspci complains about nothing"

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
decoded=$(lspci -vvv -nn -s "$vf" 2>&1)
has "$decoded" "3D controller [0302]: NVIDIA Corporation AD102GL [L40] [10de:26b5] (rev a1)" "VF: class and ids"
has "$decoded" "[virtual] [size=256K]" "VF: BAR0 is 256 KiB"
has "$decoded" "[virtual] [size=2G]" "VF: BAR1 is 2 GiB"
has "$decoded" "[virtual] [size=32M]" "VF: BAR3 is 32 MiB"
has "$decoded" "Express (v2) Endpoint" "VF: PCI Express endpoint"
has "$decoded" "FLReset+" "VF: function level reset"
has "$decoded" "MSI-X: Enable- Count=6 Masked-" "VF: MSI-X of 6"
is "$(grep -c 'Interrupt: pin' <<< "$decoded")" 0 "VF: no interrupt pin"
is "$(grep -iE 'unknown|<chain|broken|access denied|\?\?\?|invalid' <<< "$decoded")" "" "VF: lspci complains about nothing"
is "$(basename "$(readlink -f "/sys/bus/pci/devices/$vf/iommu_group")" | grep -cE '^[0-9]+$')" 1 "VF: an IOMMU group of its own"
put 0 "$PFDIR/sriov_numvfs"
unbind
modprobe -r vfio-pci

# Ones and zeros into every register but those that move or stop the device under us.
sweep() { # OFFSET...: what a register reads before, with ones, with zeros; then its old value
	local at before ones zeros out=
	for at in "$@"; do
		before=$(word "$at.l")
		setpci -s "$PF" "$at.l=ffffffff"
		ones=$(word "$at.l")
		setpci -s "$PF" "$at.l=00000000"
		zeros=$(word "$at.l")
		setpci -s "$PF" "$at.l=$before"
		out="$out $at:$ones:$zeros"
	done
	echo "$out"
}
fixed=$(sweep 00 08 2c 34 68 b4 c8)
for at in 00 08 2c 34 68 b4; do
	r=$(word $at.l)
	[[ " $fixed " == *" $at:$r:$r "* ]]
	ok $? "register 0x$at is read-only ($r)"
done
is "$(word 00.l)" 26b510de "ids survive"
image=$(od -An -v -tx4 -w4 "$PFDIR/config" | tr -d ' ')
at=0 changed=
for value in $image; do
	h=$(printf '%03x' $at)
	case $h in
	# Command and status, BARs, interrupt line; power state; Express control (FLR); MSI-X control;
	# SR-IOV control, VF count, page size, VF BARs; BAR1's size.
	004 | 010 | 014 | 018 | 01c | 020 | 024 | 030 | 03c | 064 | 080 | 088 | 0a0 | 0a8 | 0c8) ;;
	*)
		setpci -s "$PF" "$h.l=ffffffff"
		setpci -s "$PF" "$h.l=00000000"
		setpci -s "$PF" "$h.l=$value"
		[ "$(word "$h.l")" = "$value" ] || changed="$changed $h"
		;;
	esac
	at=$((at + 4))
	[ $at -lt 256 ] || break
done
is "$changed" "" "a sweep of the first 256 bytes leaves every register as it was"
at=256 changed=
cap=$(printf '%s\n' "$(lspci -vv -s "$PF")" | sed -nE 's/.*\[([0-9a-f]+) v[0-9]\] Single Root.*/\1/p')
for value in $(od -An -v -tx4 -w4 -j256 -N3840 "$PFDIR/config" | tr -d ' '); do
	h=$(printf '%03x' $at)
	if [ $at -lt $((0x$cap)) ] || [ $at -ge $((0x$cap + 0x40)) ]; then
		if [ "$value" != 00000000 ] || [ $((at % 64)) -eq 0 ]; then
			setpci -s "$PF" "$h.l=ffffffff" "$h.l=00000000" "$h.l=$value"
			[ "$(word "$h.l")" = "$value" ] || changed="$changed $h"
		fi
	fi
	at=$((at + 4))
done
echo "# SR-IOV capability at 0x$cap is left out"
is "$changed" "" "a sweep of the extended space leaves every register as it was"
is "$(od -An -tx4 -N4 "$PFDIR/config" | tr -d ' ')" 26b510de "the device is alive"
modprobe pci-pf-stub
bind pci-pf-stub
runs "and still brings up VFs" put 4 "$PFDIR/sriov_numvfs"
is "$(vfs)" 4 "all of them"
put 0 "$PFDIR/sriov_numvfs"
unbind
runs "the kernel log is clean" klog-clean
done_testing
