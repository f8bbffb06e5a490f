# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by what runs VMs. A VM that the emulator lost is nobody's failure, so such a run is tried
# again, once; the number that vgpu-lab then ends with is said in lab.h alone.
lab_status_lost=$(awk '$2 == "LAB_STATUS_LOST" { print $3 }' "${BASH_SOURCE[0]%/*}/lab.h")

# Does STATUS, with which a run of vgpu-lab ended, say that the emulator lost its VM?
lab_lost() { # STATUS
	[ "$1" = "$lab_status_lost" ]
}
