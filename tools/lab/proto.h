/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vgpu-lab and the agent in the hypervisor VM say to each other over a virtio-serial port.
 *
 * A stream of frames: one byte of type, four bytes of payload length (little endian), payload. One
 * command runs at a time.
 */
#ifndef LAB_PROTO_H
#define LAB_PROTO_H

#define LAB_PORT_AGENT	"org.openvgpu.agent"
#define LAB_PORT_MODEL	"org.openvgpu.model"

#define LAB_FRAME_HEADER	5
#define LAB_FRAME_MAX		65536

enum lab_frame {
	/* agent to host */
	LAB_HELLO = 'h',	/* ready for a command; payload: uptime in milliseconds, decimal */
	LAB_STDOUT = 'o',
	LAB_STDERR = 'e',
	LAB_EXIT = 'r',		/* the command ended; payload: status 0..255, decimal */
	LAB_PUT_DONE = 'd',	/* the file is there; payload: empty, or why not */
	/* host to agent */
	LAB_ENV = 'v',		/* NAME=VALUE for the next command */
	LAB_EXEC = 'x',		/* argument vector, each string ended by a zero byte */
	LAB_EXEC_TTY = 't',	/* the same on a terminal; output arrives as LAB_STDOUT */
	LAB_STDIN = 'i',	/* input; an empty payload is its end */
	LAB_WINSIZE = 'w',	/* rows, columns: two decimal numbers */
	LAB_SIGNAL = 's',	/* signal number, decimal, for the command's process group */
	LAB_PUT = 'p',		/* start of a file: octal mode, space, path; LAB_STDIN carries it */
	LAB_POWEROFF = 'q',	/* clean shutdown */
};

#endif
