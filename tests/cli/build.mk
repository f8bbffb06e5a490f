# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of daemon and command line on a fake host. Each is a script that runs in the top folder.

CLI_HELPERS := $(B)/tests/cli/fake_kernel.so $(B)/tests/cli/fake_mdevctl $(B)/tests/cli/apitest

$(B)/tests/cli/fake_kernel.so: tests/cli/fake_kernel.c tests/cli/fake_files.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARN) -Wno-unused-result -D_GNU_SOURCE $(CFLAGS) -fPIC -shared -o $@ $< -ldl

$(B)/tests/cli/fake_mdevctl: tests/cli/fake_mdevctl.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE $(CFLAGS) -o $@ $<

$(B)/tests/cli/apitest: tests/cli/apitest.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE $(CFLAGS) $(JSON_CFLAGS) -o $@ $< $(JSON_LIBS)

# A test's file in the build folder stands for "it and all that it needs are ready".
$(B)/tests/cli/%: tests/cli/%.t tests/cli/lib.sh $(CLI_HELPERS) $(B)/bin/vgpu-mgr $(B)/bin/vgpuctl $(B)/bin/gen-types
	@mkdir -p $(@D)
	install -m 0755 $< $@

CLI_TESTS += $(B)/tests/cli/mgr $(B)/tests/cli/place $(B)/tests/cli/socket $(B)/tests/cli/ctl

# ---- unit tests and fuzz targets of the library, with sanitizers ----
MGR_SAN := $(B)/obj/mgr-san
MGR_SAN_OBJS := $(patsubst vgpu-mgr/%.c,$(MGR_SAN)/%.o,$(sort $(wildcard vgpu-mgr/lib/*.c)) vgpu-mgr/profiles/profile.c)

$(MGR_SAN)/%.o: vgpu-mgr/%.c
	@mkdir -p $(@D)
	$(CC) $(COMMON_CFLAGS) $(CFLAGS) $(SAN) $(MGR_CFLAGS) -c -o $@ $<

$(MGR_SAN)/libmgr.a: $(MGR_SAN_OBJS)
	rm -f $@
	$(AR) rcs $@ $^

$(B)/tests/unit_mgr: tests/cli/unit_mgr.c $(MGR_SAN)/libmgr.a
	@mkdir -p $(@D)
	$(CC) $(COMMON_CFLAGS) $(CFLAGS) $(SAN) $(MGR_CFLAGS) -MF $(MGR_SAN)/unit_mgr.d -o $@ $< $(MGR_SAN)/libmgr.a $(MGR_LIBS) -lcmocka

MGR_FUZZERS := $(addprefix $(B)/fuzz/,fuzz_request fuzz_profile fuzz_config fuzz_vram_map)

$(MGR_FUZZERS): $(B)/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.c tests/fuzz/mutate.h $(MGR_SAN)/libmgr.a
	@mkdir -p $(@D)
	$(CC) $(COMMON_CFLAGS) $(CFLAGS) $(SAN) $(MGR_CFLAGS) -MF $(MGR_SAN)/$*.d -o $@ $(filter %.c,$^) $(MGR_SAN)/libmgr.a $(MGR_LIBS)

UNIT_TESTS += $(B)/tests/unit_mgr
FUZZ_TARGETS += $(MGR_FUZZERS)
