//! Processes, by their numbers.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// The processes that `parent` has started and that still run.
pub fn children(parent: u32) -> Vec<u32> {
    let numbers = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter(|pid| parent_of(*pid) == Some(parent))
        .collect()
}

/// The fourth column of `/proc/<pid>/stat`; the second is a name in brackets and may hold anything.
fn parent_of(pid: u32) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    let mut columns = rest.split(' ');
    if columns.next()? == "Z" {
        return None;
    }
    columns.next()?.parse().ok()
}

/// Whether a process is a `nats-server`.
pub fn is_bus(pid: u32) -> bool {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
    name.is_ok_and(|name| name.trim() == "nats-server")
}

/// A process that is gone already is what was wanted.
pub fn signal(pid: u32, signal: Signal) {
    kill_process(number(pid), signal).unwrap_or_default();
}

pub fn runs(pid: u32) -> bool {
    test_kill_process(number(pid)).is_ok()
}

fn number(pid: u32) -> Pid {
    Pid::from_raw(i32::try_from(pid).unwrap()).unwrap()
}

/// Asks until there is an answer, or fails.
pub async fn wait_for<T, F: Future<Output = Option<T>>>(what: &str, ask: impl Fn() -> F) -> T {
    let deadline = Instant::now() + Duration::from_secs(180);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited three minutes for {what}");
        // A pause between two looks at a condition; what is waited for is the condition.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
