# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets. Each FUZZ_TARGETS entry is a program that replays the files it is given or, without
# any, generated inputs. `make test-fuzz` runs each once; with clang, `make fuzz-NAME` explores.

FUZZ_REPLAY := tests/fuzz/replay.c
FUZZ_TARGETS += $(B)/fuzz/fuzz_model_gsp

$(B)/fuzz/fuzz_model_gsp: tests/fuzz/fuzz_model_gsp.c $(FUZZ_REPLAY) $(MODEL_GSP_OBJS) \
		tests/unit/fake_board.h tools/gpu-model/gsp.h $(wildcard kmod/abi/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARN) -D_GNU_SOURCE $(SAN) -o $@ $(filter-out %.h,$^)
