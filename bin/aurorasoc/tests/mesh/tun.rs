//! The end of a wire into a namespace: a TUN device, whose packets this process reads and writes.
//!
//! `unsafe` is here alone: the kernel names a device by an ioctl that no crate of ours wraps.
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io;

use rustix::ioctl::{Opcode, Setter, ioctl};

/// `TUNSETIFF` of `linux/if_tun.h`.
const NAME: Opcode = 0x4004_54ca;
/// Whole IP packets and nothing before them: `IFF_TUN | IFF_NO_PI`.
const PACKETS: i16 = 0x1001;

/// `struct ifreq` of `linux/if.h`.
#[repr(C)]
struct Request {
    name: [u8; 16],
    flags: i16,
    rest: [u8; 22],
}

/// A new device in this process's namespace; it can be moved to another, and goes with the file.
pub fn open(name: &str) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/net/tun")?;
    let mut request = Request {
        name: [0; 16],
        flags: PACKETS,
        rest: [0; 22],
    };
    // One byte stays zero, as the kernel wants it.
    let place = request.name[..15].iter_mut();
    place.zip(name.bytes()).for_each(|(to, from)| *to = from);
    // SAFETY: the opcode takes a pointer to a `struct ifreq`, which `Request` is, and keeps none.
    unsafe { ioctl(&file, Setter::<NAME, Request>::new(request)) }?;
    Ok(file)
}
