#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# debug.sh SCRIPT [ARGUMENT...]: runs a script of this folder on the debug kernel; then the kernel looks
# for memory that nobody points to, and says whether it stopped checking locks. What it finds goes to
# its log, and so to the console, where tests/run-debug judges it with everything else.
cd "${0%/*}" || exit 1
KMEMLEAK=/sys/kernel/debug/kmemleak
KMEMLEAK_AGE_S=6	# younger objects are not reported
SCANS=2			# what one scan finds by a stale register the next one doesn't

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
# What the kernel and its start left is not ours.
echo scan > $KMEMLEAK && echo clear > $KMEMLEAK || echo "lab-debug: BUG: kmemleak does not work" > /dev/kmsg
"./$1" "${@:2}"
rc=$?
sleep $KMEMLEAK_AGE_S
for _ in $(seq $SCANS); do
	echo scan > $KMEMLEAK
	[ -n "$(cat $KMEMLEAK)" ] || break
done
while IFS= read -r line; do
	echo "<3>lab-debug: kmemleak: $line" > /dev/kmsg
done < $KMEMLEAK
grep -Eq '^ *debug_locks: +1$' /proc/lockdep_stats ||
	echo "<3>lab-debug: BUG: lockdep is off, the reason is above" > /dev/kmsg
exit $rc
