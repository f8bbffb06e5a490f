// SPDX-License-Identifier: GPL-2.0-or-later
/* Injected faults: one table of names, and the set that is on. */
#include <ctype.h>

#include "board.h"

struct gm_fault_name {
	const char *name;
	bool has_arg; /* "name:number" */
	const char *what;
};

static const struct gm_fault_name fault_names[] = {
	/* Board side. */
	{ "gfw", false, "GFW boot never completes" },
	{ "vbios", false, "the VBIOS has no FWSEC" },
	{ "prom", false, "the PROM window reads all ones" },
	{ "fwsec", false, "FWSEC-FRTS reports an error" },
	{ "fwsec-sb", false, "FWSEC-SB reports an error" },
	{ "wpr2", false, "FWSEC-FRTS succeeds without setting WPR2" },
	{ "scrubber", false, "the scrubber halts without finishing" },
	{ "booter", false, "booter_load reports an error" },
	{ "booter-unload", false, "booter_unload reports an error" },
	{ "riscv", false, "booter succeeds but GSP's core does not come up" },
	{ "irq-lost", false, "GSP's interrupt vector is never raised" },
	{ "irq-none", false, "no interrupt of the PF reaches the host" },
	{ "tlb-stuck", false, "TLB invalidates never complete" },
	{ "tlb-stale", false, "TLB invalidates complete, but drop nothing" },
	{ "gone", false, "off the bus: all registers read all ones, writes are lost" },
	{ "sem-release", false, "a channel's semaphore releases do not reach memory" },
	{ "notify", false, "notifications of the 2D class do not reach memory" },
	{ "nonstall", false, "non-stall interrupts are never raised" },
	{ "copy-flip", false, "the copy engine spoils a bit of each copy" },
	/* Firmware side. */
	{ "init-done", false, "GSP never sends INIT_DONE" },
	{ "rpc", true, "RPC N is answered with an error" },
	{ "rpc-timeout", true, "RPC N is not answered" },
	{ "control", true, "RM control N is answered with an error" },
	{ "queue-checksum", false, "status messages carry a wrong checksum" },
	{ "queue-sequence", false, "status messages carry a wrong sequence number" },
	{ "static-info", false, "GET_GSP_STATIC_INFO fails" },
	{ "fb-region", false, "the static info names no usable framebuffer" },
	{ "intr-table", false, "the interrupt table has no entry for GSP" },
	{ "bar-pde", false, "UPDATE_BAR_PDE is answered but not carried out" },
	{ "add-type", false, "the vGPU type upload fails" },
	{ "plugin-boot", false, "a vGPU plugin never becomes ready" },
	{ "plugin-bootload", false, "the plugin bootload control fails" },
	{ "plugin-negotiate", false, "the plugin refuses the version" },
	{ "plugin-init", false, "the plugin refuses its configuration" },
	{ "plugin-bme", false, "the plugin refuses a bus-master change" },
	{ "plugin-reset", false, "the plugin fails a reset" },
	{ "plugin-timeout", false, "the plugin stops answering" },
	{ "plugin-shutdown", false, "plugin shutdown fails" },
	{ "plugin-cleanup", false, "plugin cleanup fails" },
	{ "unload", false, "GSP does not answer UNLOADING_GUEST_DRIVER" },
};

#define NUM_FAULT_NAMES (sizeof(fault_names) / sizeof(fault_names[0]))

static const struct gm_fault_name *fault_find(const char *name)
{
	for (size_t i = 0; i < NUM_FAULT_NAMES; i++)
		if (!strcmp(fault_names[i].name, name))
			return &fault_names[i];
	return NULL;
}

static int fault_bad(char *errbuf, size_t size, const char *word, const char *why)
{
	size_t used;

	if (!errbuf || !size)
		return -EINVAL;
	used = (size_t)snprintf(errbuf, size, "fault \"%s\": %s; known faults:", word, why);
	for (size_t i = 0; i < NUM_FAULT_NAMES && used < size; i++)
		used += (size_t)snprintf(errbuf + used, size - used, " %s%s", fault_names[i].name,
					 fault_names[i].has_arg ? ":N" : "");
	return -EINVAL;
}

/* Parse one word into entry @n of the new set. */
static int fault_parse(struct gpu_model *gm, char *word, size_t n, char *errbuf, size_t size)
{
	const struct gm_fault_name *known;
	char *colon = strchr(word, ':'), *end;
	unsigned long arg = 0;

	if (colon)
		*colon++ = '\0';
	known = fault_find(word);
	if (!known)
		return fault_bad(errbuf, size, word, "there is no such fault");
	if (known->has_arg != !!colon)
		return fault_bad(errbuf, size, word,
				 colon ? "it takes no number" : "it needs a number");
	if (colon) {
		errno = 0;
		arg = strtoul(colon, &end, 0);
		if (errno || end == colon || *end || arg > UINT32_MAX)
			return fault_bad(errbuf, size, word, "its number does not parse");
	}
	if (n >= GM_MAX_FAILS)
		return fault_bad(errbuf, size, word, "too many faults at once");
	snprintf(gm->fail[n].name, sizeof(gm->fail[n].name), "%s", word);
	gm->fail[n].has_arg = colon != NULL;
	gm->fail[n].arg = (uint32_t)arg;
	return 0;
}

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s;
}

int gm_fail_set(struct gpu_model *gm, const char *names, char *errbuf, size_t errbuf_size)
{
	__typeof__(gm->fail[0]) old[GM_MAX_FAILS];
	char *copy, *save = NULL;
	size_t n = 0;
	int ret = 0;

	copy = strdup(names ? names : "");
	if (!copy)
		return -ENOMEM;
	memcpy(old, gm->fail, sizeof(old));
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		word = trim(word);
		if (!*word)
			continue;
		ret = fault_parse(gm, word, n, errbuf, errbuf_size);
		if (ret)
			break;
		n++;
	}
	free(copy);
	if (ret) {
		memcpy(gm->fail, old, sizeof(old));
		return ret;
	}
	gm->num_fails = n;
	return 0;
}

bool gm_fail(struct gpu_model *gm, const char *name)
{
	for (size_t i = 0; i < gm->num_fails; i++)
		if (!gm->fail[i].has_arg && !strcmp(gm->fail[i].name, name))
			return true;
	return false;
}

bool gm_fail_num(struct gpu_model *gm, const char *name, uint32_t arg)
{
	for (size_t i = 0; i < gm->num_fails; i++)
		if (gm->fail[i].has_arg && gm->fail[i].arg == arg &&
		    !strcmp(gm->fail[i].name, name))
			return true;
	return false;
}
