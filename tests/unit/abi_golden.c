// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds kmod/abi/ against abi_golden_table.h, the independently typed table: offset and size of
 * every field, total size of every structure. The lists below only say which of our names stands
 * for which name of the references.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../kmod/abi/boot.h"
#include "../../kmod/abi/msgq.h"
#include "../../kmod/abi/r535.h"
#include "../../kmod/abi/r570.h"
#include "../../kmod/abi/rm_channel.h"
#include "../../kmod/abi/rpc.h"
#include "../../kmod/abi/vgpu_host.h"

#define T_add_type_params struct r570_vgpu_add_type
#define T_vgpu_info struct r570_vgpu_type
#define T_bootload struct r570_vgpu_bootload
#define T_ctrl_buf struct vgpu_ctrl_buf
#define T_resp_buf struct r570_vgpu_response_buf
#define T_plugin_config struct r570_vgpu_msg_setup
#define T_system_info struct r570_system_info
#define T_vf_info struct gsp_vf_info
#define T_static_info struct r570_static_info
#define T_fb_region struct gsp_fb_region
#define T_sriov_caps struct r570_sriov_caps
#define T_wpr_meta struct gsp_fw_wpr_meta
#define T_libos_arg struct libos_arg
#define T_gsp_args struct gsp_arguments_cached_r570
#define T_msgq_tx struct gsp_queue_tx
#define T_msgq_elem struct gsp_queue_element
#define T_rpc_hdr struct gsp_rpc_header
#define T_rm_alloc struct rpc_rm_alloc
#define T_rm_control struct rpc_rm_control
#define T_rm_free struct rpc_rm_free
#define T_unloading struct rpc_unloading
#define T_update_bar_pde struct rpc_update_bar_pde
#define T_sequencer struct rpc_run_cpu_sequencer
#define T_rc_triggered struct r570_rc_triggered
#define T_os_error_log struct r570_os_error_log
#define T_plugin_triggered struct rpc_vgpu_plugin_triggered
#define T_ecc_status struct r570_ecc_status
#define T_device_info_table struct r570_device_info_table
#define T_gsp_features struct r570_gsp_features
#define T_intr_table struct r570_intr_table
#define T_nv0000_alloc struct rm_root_params
#define T_nv0080_alloc struct rm_device_params
#define T_system_info_535 struct r535_system_info
#define T_static_info_535 struct r535_static_info
#define T_sriov_caps_535 struct gsp_sriov_caps
#define T_gsp_args_535 struct gsp_arguments_cached_r535
#define T_rc_triggered_535 struct r535_rc_triggered
#define T_os_error_log_535 struct gsp_os_error
#define T_ecc_status_535 struct r535_ecc_status
#define T_channel_alloc struct rm_channel_params
#define T_channel_alloc_570 struct r570_channel_params
#define T_promote_ctx struct rm_ctrl_promote_ctx
#define T_promote_entry struct rm_promote_entry
#define T_engines_535 struct r535_engines
#define T_nv0000_alloc_535 struct r535_root_params

#define M_structure_field field
#define M_channel_alloc_hObjectError h_object_error
#define M_channel_alloc_gpFifoOffset gpfifo_offset
#define M_channel_alloc_gpFifoEntries gpfifo_entries
#define M_channel_alloc_flags flags
#define M_channel_alloc_hContextShare h_context_share
#define M_channel_alloc_hVASpace h_vaspace
#define M_channel_alloc_hUserdMemory h_userd_memory
#define M_channel_alloc_userdOffset userd_offset
#define M_channel_alloc_engineType engine_type
#define M_channel_alloc_cid cid
#define M_channel_alloc_instanceMem instance
#define M_channel_alloc_userdMem userd
#define M_channel_alloc_ramfcMem ramfc
#define M_channel_alloc_mthdbufMem method_buffer
#define M_channel_alloc_hPhysChannelGroup h_phys_channel_group
#define M_channel_alloc_internalFlags internal_flags
#define M_channel_alloc_errorNotifierMem error_notifier
#define M_channel_alloc_eccErrorNotifierMem ecc_error_notifier
#define M_channel_alloc_ProcessID process_id
#define M_channel_alloc_SubProcessID subprocess_id
#define M_channel_alloc_encryptIv encrypt_iv
#define M_channel_alloc_decryptIv decrypt_iv
#define M_channel_alloc_hmacNonce hmac_nonce
#define M_channel_alloc_570_tpcConfigID tpc_config_id
#define M_promote_ctx_engineType engine_type
#define M_promote_ctx_hClient h_client
#define M_promote_ctx_ChID ch_id
#define M_promote_ctx_hChanClient h_chan_client
#define M_promote_ctx_hObject h_object
#define M_promote_ctx_hVirtMemory h_virt_memory
#define M_promote_ctx_virtAddress virt_address
#define M_promote_ctx_size bytes
#define M_promote_ctx_entryCount entry_count
#define M_promote_ctx_promoteEntry entry
#define M_promote_entry_gpuPhysAddr gpu_phys_address
#define M_promote_entry_gpuVirtAddr gpu_virt_address
#define M_promote_entry_size bytes
#define M_promote_entry_physAttr phys_attr
#define M_promote_entry_bufferId buffer_id
#define M_promote_entry_bInitialize initialize
#define M_promote_entry_bNonmapped nonmapped
#define M_add_type_params_discardVgpuTypes discard
#define M_add_type_params_vgpuInfoCount count
#define M_add_type_params_vgpuInfo types
#define M_vgpu_info_vgpuType vgpu_type
#define M_vgpu_info_vgpuName name
#define M_vgpu_info_vgpuClass class_name
#define M_vgpu_info_vgpuSignature signature
#define M_vgpu_info_license license
#define M_vgpu_info_maxInstance max_instance
#define M_vgpu_info_numHeads num_heads
#define M_vgpu_info_maxResolutionX max_resolution_x
#define M_vgpu_info_maxResolutionY max_resolution_y
#define M_vgpu_info_maxPixels max_pixels
#define M_vgpu_info_frlConfig frl_config
#define M_vgpu_info_cudaEnabled cuda_enabled
#define M_vgpu_info_eccSupported ecc_supported
#define M_vgpu_info_gpuInstanceSize gpu_instance_size
#define M_vgpu_info_multiVgpuSupported multi_vgpu_supported
#define M_vgpu_info_vdevId vdev_id
#define M_vgpu_info_pdevId pdev_id
#define M_vgpu_info_profileSize profile_bytes
#define M_vgpu_info_fbLength fb_bytes
#define M_vgpu_info_gspHeapSize gsp_heap_bytes
#define M_vgpu_info_fbReservation fb_reservation_bytes
#define M_vgpu_info_mappableVideoSize mappable_video_bytes
#define M_vgpu_info_encoderCapacity encoder_capacity
#define M_vgpu_info_bar1Length bar1_mib
#define M_vgpu_info_frlEnable frl_enable
#define M_vgpu_info_adapterName adapter_name
#define M_vgpu_info_adapterName_Unicode adapter_name_unicode
#define M_vgpu_info_shortGpuNameString short_gpu_name
#define M_vgpu_info_licensedProductName licensed_product_name
#define M_vgpu_info_vgpuExtraParams extra_params
#define M_vgpu_info_ftraceEnable ftrace_enable
#define M_vgpu_info_gpuDirectSupported gpu_direct_supported
#define M_vgpu_info_nvlinkP2PSupported nvlink_p2p_supported
#define M_vgpu_info_multiVgpuExclusive multi_vgpu_exclusive
#define M_vgpu_info_exclusiveType exclusive_type
#define M_vgpu_info_exclusiveSize exclusive_size
#define M_vgpu_info_gpuInstanceProfileId gpu_instance_profile_id
#define M_vgpu_info_placementSize placement_size
#define M_vgpu_info_homogeneousPlacementCount homogeneous_count
#define M_vgpu_info_homogeneousPlacementIds homogeneous_ids
#define M_vgpu_info_heterogeneousPlacementCount heterogeneous_count
#define M_vgpu_info_heterogeneousPlacementIds heterogeneous_ids
#define M_bootload_dbdf dbdf
#define M_bootload_gfid gfid
#define M_bootload_vgpuType vgpu_type
#define M_bootload_vmPid vm_pid
#define M_bootload_swizzId swizz_id
#define M_bootload_numChannels num_channels
#define M_bootload_numPluginChannels num_plugin_channels
#define M_bootload_chidOffset chid_offset
#define M_bootload_bDisableDefaultSmcExecPartRestore disable_default_smc_restore
#define M_bootload_numGuestFbSegments num_fb_segments
#define M_bootload_guestFbPhysAddrList fb_address
#define M_bootload_guestFbLengthList fb_bytes
#define M_bootload_pluginHeapMemoryPhysAddr heap_address
#define M_bootload_pluginHeapMemoryLength heap_bytes
#define M_bootload_ctrlBuffOffset ctrl_buf_offset
#define M_bootload_initTaskLogBuffOffset init_log_address
#define M_bootload_initTaskLogBuffSize init_log_bytes
#define M_bootload_vgpuTaskLogBuffOffset vgpu_log_address
#define M_bootload_vgpuTaskLogBuffSize vgpu_log_bytes
#define M_bootload_kernelLogBuffOffset kernel_log_address
#define M_bootload_kernelLogBuffSize kernel_log_bytes
#define M_bootload_migRmHeapMemoryPhysAddr mig_heap_address
#define M_bootload_migRmHeapMemoryLength mig_heap_bytes
#define M_bootload_bDeviceProfilingEnabled device_profiling
#define M_ctrl_buf_version version
#define M_ctrl_buf_message_type message_type
#define M_ctrl_buf_message_seq_num message_seq_num
#define M_ctrl_buf_response_buff_offset response_offset
#define M_ctrl_buf_message_buff_offset message_offset
#define M_ctrl_buf_migration_buff_offset migration_offset
#define M_ctrl_buf_error_buff_offset error_offset
#define M_ctrl_buf_migration_buf_cpu_access_offset migration_cpu_access_offset
#define M_ctrl_buf_is_migration_in_progress migration_in_progress
#define M_ctrl_buf_error_buff_cpu_get_idx error_cpu_get_idx
#define M_ctrl_buf_attached_vgpu_count attached_vgpu_count
#define M_resp_buf_message_seq_num_received message_seq_num_received
#define M_resp_buf_message_seq_num_processed message_seq_num_processed
#define M_resp_buf_result_code result_code
#define M_resp_buf_guest_rpc_version guest_rpc_version
#define M_resp_buf_migration_buf_gsp_access_offset migration_gsp_access_offset
#define M_resp_buf_migration_state_save_complete migration_save_complete
#define M_plugin_config_vgpu_uuid vgpu_uuid
#define M_plugin_config_dbdf dbdf
#define M_plugin_config_driver_vm_vf_dbdf driver_vm_vf_dbdf
#define M_plugin_config_vgpu_device_instance_id vgpu_device_instance_id
#define M_plugin_config_vgpu_type vgpu_type
#define M_plugin_config_vm_pid vm_pid
#define M_plugin_config_swizz_id swizz_id
#define M_plugin_config_num_channels num_channels
#define M_plugin_config_num_plugin_channels num_plugin_channels
#define M_plugin_config_vmm_cap vmm_cap
#define M_plugin_config_migration_feature migration_feature
#define M_plugin_config_hypervisor_type hypervisor_type
#define M_plugin_config_host_cpu_arch host_cpu_arch
#define M_plugin_config_host_page_size host_page_bytes
#define M_plugin_config_enable_uvm enable_uvm
#define M_plugin_config_linux_interrupt_optimization linux_interrupt_optimization
#define M_plugin_config_vmm_migration_supported vmm_migration_supported
#define M_plugin_config_enable_console_vnc enable_console_vnc
#define M_plugin_config_use_non_stall_linux_events use_non_stall_linux_events
#define M_plugin_config_placement_id placement_id
#define M_plugin_config_channel_usage_threshold_percentage channel_usage_threshold_percent
#define M_system_info_gpuPhysAddr bars.gpu_phys_address
#define M_system_info_gpuPhysFbAddr bars.gpu_phys_fb_address
#define M_system_info_gpuPhysInstAddr bars.gpu_phys_inst_address
#define M_system_info_gpuPhysIoAddr gpu_phys_io_address
#define M_system_info_nvDomainBusDeviceFunc domain_bus_device_func
#define M_system_info_maxUserVa limits.max_user_va
#define M_system_info_pciConfigMirrorBase limits.pci_config_mirror_base
#define M_system_info_pciConfigMirrorSize limits.pci_config_mirror_bytes
#define M_system_info_PCIDeviceID pci_device_id
#define M_system_info_PCISubDeviceID pci_subdevice_id
#define M_system_info_PCIRevisionID pci_revision_id
#define M_system_info_hypervisorType hypervisor_type
#define M_system_info_bIsPassthru is_passthru
#define M_system_info_gspVFInfo vf_info
#define M_system_info_bIsPrimary is_primary
#define M_system_info_hostPageSize host_page_bytes
#define M_vf_info_totalVFs total_vfs
#define M_vf_info_firstVFOffset first_vf_offset
#define M_vf_info_FirstVFBar0Address first_vf_bar_address[0]
#define M_vf_info_FirstVFBar1Address first_vf_bar_address[1]
#define M_vf_info_FirstVFBar2Address first_vf_bar_address[2]
#define M_vf_info_b64bitBar0 bar_is_64bit[0]
#define M_vf_info_b64bitBar1 bar_is_64bit[1]
#define M_vf_info_b64bitBar2 bar_is_64bit[2]
#define M_static_info_gidInfo head.gid_index
#define M_static_info_fbRegionInfoParams fb_regions
#define M_static_info_sriovCaps sriov_caps
#define M_static_info_sriovMaxGfid sriov_max_gfid
#define M_static_info_engineCaps engine_caps
#define M_static_info_fb_length fb_bytes
#define M_static_info_gpuNameString names.gpu_name
#define M_static_info_gpuShortNameString names.gpu_short_name
#define M_static_info_bar1PdeBase rm.bar1_pde_base
#define M_static_info_bar2PdeBase rm.bar2_pde_base
#define M_static_info_hInternalClient rm.h_internal_client
#define M_static_info_hInternalDevice rm.h_internal_device
#define M_static_info_hInternalSubdevice rm.h_internal_subdevice
#define M_static_info_nonWprHeapOffset non_wpr_heap_offset
#define M_static_info_frtsOffset frts_offset
#define M_fb_region_base base
#define M_fb_region_limit limit
#define M_fb_region_reserved reserved
#define M_fb_region_performance performance
#define M_fb_region_supportCompressed support_compressed
#define M_fb_region_supportISO support_iso
#define M_fb_region_bProtected is_protected
#define M_sriov_caps_totalVFs caps.total_vfs
#define M_sriov_caps_firstVfOffset caps.first_vf_offset
#define M_sriov_caps_vfFeatureMask caps.vf_feature_mask
#define M_sriov_caps_FirstVFBar0Address caps.first_vf_bar_address[0]
#define M_sriov_caps_bar0Size caps.vf_bar_bytes[0]
#define M_sriov_caps_bar1Size caps.vf_bar_bytes[1]
#define M_sriov_caps_bar2Size caps.vf_bar_bytes[2]
#define M_sriov_caps_b64bitBar0 caps.bar_is_64bit[0]
#define M_sriov_caps_bSriovEnabled caps.sriov_enabled
#define M_sriov_caps_bEmulateVFBar0TlbInvalidationRegister caps.emulate_vf_bar0_tlb_invalidate
#define M_sriov_caps_bVfResizableBAR1Supported vf_resizable_bar1
#define M_wpr_meta_magic magic
#define M_wpr_meta_revision revision
#define M_wpr_meta_sysmemAddrOfRadix3Elf sysmem_addr_of_radix3_elf
#define M_wpr_meta_sizeOfRadix3Elf size_of_radix3_elf
#define M_wpr_meta_sysmemAddrOfBootloader sysmem_addr_of_bootloader
#define M_wpr_meta_sizeOfBootloader size_of_bootloader
#define M_wpr_meta_bootloaderCodeOffset bootloader_code_offset
#define M_wpr_meta_bootloaderDataOffset bootloader_data_offset
#define M_wpr_meta_bootloaderManifestOffset bootloader_manifest_offset
#define M_wpr_meta_sysmemAddrOfSignature sysmem_addr_of_signature
#define M_wpr_meta_sizeOfSignature size_of_signature
#define M_wpr_meta_gspFwRsvdStart gsp_fw_rsvd_start
#define M_wpr_meta_nonWprHeapOffset non_wpr_heap_offset
#define M_wpr_meta_nonWprHeapSize non_wpr_heap_size
#define M_wpr_meta_gspFwWprStart gsp_fw_wpr_start
#define M_wpr_meta_gspFwHeapOffset gsp_fw_heap_offset
#define M_wpr_meta_gspFwHeapSize gsp_fw_heap_size
#define M_wpr_meta_gspFwOffset gsp_fw_offset
#define M_wpr_meta_bootBinOffset boot_bin_offset
#define M_wpr_meta_frtsOffset frts_offset
#define M_wpr_meta_frtsSize frts_size
#define M_wpr_meta_gspFwWprEnd gsp_fw_wpr_end
#define M_wpr_meta_fbSize fb_size
#define M_wpr_meta_vgaWorkspaceOffset vga_workspace_offset
#define M_wpr_meta_vgaWorkspaceSize vga_workspace_size
#define M_wpr_meta_bootCount boot_count
#define M_wpr_meta_gspFwHeapVfPartitionCount gsp_fw_heap_vf_partition_count
#define M_wpr_meta_flags flags
#define M_wpr_meta_pmuReservedSize pmu_reserved_size
#define M_wpr_meta_verified verified
#define M_libos_arg_id8 id
#define M_libos_arg_pa pa
#define M_libos_arg_size size
#define M_libos_arg_kind kind
#define M_libos_arg_loc loc
#define M_gsp_args_sharedMemPhysAddr msgq.shared_mem_phys_addr
#define M_gsp_args_pageTableEntryCount msgq.page_table_entry_count
#define M_gsp_args_cmdQueueOffset msgq.cmd_queue_offset
#define M_gsp_args_statQueueOffset msgq.stat_queue_offset
#define M_gsp_args_oldLevel sr.old_level
#define M_gsp_args_flags sr.flags
#define M_gsp_args_bInPMTransition sr.in_pm_transition
#define M_gsp_args_gpuInstance gpu_instance
#define M_gsp_args_bDmemStack dmem_stack
#define M_msgq_tx_version version
#define M_msgq_tx_size size
#define M_msgq_tx_msgSize msg_size
#define M_msgq_tx_msgCount msg_count
#define M_msgq_tx_writePtr write_ptr
#define M_msgq_tx_flags flags
#define M_msgq_tx_rxHdrOff rx_offset
#define M_msgq_tx_entryOff entry_offset
#define M_msgq_elem_authTagBuffer auth_tag
#define M_msgq_elem_aadBuffer aad
#define M_msgq_elem_checkSum checksum
#define M_msgq_elem_seqNum sequence
#define M_msgq_elem_elemCount elements
#define M_rpc_hdr_header_version header_version
#define M_rpc_hdr_signature signature
#define M_rpc_hdr_length length
#define M_rpc_hdr_function function
#define M_rpc_hdr_rpc_result result
#define M_rpc_hdr_rpc_result_private result_private
#define M_rpc_hdr_sequence sequence
#define M_rpc_hdr_spare cpu_rm_gfid
#define M_rm_alloc_hClient h_client
#define M_rm_alloc_hParent h_parent
#define M_rm_alloc_hObject h_object
#define M_rm_alloc_hClass h_class
#define M_rm_alloc_status status
#define M_rm_alloc_paramsSize params_bytes
#define M_rm_alloc_flags flags
#define M_rm_control_hClient h_client
#define M_rm_control_hObject h_object
#define M_rm_control_cmd cmd
#define M_rm_control_status status
#define M_rm_control_paramsSize params_bytes
#define M_rm_control_flags flags
#define M_rm_free_hRoot h_root
#define M_rm_free_hObjectParent h_parent
#define M_rm_free_hObjectOld h_object
#define M_rm_free_status status
#define M_unloading_bInPMTransition in_pm_transition
#define M_unloading_bGc6Entering gc6_entering
#define M_unloading_newLevel new_level
#define M_update_bar_pde_barType bar_type
#define M_update_bar_pde_entryValue entry_value
#define M_update_bar_pde_entryLevelShift entry_level_shift
#define M_sequencer_bufferSizeDWord buffer_dwords
#define M_sequencer_cmdIndex used_dwords
#define M_sequencer_regSaveArea saved_regs
#define M_rc_triggered_nv2080EngineType engine_type
#define M_rc_triggered_chid chid
#define M_rc_triggered_gfid gfid
#define M_rc_triggered_exceptLevel except_level
#define M_rc_triggered_exceptType except_type
#define M_rc_triggered_scope scope
#define M_rc_triggered_partitionAttributionId partition_attribution_id
#define M_os_error_log_exceptType error.except_type
#define M_os_error_log_runlistId error.runlist_id
#define M_os_error_log_chid error.chid
#define M_os_error_log_errString error.text
#define M_os_error_log_preemptiveRemovalPreviousXid preemptive_removal_previous_xid
#define M_plugin_triggered_gfid gfid
#define M_plugin_triggered_notifyIndex notify_index
#define M_device_info_table_baseIndex base_index
#define M_device_info_table_numEntries num_entries
#define M_device_info_table_bMore more
#define M_device_info_table_entries entries
#define M_gsp_features_firmwareVersion firmware_version
#define M_intr_table_tableLen count
#define M_intr_table_table table
#define M_system_info_535_gpuPhysAddr bars.gpu_phys_address
#define M_system_info_535_gpuPhysFbAddr bars.gpu_phys_fb_address
#define M_system_info_535_gpuPhysInstAddr bars.gpu_phys_inst_address
#define M_system_info_535_nvDomainBusDeviceFunc domain_bus_device_func
#define M_system_info_535_simAccessBufPhysAddr sim_access_buf_address
#define M_system_info_535_pcieAtomicsOpMask limits.pcie_atomics_op_mask
#define M_system_info_535_consoleMemSize limits.console_mem_bytes
#define M_system_info_535_maxUserVa limits.max_user_va
#define M_system_info_535_pciConfigMirrorBase limits.pci_config_mirror_base
#define M_system_info_535_pciConfigMirrorSize limits.pci_config_mirror_bytes
#define M_system_info_535_oorArch oor_arch
#define M_system_info_535_clPdbProperties cl_pdb_properties
#define M_system_info_535_Chipset chipset
#define M_system_info_535_bGpuBehindBridge gpu_behind_bridge
#define M_system_info_535_FHBBusInfo fhb_bus_info
#define M_system_info_535_chipsetIDInfo chipset_id_info
#define M_system_info_535_acpiMethodData acpi_method_data
#define M_system_info_535_hypervisorType hypervisor_type
#define M_system_info_535_bIsPassthru is_passthru
#define M_system_info_535_sysTimerOffsetNs sys_timer_offset_ns
#define M_system_info_535_gspVFInfo vf_info
#define M_static_info_535_grCapsBits head.gr_caps
#define M_static_info_535_gidIndex head.gid_index
#define M_static_info_535_gpcInfo gpcs.gpc_mask
#define M_static_info_535_tpcInfo gpcs.tpc_info
#define M_static_info_535_zcullInfo gpcs.zcull_info
#define M_static_info_535_SKUInfo sku_info
#define M_static_info_535_fbRegionInfoParams fb_regions
#define M_static_info_535_computeBrandingType compute_branding
#define M_static_info_535_sriovCaps sriov_caps
#define M_static_info_535_sriovMaxGfid tail.sriov_max_gfid
#define M_static_info_535_engineCaps tail.engine_caps
#define M_static_info_535_SM_info tail.sm_info
#define M_static_info_535_poisonFuseEnabled tail.poison_fuse_enabled
#define M_static_info_535_fb_length tail.fb_bytes
#define M_static_info_535_gpuNameString tail.names.gpu_name
#define M_static_info_535_gpuShortNameString tail.names.gpu_short_name
#define M_static_info_535_gpuNameString_Unicode tail.names.gpu_name_unicode
#define M_static_info_535_bar1PdeBase tail.rm.bar1_pde_base
#define M_static_info_535_bar2PdeBase tail.rm.bar2_pde_base
#define M_static_info_535_hInternalClient tail.rm.h_internal_client
#define M_static_info_535_hInternalDevice tail.rm.h_internal_device
#define M_static_info_535_hInternalSubdevice tail.rm.h_internal_subdevice
#define M_sriov_caps_535_totalVFs total_vfs
#define M_sriov_caps_535_FirstVFBarAddress first_vf_bar_address
#define M_sriov_caps_535_barSize vf_bar_bytes
#define M_sriov_caps_535_b64bitBar bar_is_64bit
#define M_sriov_caps_535_bSriovEnabled sriov_enabled
#define M_sriov_caps_535_bEmulateVFBar0TlbInvalidationRegister emulate_vf_bar0_tlb_invalidate
#define M_gsp_args_535_sharedMemPhysAddr msgq.shared_mem_phys_addr
#define M_gsp_args_535_pageTableEntryCount msgq.page_table_entry_count
#define M_gsp_args_535_cmdQueueOffset msgq.cmd_queue_offset
#define M_gsp_args_535_statQueueOffset msgq.stat_queue_offset
#define M_gsp_args_535_locklessCmdQueueOffset lockless_cmd_queue_offset
#define M_gsp_args_535_locklessStatQueueOffset lockless_stat_queue_offset
#define M_gsp_args_535_oldLevel sr.old_level
#define M_gsp_args_535_flags sr.flags
#define M_gsp_args_535_bInPMTransition sr.in_pm_transition
#define M_gsp_args_535_gpuInstance gpu_instance
#define M_gsp_args_535_profilerPa profiler_pa
#define M_gsp_args_535_profilerSize profiler_size
#define M_rc_triggered_535_nv2080EngineType engine_type
#define M_rc_triggered_535_chid chid
#define M_rc_triggered_535_exceptType except_type
#define M_rc_triggered_535_scope scope
#define M_rc_triggered_535_partitionAttributionId partition_attribution_id
#define M_os_error_log_535_exceptType except_type
#define M_os_error_log_535_runlistId runlist_id
#define M_os_error_log_535_chid chid
#define M_os_error_log_535_errString text

struct golden {
	const char *where;
	size_t want_offset, got_offset;
	size_t want_bytes, got_bytes;
};

#define TOTAL(s, bytes) { #s, 0, 0, bytes, sizeof(T_##s) },
#define FIELD(s, f, offset, bytes)                                                                 \
	{ #s "." #f, offset, offsetof(T_##s, M_##s##_##f), bytes, sizeof(((T_##s *)0)->M_##s##_##f) },

static const struct golden golden[] = {
#include "abi_golden_table.h"
};

/* References whose field spans several of ours: only the offset is comparable. */
static int spans_several(const struct golden *g)
{
	static const char *const names[] = { "static_info.gidInfo" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(g->where, names[i]))
			return 1;
	return 0;
}

static void test_every_field(void **state)
{
	size_t wrong = 0;

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		const struct golden *g = &golden[i];

		if (g->want_offset == g->got_offset &&
		    (g->want_bytes == g->got_bytes || spans_several(g)))
			continue;
		print_error("%s: references say offset 0x%zx, %zu bytes; kmod/abi has 0x%zx, %zu\n",
			    g->where, g->want_offset, g->want_bytes, g->got_offset, g->got_bytes);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* The host path speaks in these sizes; a structure missing from the table would go unnoticed. */
static void test_table_is_complete(void **state)
{
	assert_true(sizeof(golden) / sizeof(golden[0]) > 320);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_table_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
