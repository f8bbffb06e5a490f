# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets. Each FUZZ_TARGETS entry is a program that replays the files it is given or, without
# any, generated inputs. `make test-fuzz` runs each once; with clang, `make fuzz-NAME` explores.

FUZZ_REPLAY := tests/fuzz/replay.c
FUZZ_TARGETS += $(B)/fuzz/fuzz_model_gsp

FUZZ_MODEL_GSP_SRC := tests/fuzz/fuzz_model_gsp.c tests/unit/fake_board.c tests/unit/fake_driver.c \
	$(wildcard tools/gpu-model/gsp*.c) tools/gpu-model/plugin.c

$(B)/fuzz/fuzz_model_gsp: $(FUZZ_MODEL_GSP_SRC) $(FUZZ_REPLAY) tests/unit/fake_board.h \
		tools/gpu-model/gsp.h $(wildcard kmod/abi/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARN) -D_GNU_SOURCE $(SAN) -o $@ $(filter %.c,$^)
