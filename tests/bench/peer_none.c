// SPDX-License-Identifier: GPL-2.0-or-later
/* In place of the peers whose source could not be had. */
#include "peer.h"

__attribute__((weak)) const struct peer peer_buddy_next, peer_buddy_612, peer_mm;
