# SPDX-License-Identifier: GPL-2.0-or-later
# libvirt guests of the lab. Source after tap.sh.

# An emulated processor calibrates its clocks for seconds; what they come to is known.
GUEST_ARGS="tsc=reliable lpj=4000000 no_timer_check"

# guest_define NAME UUID NONCE SUBSYSTEM FB_BYTES BAR1_BYTES [EXTRA kernel arguments]
guest_define() {
	local name=$1 uuid=$2 nonce=$3 subsystem=$4 fb=$5 bar1=$6 extra=$7
	vgpuctl xml "$uuid" > "$WORK/$name.hostdev" || return 1
	sed -e "s|@NAME@|$name|; s|@LOG@|$WORK/$name.log|" \
		-e "s|@KERNEL@|$LABDIR/guest-vmlinuz|; s|@INITRD@|$LABDIR/guest-initramfs.cpio.gz|" \
		-e "s|@CMDLINE@|console=ttyS0 quiet panic=-1 $GUEST_ARGS vgpu.device=26b5 vgpu.subsystem=$subsystem vgpu.fb=$fb vgpu.bar1=$bar1 vgpu.nonce=$nonce $extra|" \
		-e "/^ *@HOSTDEV@ *\$/{r $WORK/$name.hostdev
d}" "$LABDIR/domain.xml.in" > "$WORK/$name.xml"
	: > "$WORK/$name.log"
	chmod 666 "$WORK/$name.log"
	virsh -q define "$WORK/$name.xml"
}

guest_says() { # NAME PATTERN
	grep -q "^GUEST $2" "$WORK/$1.log"
}

# guest_value NAME KEY
guest_value() {
	sed -n "s/^GUEST $2=\([^[:cntrl:]]*\).*/\1/p" "$WORK/$1.log" | tail -n 1
}

guest_is_off() {
	[ "$(virsh -q domstate "$1")" = "shut off" ]
}

nonce() {
	od -An -tx1 -N32 /dev/urandom | tr -d ' \n'
}
