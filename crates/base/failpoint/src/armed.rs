use rustix::process::{Signal, getpid, kill_process};

/// Ends the process, with no word to anybody, when the file names this place.
pub(crate) fn end_at(name: &str) {
    let Some(file) = std::env::var_os(crate::ARMED) else {
        return;
    };
    let armed = std::fs::read_to_string(file).is_ok_and(|text| text.trim() == name);
    if armed && kill_process(getpid(), Signal::KILL).is_ok() {
        // The signal is on its way to every thread, this one too.
        loop {
            std::thread::park();
        }
    }
}
