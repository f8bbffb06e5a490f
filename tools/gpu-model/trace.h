/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace: what a driver does to the board and the firmware, in words of neither.
 *
 * A trace is text, one event a line:
 *	<microseconds> R|W <register> <kind><hex value> [x<repeats>]
 *	<microseconds> C <RPC function> <control, class or -> <payload bytes>	a call
 *	<microseconds> A <RPC function> <payload bytes> <result>			its answer
 *	<microseconds> E <RPC event> <payload bytes> 0x0
 *	<microseconds> I <interrupt message>
 *	<microseconds> M <milestone>
 * tools/gpu-trace reads it.
 */
#ifndef GM_TRACE_H
#define GM_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GM_TRACE_NAME_BYTES 96
#define GM_TRACE_HEADER "# openvgpu trace 1"

/* What the value of a register is, as the letter in front of it in a trace. */
enum gm_trace_kind {
	GM_TRACE_VALUE = '=',	/* the same in every boot */
	GM_TRACE_ADDRESS = '@', /* depends on where memory was free */
	GM_TRACE_TIME = '~',	/* a clock */
	GM_TRACE_ASYNC = '!',	/* touched by interrupt handlers: when and how often is chance */
	GM_TRACE_AREA = '*',	/* memory, not a register: only counted */
};

/*
 * gm_trace_register - name a register of a function's BAR0
 * @function:	0 the PF, else the GFID of a VF
 * @name:	GM_TRACE_NAME_BYTES; the expression of kmod/abi, or the bare offset
 */
enum gm_trace_kind gm_trace_register(unsigned int function, uint64_t offset, char *name);
/* Name of an RPC function or event, or its number. */
void gm_trace_rpc_name(uint32_t function, char *name);
/* Name of an RM control, or its number. */
void gm_trace_control_name(uint32_t cmd, char *name);
/* Name of an RM class, or its number. */
void gm_trace_class_name(uint32_t class_id, char *name);

#endif /* GM_TRACE_H */
