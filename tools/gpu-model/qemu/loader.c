// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the shared object gets into a stock QEMU, and when it refuses to.
 *
 * Debian's QEMU exports its symbols for its own modules. Two doors lead in:
 *   LD_PRELOAD=gpu-model-qemu.so   the constructor registers with QEMU's module list
 *   -plugin file=gpu-model-qemu.so TCG plugin loader; `-device gpu-model,help` comes too early
 *
 * Every guard is fatal: a QEMU of another build has other structures, and carrying on would
 * corrupt it. The object is rebuilt for the QEMU at hand in seconds.
 */
#include "adapter.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include "qemu/qemu-plugin.h"
#include "qapi/qapi-commands-control.h"

#ifndef QGM_HOST_BUILD_ID
#error "QGM_HOST_BUILD_ID must be the build id of the QEMU that this object is for"
#endif

#define BUILD_ID_MAX 32

static bool registered;

__attribute__((noreturn, format(printf, 1, 2))) static void refuse(const char *fmt, ...)
{
	va_list ap;

	fputs("gpu-model: error: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("; rebuild it with `make adapter`\n", stderr);
	exit(1);
}

/* ---- guard 1: the build id of the running program ---- */

static bool note_build_id(const uint8_t *notes, size_t size, char *hex)
{
	size_t at = 0;

	while (at + sizeof(ElfW(Nhdr)) <= size) {
		const ElfW(Nhdr) *nhdr = (const void *)(notes + at);
		const uint8_t *name = notes + at + sizeof(*nhdr);
		const uint8_t *desc = name + ((nhdr->n_namesz + 3) & ~3u);
		unsigned int i;

		if (nhdr->n_type == NT_GNU_BUILD_ID && nhdr->n_namesz == 4 &&
		    !memcmp(name, "GNU", 4) && nhdr->n_descsz <= BUILD_ID_MAX) {
			for (i = 0; i < nhdr->n_descsz; i++)
				sprintf(hex + 2 * i, "%02x", desc[i]);
			return true;
		}
		at = desc + ((nhdr->n_descsz + 3) & ~3u) - notes;
	}
	return false;
}

/* dl_iterate_phdr() reports the program itself first. */
static int read_build_id(struct dl_phdr_info *info, size_t size, void *data)
{
	int i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];

		if (ph->p_type == PT_NOTE &&
		    note_build_id((const uint8_t *)(info->dlpi_addr + ph->p_vaddr), ph->p_memsz,
				  data))
			break;
	}
	return 1;
}

static void check_build_id(void)
{
	char hex[2 * BUILD_ID_MAX + 1] = "";

	dl_iterate_phdr(read_build_id, hex);
	if (strcmp(hex, QGM_HOST_BUILD_ID))
		refuse("this object belongs to the QEMU with build id " QGM_HOST_BUILD_ID
		       ", the running one has %s",
		       *hex ? hex : "none");
}

/* ---- guard 2: every symbol this object takes from the program exists ---- */

struct imports {
	const ElfW(Sym) * symbols;
	const char *strings;
};

static void check_relocs(const struct imports *im, const ElfW(Rela) * rela, size_t bytes)
{
	const ElfW(Rela) *end = rela + bytes / sizeof(*rela);

	for (; rela < end; rela++) {
		const ElfW(Sym) *sym = &im->symbols[ELF64_R_SYM(rela->r_info)];
		const char *name = im->strings + sym->st_name;

		if (!ELF64_R_SYM(rela->r_info) || sym->st_shndx != SHN_UNDEF ||
		    ELF64_ST_BIND(sym->st_info) == STB_WEAK)
			continue;
		if (!dlsym(RTLD_DEFAULT, name))
			refuse("the running QEMU does not export '%s', which this object needs",
			       name);
	}
}

static void check_imports(void)
{
	const ElfW(Rela) *rela = NULL, *plt = NULL;
	size_t rela_bytes = 0, plt_bytes = 0;
	struct imports im = {};
	struct link_map *map;
	const ElfW(Dyn) * dyn;
	Dl_info info;

	if (!dladdr1(check_imports, &info, (void **)&map, RTLD_DL_LINKMAP))
		refuse("the object cannot find itself among the loaded ones");
	for (dyn = map->l_ld; dyn->d_tag != DT_NULL; dyn++) {
		switch (dyn->d_tag) {
		case DT_SYMTAB:
			im.symbols = (const void *)dyn->d_un.d_ptr;
			break;
		case DT_STRTAB:
			im.strings = (const void *)dyn->d_un.d_ptr;
			break;
		case DT_RELA:
			rela = (const void *)dyn->d_un.d_ptr;
			break;
		case DT_RELASZ:
			rela_bytes = dyn->d_un.d_val;
			break;
		case DT_JMPREL:
			plt = (const void *)dyn->d_un.d_ptr;
			break;
		case DT_PLTRELSZ:
			plt_bytes = dyn->d_un.d_val;
			break;
		}
	}
	check_relocs(&im, rela, rela_bytes);
	check_relocs(&im, plt, plt_bytes);
}

/* ---- guard 3: structure layout, and who we are ---- */

static void announce(unsigned int facts)
{
	VersionInfo *v = qmp_query_version(NULL);

	fprintf(stderr,
		"gpu-model: info: adapter %s in QEMU %" PRId64 ".%" PRId64 ".%" PRId64
		" (%s), build id %s, %u layout facts agree\n",
		OPENVGPU_VERSION, v->qemu->major, v->qemu->minor, v->qemu->micro, v->package,
		QGM_HOST_BUILD_ID, facts);
	qapi_free_VersionInfo(v);
}

/* From the class initialiser: only then are the host's own types there to compare with. */
void qgm_check_host(void)
{
	char err[256] = "";
	unsigned int facts;

	if (qgm_selftest(&facts, err, sizeof(err)))
		refuse("the running QEMU is laid out differently from its headers: %s", err);
	announce(facts);
}

static void register_all(void)
{
	if (registered)
		return;
	registered = true;
	qgm_register_types();
}

/* ---- the doors ---- */

__attribute__((constructor)) static void loaded(void)
{
	void (*register_module)(void (*)(void), module_init_type) =
		dlsym(RTLD_DEFAULT, "register_module_init");

	/* Preloaded into something else, a shell or `timeout`: none of our business. */
	if (!register_module)
		return;
	check_build_id();
	check_imports();
	/* What QEMU starts (helpers, migration filters) must not inherit the object. */
	unsetenv("LD_PRELOAD");
	register_module(register_all, MODULE_INIT_QOM);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
					   char **argv)
{
	register_all();
	return 0;
}
