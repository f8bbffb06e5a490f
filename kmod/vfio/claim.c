// SPDX-License-Identifier: GPL-2.0-only
/* Who has the vGPU of a VF: claim and release by either face, and use by an opener. */
#include "vfio_vf.h"

static int vgpu_vfio_may_claim(struct vgpu_vfio *vf)
{
	int rc = 0;

	spin_lock(&vf->lock);
	if (vf->removing)
		rc = -ENODEV;
	else if (vf->face != VGPU_FACE_NONE || vf->in_use)
		rc = -EBUSY;
	spin_unlock(&vf->lock);
	return rc;
}

int vgpu_vfio_claim(struct vgpu_vfio *vf, enum vgpu_face face, struct mdev_device *mdev,
		    u32 type_id, const uuid_t *uuid)
{
	int rc;

	mutex_lock(&vf->claim_lock);
	rc = vgpu_vfio_may_claim(vf);
	if (!rc)
		rc = vgpu_link_claim(vf->link, type_id, uuid);
	if (!rc) {
		spin_lock(&vf->lock);
		vf->face = face;
		vf->mdev = mdev;
		vf->dying = false;
		vf->next_uuid = uuid_null;
		spin_unlock(&vf->lock);
	}
	mutex_unlock(&vf->claim_lock);
	return rc;
}

int vgpu_vfio_release(struct vgpu_vfio *vf, enum vgpu_face face)
{
	int rc = 0;

	mutex_lock(&vf->claim_lock);
	spin_lock(&vf->lock);
	if (vf->face == VGPU_FACE_NONE) {
		rc = -ENOENT;
	} else if (vf->face != face || vf->in_use) {
		rc = -EBUSY;
	} else {
		/* Before the core is asked, so that nobody opens it half released. */
		vf->face = VGPU_FACE_NONE;
		vf->mdev = NULL;
	}
	spin_unlock(&vf->lock);
	if (!rc) {
		rc = vgpu_link_release(vf->link);
		/* An mdev goes whatever the core says; the other face can try again. */
		if (rc && face == VGPU_FACE_VF) {
			spin_lock(&vf->lock);
			vf->face = face;
			spin_unlock(&vf->lock);
		}
	}
	mutex_unlock(&vf->claim_lock);
	return rc;
}

int vgpu_vfio_use(struct vgpu_vfio *vf)
{
	int rc = 0;

	spin_lock(&vf->lock);
	if (vf->removing || vf->dying)
		rc = -ENODEV;
	else if (vf->face == VGPU_FACE_NONE)
		rc = -EINVAL;
	else if (vf->in_use)
		rc = -EBUSY;
	else
		vf->in_use = true;
	spin_unlock(&vf->lock);
	if (rc == -EINVAL)
		dev_notice_ratelimited(vgpu_vfio_dev(vf), "vGPU: can't be opened, the VF has none; write a type id to vgpu/current_vgpu_type or create an mdev first\n");
	return rc;
}

void vgpu_vfio_unuse(struct vgpu_vfio *vf)
{
	spin_lock(&vf->lock);
	vf->in_use = false;
	spin_unlock(&vf->lock);
	wake_up_all(&vf->idle);
}
