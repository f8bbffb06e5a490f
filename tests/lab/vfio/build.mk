# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-limits: what a hostile user of a vGPU's VFIO device tries, run by tests/lab/*.t.

LAB_VFIO := $(B)/guest/vfio-limits
ALL += $(LAB_VFIO)
LAB_FILES += $(LAB_VFIO):vfio-limits

$(LAB_VFIO): tests/lab/vfio/vfio-limits.c
	@mkdir -p $(@D) $(B)/obj/tests/lab/vfio
	$(CC) $(COMMON_CFLAGS) -MF $(B)/obj/tests/lab/vfio/vfio-limits.d $(CFLAGS) -static -pthread -o $@ $<
