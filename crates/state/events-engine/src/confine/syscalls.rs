use std::collections::BTreeMap;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

use crate::Error;

/// Calls that a store of events has no use for. They fail with "not permitted"; the rest goes on.
///
/// The listening socket exists before the filter does, so that none need be opened afterwards.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setgroups,
];

pub(super) fn restrict() -> Result<String, Error> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(format!("not known on {}", std::env::consts::ARCH));
    };
    let program = program(arch).map_err(|error| Error::Confine(error.to_string()))?;
    match seccompiler::apply_filter_all_threads(&program) {
        Ok(()) => Ok("on".to_owned()),
        Err(error) => Err(Error::Confine(error.to_string())),
    }
}

fn program(arch: TargetArch) -> Result<BpfProgram, seccompiler::BackendError> {
    let refused: BTreeMap<i64, _> = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let errno = u32::try_from(libc::EPERM).expect("error numbers are positive");
    SeccompFilter::new(
        refused,
        SeccompAction::Allow,
        SeccompAction::Errno(errno),
        arch,
    )?
    .try_into()
}
