/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_ASM_UNALIGNED_H
#define SHIM_ASM_UNALIGNED_H

#include <asm/byteorder.h>
#include <linux/types.h>
#include <string.h>

static inline u16 get_unaligned_le16(const void *p)
{
	__le16 v;

	memcpy(&v, p, sizeof(v));
	return le16_to_cpu(v);
}

static inline u32 get_unaligned_le32(const void *p)
{
	__le32 v;

	memcpy(&v, p, sizeof(v));
	return le32_to_cpu(v);
}

static inline u64 get_unaligned_le64(const void *p)
{
	__le64 v;

	memcpy(&v, p, sizeof(v));
	return le64_to_cpu(v);
}

static inline void put_unaligned_le16(u16 n, void *p)
{
	__le16 v = cpu_to_le16(n);

	memcpy(p, &v, sizeof(v));
}

static inline void put_unaligned_le32(u32 n, void *p)
{
	__le32 v = cpu_to_le32(n);

	memcpy(p, &v, sizeof(v));
}

static inline void put_unaligned_le64(u64 n, void *p)
{
	__le64 v = cpu_to_le64(n);

	memcpy(p, &v, sizeof(v));
}

#endif
