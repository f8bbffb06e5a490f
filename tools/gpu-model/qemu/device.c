// SPDX-License-Identifier: GPL-2.0-or-later
/* The PF and VF device types: realize, BARs, config cycles, reset. */
#include "adapter.h"
#include "hw/pci/pci_bus.h"
#include "migration/vmstate.h"

static const unsigned int bar_indexes[QGM_NUM_BARS] = {0, 1, 3};

bool qgm_enter(struct qgm_pf *pf, const char *what)
{
	if (!pf->entered) {
		pf->entered = true;
		return true;
	}
	if (!pf->refused_logged) {
		pf->refused_logged = true;
		qgm_log(pf, GPU_MODEL_LOG_WARN,
			"an access of the board to itself (%s) was refused; more are not reported",
			what);
	}
	return false;
}

PCIDevice *qgm_function_dev(struct qgm_pf *pf, unsigned int nr)
{
	return nr ? pcie_sriov_get_vf_at_index(pf->fn.dev, nr - 1) : pf->fn.dev;
}

/* ---- BARs ---- */

static uint64_t bar_read(void *opaque, hwaddr addr, unsigned int size)
{
	struct qgm_bar *bar = opaque;
	struct qgm_pf *pf = bar->fn->pf;
	uint64_t value;

	if (!qgm_enter(pf, "read"))
		return UINT64_MAX;
	value = gpu_model_mmio_read(pf->model, bar->fn->nr, bar->index, addr, size);
	qgm_leave(pf);
	return value;
}

static void bar_write(void *opaque, hwaddr addr, uint64_t value, unsigned int size)
{
	struct qgm_bar *bar = opaque;
	struct qgm_pf *pf = bar->fn->pf;

	if (!qgm_enter(pf, "write"))
		return;
	gpu_model_mmio_write(pf->model, bar->fn->nr, bar->index, addr, value, size);
	qgm_leave(pf);
}

static const MemoryRegionOps bar_ops = {
	.read = bar_read,
	.write = bar_write,
	.endianness = DEVICE_LITTLE_ENDIAN,
	.valid = {.min_access_size = 1, .max_access_size = 8},
	.impl = {.min_access_size = 1, .max_access_size = 8},
};

static bool register_bars(struct qgm_function *fn, Error **errp)
{
	unsigned int i;

	for (i = 0; i < QGM_NUM_BARS; i++) {
		struct qgm_bar *bar = &fn->bar[i];
		uint64_t size = gpu_model_bar_bytes(fn->pf->model, fn->nr, bar_indexes[i]);
		char name[32];
		uint8_t type;

		bar->fn = fn;
		bar->index = bar_indexes[i];
		if (!is_power_of_2(size)) {
			error_setg(errp,
				   "gpu-model: BAR%u of function %u is 0x%" PRIx64 " bytes, "
				   "not a power of two",
				   bar->index, fn->nr, size);
			return false;
		}
		snprintf(name, sizeof(name), "gpu-model-%u-bar%u", fn->nr, bar->index);
		memory_region_init_io(&bar->mr, OBJECT(fn->dev), &bar_ops, bar, name, size);
		type = fn->image[PCI_BASE_ADDRESS_0 + 4 * bar->index] & ~PCI_BASE_ADDRESS_MEM_MASK;
		if (fn->nr)
			type = fn->pf->fn.dev->exp.sriov_pf.vf_bar_type[bar->index];
		if (fn->nr)
			qgm_vf_register_bar(fn->dev, bar->index, type, &bar->mr);
		else
			pci_register_bar(fn->dev, bar->index, type, &bar->mr);
	}
	return true;
}

/* ---- configuration space ---- */

/* The model hears of every config write, in pieces it accepts. */
static void forward(struct qgm_function *fn, uint32_t addr, uint32_t value, int len)
{
	int step = (addr | (uint32_t)len) & 1 ? 1 : (addr | (uint32_t)len) & 2 ? 2 : 4;
	int done;

	if (!qgm_enter(fn->pf, "config write"))
		return;
	for (done = 0; done < len; done += step)
		gpu_model_config_write(fn->pf->model, fn->nr, addr + done,
				       (value >> (8 * done)) &
					       (step == 4 ? UINT32_MAX : (1u << (8 * step)) - 1),
				       step);
	qgm_leave(fn->pf);
}

/*
 * A VF has no memory enable of its own: its BARs answer while the PF's VF MSE is on. QEMU looks at
 * the VF's command register, so the bit there follows the PF and reads as 0.
 */
static void vf_follow_mse(PCIDevice *vf, PCIDevice *pf)
{
	bool on =
		pci_get_word(pf->config + pf->exp.sriov_cap + PCI_SRIOV_CTRL) & PCI_SRIOV_CTRL_MSE;
	uint16_t command = pci_get_word(vf->config + PCI_COMMAND) & ~PCI_COMMAND_MEMORY;

	pci_set_word(vf->config + PCI_COMMAND, command | (on ? PCI_COMMAND_MEMORY : 0));
	/* Rewrites what is there; QEMU then recomputes the mappings. */
	pci_default_write_config(vf, PCI_COMMAND, command, 2);
}

static void pf_config_write(PCIDevice *dev, uint32_t addr, uint32_t value, int len)
{
	struct qgm_pf *pf = QGM_PF(dev);
	unsigned int ctrl = dev->exp.sriov_cap + PCI_SRIOV_CTRL;
	unsigned int nr;

	/* Creates the VFs on a rising VF Enable, destroys them on a falling one. */
	pci_default_write_config(dev, addr, value, len);
	if (dev->exp.aer_cap)
		pcie_aer_write_config(dev, addr, value, len);
	forward(&pf->fn, addr, value, len);
	if (dev->exp.sriov_cap && addr < ctrl + 2 && addr + len > ctrl) {
		for (nr = 1; nr <= gpu_model_num_vfs(pf->model); nr++) {
			PCIDevice *vf = qgm_function_dev(pf, nr);

			if (vf)
				vf_follow_mse(vf, dev);
		}
	}
	pcie_cap_flr_write_config(dev, addr, value, len);
}

static void vf_config_write(PCIDevice *dev, uint32_t addr, uint32_t value, int len)
{
	pci_default_write_config(dev, addr, value, len);
	forward(&QGM_VF(dev)->fn, addr, value, len);
	pcie_cap_flr_write_config(dev, addr, value, len);
}

static uint32_t vf_config_read(PCIDevice *dev, uint32_t addr, int len)
{
	uint32_t value = pci_default_read_config(dev, addr, len);

	if (addr <= PCI_COMMAND && addr + len > PCI_COMMAND)
		value &= ~((uint32_t)PCI_COMMAND_MEMORY << (8 * (PCI_COMMAND - addr)));
	return value;
}

/* ---- reset ---- */

static bool is_flr(PCIDevice *dev)
{
	return pci_get_word(dev->config + dev->exp.exp_cap + PCI_EXP_DEVCTL) &
	       PCI_EXP_DEVCTL_BCR_FLR;
}

/* An FLR has reached the model already, with the forwarded write; so has a falling VF Enable. */
static void pf_reset(DeviceState *ds)
{
	PCIDevice *dev = PCI_DEVICE(ds);
	struct qgm_pf *pf = QGM_PF(dev);
	bool flr = is_flr(dev);

	qgm_sriov_pf_reset(dev);
	qgm_layout_reset(&pf->fn);
	if (flr || !qgm_enter(pf, "reset"))
		return;
	gpu_model_reset(pf->model);
	qgm_leave(pf);
}

/* A bus reset reaches the PF too, which resets the whole board. */
static void vf_reset(DeviceState *ds)
{
	qgm_layout_reset(&QGM_VF(ds)->fn);
}

/* ---- realize ---- */

static bool model_new(struct qgm_pf *pf, Error **errp)
{
	char err[QGM_ERR_BYTES] = "";

	pf->config.board = pf->board;
	pf->config.fail = pf->fail;
	pf->deadline_ns = -1;
	pf->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, qgm_timer_fired, pf);
	pf->entered = true;
	pf->model = gpu_model_new(&pf->config, &qgm_host_ops, pf, err, sizeof(err));
	if (pf->model && gpu_model_trace(pf->model, pf->trace_file, err, sizeof(err))) {
		gpu_model_free(pf->model);
		pf->model = NULL;
	}
	pf->entered = false;
	if (!pf->model) {
		timer_free(pf->timer);
		pf->timer = NULL;
		error_setg(errp, "gpu-model: %s", err);
	}
	return pf->model;
}

static void model_free(struct qgm_pf *pf)
{
	pf->entered = true;
	gpu_model_free(pf->model);
	pf->entered = false;
	pf->model = NULL;
	timer_free(pf->timer);
	pf->timer = NULL;
}

static void pf_realize(PCIDevice *dev, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(dev);

	pf->fn.dev = dev;
	pf->fn.pf = pf;
	pf->fn.nr = 0;
	if (pci_bus_is_root(pci_get_bus(dev))) {
		error_setg(errp, "gpu-model: plug the board into a pcie-root-port (bus=ID), "
				 "its VFs need a bus of their own");
		return;
	}
	if (!model_new(pf, errp))
		return;
	gpu_model_config_image(pf->model, 0, pf->fn.image, pf->fn.mask);
	/* The pin must be known before the first pci_set_irq(). */
	dev->config[PCI_INTERRUPT_PIN] = pf->fn.image[PCI_INTERRUPT_PIN];
	if (!register_bars(&pf->fn, errp) || !qgm_layout_init(&pf->fn, errp)) {
		qgm_layout_exit(&pf->fn);
		model_free(pf);
	}
}

static void pf_exit(PCIDevice *dev)
{
	struct qgm_pf *pf = QGM_PF(dev);

	qgm_layout_exit(&pf->fn);
	model_free(pf);
}

static void vf_realize(PCIDevice *dev, Error **errp)
{
	struct qgm_vf *vf = QGM_VF(dev);
	PCIDevice *pf_dev = pcie_sriov_get_pf(dev);

	if (!pf_dev) {
		error_setg(errp, "gpu-model-vf: VFs are made by the PF's SR-IOV capability only");
		return;
	}
	vf->fn.dev = dev;
	vf->fn.pf = QGM_PF(pf_dev);
	vf->fn.nr = pcie_sriov_vf_number(dev) + 1;
	gpu_model_config_image(vf->fn.pf->model, vf->fn.nr, vf->fn.image, vf->fn.mask);
	if (!register_bars(&vf->fn, errp) || !qgm_layout_init(&vf->fn, errp)) {
		qgm_layout_exit(&vf->fn);
		return;
	}
	/* Memory enable is not the guest's to write, see vf_follow_mse(). */
	dev->wmask[PCI_COMMAND] &= ~PCI_COMMAND_MEMORY;
	vf_follow_mse(dev, pf_dev);
}

static void vf_exit(PCIDevice *dev)
{
	qgm_layout_exit(&QGM_VF(dev)->fn);
}

static void pf_finalize(Object *obj)
{
	struct qgm_pf *pf = QGM_PF(obj);

	g_free(pf->board);
	g_free(pf->fail);
	g_free(pf->hits);
	g_free(pf->translation);
	g_free(pf->trace_file);
}

/* ---- types ---- */

/* The model's state lives in this process: saving the machine must fail, not lose it. */
static const VMStateDescription vmstate_unmigratable = {
	.name = TYPE_QGM_PF,
	.unmigratable = 1,
};

static void class_common(ObjectClass *oc)
{
	PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);
	DeviceClass *dc = DEVICE_CLASS(oc);

	/* Identity is overwritten from the model's image at realize. */
	pc->vendor_id = 0x10de;
	pc->class_id = PCI_CLASS_DISPLAY_3D;
	dc->vmsd = &vmstate_unmigratable;
	set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
}

static void pf_class_init(ObjectClass *oc, qgm_class_data *data)
{
	PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);
	DeviceClass *dc = DEVICE_CLASS(oc);

	qgm_check_host();
	class_common(oc);
	pc->realize = pf_realize;
	pc->exit = pf_exit;
	pc->config_write = pf_config_write;
	qgm_set_reset(dc, pf_reset);
	dc->desc = "SR-IOV GPU board (model)";
	qgm_props_init(oc);
}

static void vf_class_init(ObjectClass *oc, qgm_class_data *data)
{
	PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);
	DeviceClass *dc = DEVICE_CLASS(oc);

	class_common(oc);
	pc->realize = vf_realize;
	pc->exit = vf_exit;
	pc->config_read = vf_config_read;
	pc->config_write = vf_config_write;
	qgm_set_reset(dc, vf_reset);
	dc->desc = "virtual function of a gpu-model";
	dc->user_creatable = false;
}

void qgm_register_types(void)
{
	static InterfaceInfo interfaces[] = {{INTERFACE_PCIE_DEVICE}, {}};
	static const TypeInfo pf_info = {
		.name = TYPE_QGM_PF,
		.parent = TYPE_PCI_DEVICE,
		.instance_size = sizeof(struct qgm_pf),
		.instance_finalize = pf_finalize,
		.class_init = pf_class_init,
		.interfaces = interfaces,
	};
	static const TypeInfo vf_info = {
		.name = TYPE_QGM_VF,
		.parent = TYPE_PCI_DEVICE,
		.instance_size = sizeof(struct qgm_vf),
		.class_init = vf_class_init,
		.interfaces = interfaces,
	};

	type_register_static(&pf_info);
	type_register_static(&vf_info);
}

#ifdef QGM_IN_TREE
type_init(qgm_register_types)
#endif
