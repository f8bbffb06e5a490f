#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The life of GPUs and vGPUs through vgpuctl and the daemon, on a fake host.
. tests/cli/lib.sh

list_has() { ctl 0 list && out_has "$1"; }
fault() { echo "$2" >"$FAKE_ROOT/fail/$1"; }
no_fault() { rm -f "$FAKE_ROOT/fail/"*; }
# Everything as before an enable.
untouched() {
	driver_is $PF none && content "$DEV/$PF/sriov_numvfs" 0 && content "$DEV/$PF/driver_override" "" &&
		content "$DEV/$PF/sriov_drivers_autoprobe" 1 && absent "$FAKE_ROOT/etc/vgpu-mgr/config.json" &&
		absent "$FAKE_ROOT/var/lib/vgpu-mgr/pending.json"
}
# refuses_enable STEP ERRNO TEXT: the fault's sentence, and all undone
refuses_enable() {
	fault "$1" "$2"
	ctl 1 enable $PF && err_has "$3" && untouched
	local ret=$?
	no_fault
	return $ret
}

# Without a daemon
ok "list reads sysfs and says so" eval 'ctl 0 list && err_has "read from sysfs instead"'
ok "list shows a foreign driver" out_has nouveau
ok "list --json says where it is from" eval 'ctl 0 list --json && json sysfs "$T/out" source'
ok "types without an enabled GPU" eval 'ctl 0 types && out_has "No types"'
ok "create without a daemon" eval 'ctl 1 create --gpu $PF --type L40-12Q && err_has "does not answer"'

ok "the daemon starts" daemon_start
ok "create on a GPU that is not enabled" eval 'ctl 1 create --gpu $PF --type L40-12Q && err_has "not enabled"'
ok "enable of an absent GPU" eval 'ctl 3 enable 0000:09:00.0 && err_has "no GPU"'
ok "enable of a GPU that nouveau has" eval 'ctl 4 enable $OTHER && err_has "held by driver nouveau"'
ok "that GPU keeps its driver" driver_is $OTHER nouveau
ok "enable with too many VFs" eval 'ctl 2 enable $PF --vfs 99 && err_has "has 4 VFs"'
mv "$FAKE_ROOT/sys/bus/pci/drivers/vgpu_vfio_pci" "$T/away"
ok "enable without a module" eval 'ctl 1 enable $PF && err_has "vgpu_vfio_pci is not loaded"'
mv "$T/away" "$FAKE_ROOT/sys/bus/pci/drivers/vgpu_vfio_pci"
ok "nothing was touched so far" eval 'driver_is $PF none && content "$DEV/$PF/sriov_numvfs" 0 && absent "$FAKE_ROOT/etc/vgpu-mgr/config.json"'

ok "firmware does not boot: its sentence, rolled back" refuses_enable boot 1 "booter: refused the GSP image"
ok "PF driver refuses: rolled back" refuses_enable bind-pf 5 "did not accept it"
ok "hosts no vGPUs: the reason, rolled back" refuses_enable hosting 1 "no framebuffer scrubber"
ok "VFs fail: rolled back" refuses_enable numvfs 12 "cannot set sriov_numvfs"
ok "a VF does not bind: rolled back" refuses_enable bind-vf 5 "did not accept it"

ok "enable" eval 'ctl 0 enable $PF --vfs 4 && out_has "firmware 570.144, 4 VFs"'
ok "VFs are bound" eval 'driver_is $VF1 vgpu_vfio_pci && driver_is 0000:01:00.7 vgpu_vfio_pci'
ok "no driver grabs VFs by itself" content "$DEV/$PF/sriov_drivers_autoprobe" 0
ok "the configuration names it" json "$PF" "$FAKE_ROOT/etc/vgpu-mgr/config.json" gpus 0 bdf
ok "enable again is fine" ctl 0 enable $PF
ok "types: what can be created" eval 'ctl 0 types && out_has L40-12Q'
ok "types: why not" out_has "not known: id"
ok "types of a GPU that is not enabled" eval 'ctl 0 types --gpu $OTHER && out_has "GPU $OTHER is not enabled"'
ok "types of no GPU" eval 'ctl 3 types --gpu 0000:09:00.0 && ctl 3 --json types --gpu 0000:09:00.0'
ok "types --creatable" eval 'ctl 0 types --creatable && ! grep -q L40-4C "$T/out"'

ok "create of an unknown type" eval 'ctl 3 create --gpu $PF --type L40-99Z && err_has "no vGPU type"'
ok "create of a type without an id" eval 'ctl 1 create --gpu $PF --type L40-4C && err_has "not known: id"'
ok "create prints the UUID" eval 'ctl 0 create --gpu $PF --type L40-12Q --uuid $U1 && content "$T/out" $U1'
ok "it is an mdev of the first VF" content "$DEV/$VF1/$U1/remove" ""
ok "mdevctl has it with automatic start" json auto "$FAKE_ROOT/etc/mdevctl.d/$VF1/$U1" start
ok "the same again" eval 'ctl 0 create --gpu $PF --type 877 --uuid $U1 && content "$T/out" $U1'
ok "the same UUID, another type" eval 'ctl 1 create --gpu $PF --type L40-48Q --uuid $U1 && err_has "exists already"'
ok "conflict as JSON" eval 'ctl 1 --json create --gpu $PF --type L40-48Q --uuid $U1 && json conflict "$T/out" error code'
ok "another size does not fit" eval 'ctl 4 create --gpu $PF --type L40-48Q && err_has "another size"'
ok "list shows it" list_has "$U1"
ok "show --json" eval 'ctl 0 show --json $U1 && json L40-12Q "$T/out" vgpu type && json ready "$T/out" vgpu state'
ok "show of a GPU" eval 'ctl 0 show 01:00.0 && out_has AD102'
ok "show of nothing" ctl 3 show $U2
ok "vram names the vGPU" eval 'ctl 0 vram && out_has "partition  0    $U1" && out_has "client sample"'
ok "in 80 columns" eval '! awk "length > 80" "$T/out" | grep .'
# 64 cells of 768 MiB: 12 GiB of partition, 34 free, 1 spare (most of two cells), 1 of firmware.
ok "vram shows the board as a picture" out_has "0 [PPPPPPPPPPPPPPPP.............................................ssF] 48 GiB"
ok "vram of one GPU as JSON" eval 'ctl 0 vram --json 01:00.0 && json $PF "$T/out" vram 0 gpu && json $U1 "$T/out" vram 0 runs 0 uuid && json 0 "$T/out" vram 0 runs 0 vf && json 4194304 "$T/out" vram 0 kinds client'
ok "vram of a GPU that another driver has" eval 'ctl 1 vram $OTHER && err_has "does not drive it"'
ok "vram of no GPU" ctl 3 vram 0000:09:00.0
map=$FAKE_ROOT/sys/kernel/debug/vgpu/$PF/vram
cp "$map" "$T/map"
broken_map() { sed "$1" "$T/map" >"$map"; ctl 1 vram && err_has "$2"; }
ok "a map of another version" broken_map '1s/1/2/' 'is not that of a map of version 1'
ok "a map with a gap" broken_map '/ free /d' 'does not follow the one before'
ok "a map that is cut off" broken_map '$d' 'not complete'
ok "a map with an unknown line" broken_map '3s/^/x/' 'cannot be understood'
ok "an empty map" broken_map '1,$d' 'is not that of a map'
rm "$map"
ok "no map: what to do" eval 'ctl 3 vram && err_has "mount -t debugfs"'
cp "$T/map" "$map"
ok "xml is the mdev form" eval 'ctl 0 xml $U1 && out_has "address uuid='"'$U1'"'"'
ok "disable with a vGPU" eval 'ctl 4 disable $PF && err_has "held by vGPU $U1"'
ok "other number of VFs with a vGPU" eval 'ctl 4 enable $PF --vfs 2 && err_has "cannot change"'

ok "VF face" eval 'ctl 0 create --gpu $PF --type L40-12Q --uuid $U2 --face vf && content "$DEV/0000:01:00.5/vgpu/uuid" $U2'
ok "xml of the VF face on libvirt 9" eval 'ctl 1 xml $U2 && err_has "libvirt 9.0.0"'
ok "xml of the VF face on libvirt 10" eval 'ctl 0 xml $U2 --libvirt-version 10.0.0 && out_has "function='"'0x5'"'"'

echo open >"$DEV/$VF1/vgpu/state"
mkdir -p "$FAKE_ROOT/proc/4711/fd"
echo qemu-system-x86 >"$FAKE_ROOT/proc/4711/comm"
ln -s /dev/vfio/4 "$FAKE_ROOT/proc/4711/fd/9"
ok "destroy in use names the holder" eval 'ctl 4 destroy $U1 && err_has "qemu-system-x86 (pid 4711)"'
ok "holders as JSON" eval 'ctl 4 --json destroy $U1 && json "qemu-system-x86 (pid 4711)" "$T/out" error holders 0'
ok "it is still there" list_has "$U1"
echo ready >"$DEV/$VF1/vgpu/state"

echo 13 >"$FAKE_ROOT/fail/remove"
ok "the kernel refuses the removal" eval 'ctl 4 destroy $U1 && err_has "Permission denied"'
no_fault

# Reboot
daemon_stop
host_reboot
ok "after a reboot: defined, not running" eval 'ctl 0 list --json && json defined "$T/out" vgpus 0 state'
ok "--boot brings all back" boot
ok "GPU" driver_is $PF vgpu_core
ok "mdev" content "$DEV/$VF1/vgpu/uuid" $U1
ok "VF face" content "$DEV/0000:01:00.5/vgpu/uuid" $U2
ok "--boot again changes nothing" boot
host_reboot
fault boot 1
ok "--boot with a broken firmware fails" eval '! boot'
no_fault
ok "and keeps the configuration" json "$PF" "$FAKE_ROOT/etc/vgpu-mgr/config.json" gpus 0 bdf
ok "--boot once it is repaired" boot
daemon_start

# Killed in the middle
ok "destroy" eval 'ctl 0 destroy $U1 && absent "$DEV/$VF1/$U1" && absent "$FAKE_ROOT/etc/mdevctl.d/$VF1/$U1"'
ok "destroy again" ctl 3 destroy $U1
echo hang >"$FAKE_ROOT/fail/mdevctl-start"
"$B/bin/vgpuctl" --root "$FAKE_ROOT" create --gpu $PF --type L40-12Q --uuid $U1 >/dev/null 2>&1 &
client=$!
for ((i = 0; i < 100; i++)); do [ -e "$FAKE_ROOT/etc/mdevctl.d/$VF1/$U1" ] && break; sleep 0.05; done
worker=$(pgrep -P "$daemon" | head -n 1)
daemon_kill
kill -9 "$worker"
wait $client 2>/dev/null
no_fault
daemon_start
ok "killed in a create: it is defined" eval 'ctl 0 show --json $U1 && json defined "$T/out" vgpu state'
ok "the same create finishes it" ctl 0 create --gpu $PF --type L40-12Q --uuid $U1
ok "and it can be destroyed" ctl 0 destroy $U1
ok "destroy on the VF face" eval 'ctl 0 destroy $U2 && content "$DEV/0000:01:00.5/vgpu/current_vgpu_type" 0'

fault mdevctl-start 1
ok "mdevctl fails: its words" eval 'ctl 1 create --gpu $PF --type L40-12Q --uuid $U1 && err_has "told to fail"'
ok "nothing remains" eval 'absent "$FAKE_ROOT/etc/mdevctl.d/$VF1/$U1" && ctl 3 show $U1'
no_fault
fault claim 28
ok "the kernel refuses: the driver's words" eval 'ctl 1 create --gpu $PF --type L40-12Q --face vf && err_has "GSP refused the vGPU"'
no_fault
rm "$FAKE_ROOT/dev/vfio/4"
ok "no device node: time-out" eval 'ctl 6 create --gpu $PF --type L40-12Q --wait 1 && err_has "no device node"'
ok "and no vGPU is left" eval 'ctl 0 list && out_has "No vGPUs"'
: >"$FAKE_ROOT/dev/vfio/4"
for i in 1 2 3 4; do ok "vGPU $i of 4" ctl 0 create --gpu $PF --type L40-12Q; done
ok "types --creatable: none" eval 'ctl 0 types --creatable && out_has "No type can be created now"'
ok "no fifth" eval 'ctl 4 create --gpu $PF --type L40-12Q && err_has "cannot be created"'
for u in $("$B/bin/vgpuctl" --root "$FAKE_ROOT" list --vgpus | awk 'NR > 1 { print $1 }'); do ok "destroy $u" ctl 0 destroy "$u"; done

# VF stolen by another driver
ln -sfn "$FAKE_ROOT/sys/bus/pci/drivers/nouveau" "$DEV/$VF1/driver"
ok "doctor sees a stolen VF" eval 'ctl 1 doctor && out_has "1 of 4 VFs are not bound"'
ok "enable does not take it back by force" eval 'ctl 4 enable $PF && err_has "held by driver nouveau"'
ok "create goes to the next VF" eval 'ctl 0 create --gpu $PF --type L40-12Q --uuid $U1 && content "$DEV/0000:01:00.5/vgpu/uuid" $U1'
ok "destroy it" ctl 0 destroy $U1
rm "$DEV/$VF1/driver"
ok "enable binds a VF that lost its driver" eval 'rm -rf "$DEV/$VF1/vgpu" "$DEV/$VF1/mdev_supported_types"; ctl 0 enable $PF && driver_is $VF1 vgpu_vfio_pci'

# An interrupted enable
daemon_stop
rm "$FAKE_ROOT/etc/vgpu-mgr/config.json"
printf '{"version":1,"operation":"enable","gpu":"%s"}' $PF >"$FAKE_ROOT/var/lib/vgpu-mgr/pending.json"
daemon_start
for ((i = 0; i < 100; i++)); do [ -e "$FAKE_ROOT/var/lib/vgpu-mgr/pending.json" ] || break; sleep 0.05; done
ok "a start undoes an interrupted enable" eval 'driver_is $PF none && absent "$FAKE_ROOT/var/lib/vgpu-mgr/pending.json"'

ok "enable once more" ctl 0 enable $PF
echo lost >"$DEV/$PF/vgpu/state"
ok "doctor sees a lost GPU" eval 'ctl 1 doctor && out_has "state \"lost\""'
ok "enable starts a lost GPU again" eval 'ctl 0 enable $PF && content "$DEV/$PF/vgpu/state" ready && driver_is $VF1 vgpu_vfio_pci'
echo "no framebuffer scrubber" >"$DEV/$PF/vgpu/why_not"
ok "doctor says that it hosts nothing" eval 'ctl 1 doctor && out_has "no framebuffer scrubber"'
ok "so does list" eval 'ctl 0 list --gpus && out_has "GPU $PF: no framebuffer scrubber"'
ok "and create" eval 'ctl 1 create --gpu $PF --type L40-12Q && err_has "GPU $PF: no framebuffer scrubber"'
echo "" >"$DEV/$PF/vgpu/why_not"
module=$FAKE_ROOT/sys/module/vgpu_core/parameters
mkdir -p "$module"
# doctor_warns PARAMETER VALUE COUNT: are there COUNT warnings about it?
doctor_warns() { echo "$2" >"$module/$1"; ctl 1 doctor; [ "$(grep -c "^warn  *$1:" "$T/out")" = "$3" ] || { cat "$T/out"; return 1; }; }
ok "doctor warns of memory that is not scrubbed at a release" eval 'doctor_warns scrub_on_release N 1 && out_has "is not zeroed at once" && out_has "vgpuctl scrub PF"'
ok "doctor: scrubbed at a release" doctor_warns scrub_on_release Y 0
ok "doctor warns of memory that is never scrubbed" doctor_warns allow_unscrubbed Y 1
ok "doctor: scrubbed before another owner" doctor_warns allow_unscrubbed N 0
rm -r "${module%/*}"
echo 3221225472 >"$DEV/$PF/vgpu/vram_dirty_bytes"
ok "scrub" eval 'ctl 0 scrub $PF && out_has "GPU $PF: 3072 MiB scrubbed." && content "$DEV/$PF/vgpu/vram_dirty_bytes" 0'
ok "scrub --json" eval 'ctl 0 --json scrub $PF && json 0 "$T/out" scrub scrubbed_bytes && json 2 "$T/out" scrub runs && json 3221225472 "$T/out" scrub bytes'
echo 3221225472 >"$DEV/$PF/vgpu/vram_dirty_bytes"
echo 1073741824 >"$FAKE_ROOT/left-meanwhile"
ok "scrub while a vGPU is released: what was filled" eval 'ctl 0 scrub $PF && out_has "GPU $PF: 3072 MiB scrubbed." && out_has "1024 MiB are dirty again" && content "$DEV/$PF/vgpu/vram_dirty_bytes" 1073741824'
echo 2147483648 >"$FAKE_ROOT/left-meanwhile"
ok "and by the API: also what is dirty again" eval 'ctl 0 --json scrub $PF && json 1073741824 "$T/out" scrub scrubbed_bytes && json 2147483648 "$T/out" scrub dirty_bytes'
rm "$FAKE_ROOT/left-meanwhile"
echo 5 >"$FAKE_ROOT/fail/scrub"
ok "scrub that the engine does not do" eval 'ctl 1 scrub $PF && err_has "copy engine: it did not fill"'
rm "$FAKE_ROOT/fail/scrub"
ok "scrub of no address" eval 'ctl 2 scrub x && err_has "not a PCI address"'
ok "scrub of a foreign GPU" eval 'ctl 1 scrub $OTHER && err_has "vgpu_core does not drive it"'
ok "disable" eval 'ctl 0 disable $PF && out_has disabled && driver_is $PF none && absent "$DEV/$VF1"'
ok "disable again is fine" ctl 0 disable $PF
: >"$FAKE_ROOT/no-mdev"
ctl 0 enable $PF
ok "a kernel without mdev: VF face by itself" eval 'ctl 0 create --gpu $PF --type L40-12Q --uuid $U1 && content "$DEV/$VF1/vgpu/uuid" $U1'
ok "--face mdev there" eval 'ctl 1 create --gpu $PF --type L40-12Q --face mdev && err_has "no mdev types"'

# Bad configuration
daemon_stop
echo '{"version":1,"gpus":[{"bdf":"nonsense","vfs":4}]}' >"$FAKE_ROOT/etc/vgpu-mgr/config.json"
daemon_start
ok "bad configuration: reads go on" ctl 0 list
ok "bad configuration: doctor tells" eval 'ctl 1 doctor && out_has "is not a PCI address"'
ok "bad configuration: no change" eval 'ctl 1 enable $PF && err_has "config.json"'
ok "bad configuration: never overwritten" grep -q nonsense "$FAKE_ROOT/etc/vgpu-mgr/config.json"
ok "bad configuration: --boot fails" eval '! boot'
echo '{"version":2,"gpus":[]}' >"$FAKE_ROOT/etc/vgpu-mgr/config.json"
ok "a configuration of another version" eval 'ctl 1 enable $PF && err_has "\"version\": 1"'
ok "a second daemon refuses to start" exits 1 "$B/bin/vgpu-mgr" --root "$FAKE_ROOT"
done_testing
