# SPDX-License-Identifier: GPL-2.0-or-later
# openvgpu. `make help` lists the targets; each folder's rules are in its build.mk.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
SHELL := /bin/bash

B := build
VERSION := 0.1.0
PREFIX ?= /usr
DESTDIR ?=
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif

WARN := -Wall -Wextra -Wno-unused-parameter -Wmissing-prototypes -Wstrict-prototypes -Wvla \
	-Wno-missing-field-initializers
CFLAGS ?= -O2 -g
COMMON_CFLAGS := -std=gnu11 $(WARN) -D_GNU_SOURCE -DOPENVGPU_VERSION='"$(VERSION)"' -MMD -MP
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

.PHONY: all help clean
all:

# Each fragment adds to these.
ALL :=
UNIT_TESTS :=
FUZZ_TARGETS :=
CLI_TESTS :=
CLEAN :=

-include $(wildcard */build.mk */*/build.mk */*/*/build.mk)

all: $(ALL)

clean:
	rm -rf $(B)/obj $(B)/bin $(B)/gen $(B)/tests $(B)/fuzz $(B)/kmod

-include $(wildcard $(B)/obj/*.d $(B)/obj/*/*.d $(B)/obj/*/*/*.d $(B)/obj/*/*/*/*.d)
