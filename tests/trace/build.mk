# SPDX-License-Identifier: GPL-2.0-or-later
# Reference traces: what a boot does to the board, in normal form (tools/gpu-trace).

$(B)/tests/test_trace: CORE_TEST_LIBS += $(GPU_TRACE_SAN_LIB)
$(B)/tests/test_trace: $(B)/obj/gpu-trace/libgputrace-san.a

.PHONY: trace-refs
# The boots of our own core, after a change of them. Those of other drivers come from the lab
# (tests/run-stock --trace-refs).
trace-refs: $(B)/tests/test_trace
	rm -rf $(B)/trace && mkdir -p $(B)/trace
	TRACE_UPDATE=$(B)/trace $(B)/tests/test_trace
	gzip -9nf $(B)/trace/core-*
	cp $(B)/trace/core-*.gz tests/trace/

FUZZ_TARGETS += $(B)/fuzz/fuzz_trace

$(B)/fuzz/fuzz_trace: tests/fuzz/fuzz_trace.c tests/fuzz/replay.c $(B)/obj/gpu-trace/libgputrace-san.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARN) -D_GNU_SOURCE $(SAN) -o $@ $^
