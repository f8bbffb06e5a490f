# SPDX-License-Identifier: GPL-2.0-or-later
#
# What runs at the far ends of the lab: vfio-probe in the hypervisor VM, guest-probe as the whole
# user space of a guest. Both are static, so that any kernel with an initramfs can run them.

LAB_GUEST := $(B)/guest
LAB_GUEST_OBJ := $(B)/obj/tests/lab/guest
LAB_GUEST_CFLAGS = $(CFLAGS) $(COMMON_CFLAGS)

.PHONY: lab-guest
lab-guest: $(LAB_GUEST)/vfio-probe $(LAB_GUEST)/initramfs.cpio.gz

ALL += $(LAB_GUEST)/vfio-probe $(LAB_GUEST)/guest-probe
LAB_FILES += $(LAB_GUEST)/vfio-probe:vfio-probe
LAB_FILES += $(LAB_GUEST)/initramfs.cpio.gz:guest-initramfs.cpio.gz

$(LAB_GUEST_OBJ)/%.o: tests/lab/guest/%.c
	@mkdir -p $(@D)
	$(CC) $(LAB_GUEST_CFLAGS) -c -o $@ $<

$(LAB_GUEST)/vfio-probe: $(LAB_GUEST_OBJ)/vfio-probe.o
	@mkdir -p $(@D)
	$(CC) -static -o $@ $^

$(LAB_GUEST)/guest-probe: $(LAB_GUEST_OBJ)/guest-probe.o $(LAB_GUEST_OBJ)/guest-mm.o
	@mkdir -p $(@D)
	$(CC) -static -o $@ $^

# busybox is there for people (vgpu.shell); the program needs nothing but itself.
$(LAB_GUEST)/initramfs.cpio.gz: $(LAB_GUEST)/guest-probe tests/lab/guest/build.mk
	@rm -rf $(LAB_GUEST)/root && mkdir -p $(LAB_GUEST)/root/{bin,dev,proc,sys}
	cp $< $(LAB_GUEST)/root/init
	cp /bin/busybox $(LAB_GUEST)/root/bin/busybox
	(cd $(LAB_GUEST)/root && find . -print0 | LC_ALL=C sort -z | \
		cpio -0 -o -H newc -R 0:0 --quiet --reproducible) | gzip -n -9 >$@
	@rm -rf $(LAB_GUEST)/root

# A client of nouveau, for the stock drivers' lab.
ALL += $(LAB_GUEST)/drm-move
LAB_FILES += $(LAB_GUEST)/drm-move:drm-move

$(LAB_GUEST)/drm-move: $(LAB_GUEST_OBJ)/drm-move.o
	@mkdir -p $(@D)
	$(CC) -static -o $@ $^
