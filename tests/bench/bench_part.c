// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
static void run(void) { }
const struct bench bench_part = { "part", run };
