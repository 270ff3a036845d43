//! The site under a service manager.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::Place;

#[test]
fn the_service_manager_learns_of_start_and_end() {
    let place = Place::new();
    let path = place.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let hear = || {
        let mut bytes = [0; 64];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    };
    let mut site = place
        .command(&["serve", "--log", "warn"])
        .env("NOTIFY_SOCKET", &path)
        .spawn()
        .unwrap();
    assert_eq!(hear(), "READY=1");
    assert!(place.ok(&["status"]).contains("Local site"));
    kill_process(Pid::from_child(&site), Signal::TERM).unwrap();
    assert_eq!(hear(), "STOPPING=1");
    assert!(site.wait().unwrap().success());
}
