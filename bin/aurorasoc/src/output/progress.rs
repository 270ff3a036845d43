//! What is shown on standard error while something takes its time. Elsewhere than on a terminal
//! nothing is: logs are not for animation.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::clean;

/// Bytes of a file going in.
pub struct Progress(ProgressBar);

/// Events that are read, of so many.
pub struct Counting(ProgressBar);

/// One line that says what is waited for.
pub struct Waiting(ProgressBar);

impl Progress {
    /// `total` of 0 is unknown.
    pub fn new(name: &str, total: u64, quiet: bool) -> Self {
        let bar = if total > 0 {
            ProgressBar::new(total)
        } else {
            ProgressBar::no_length()
        };
        bar.set_draw_target(target(quiet));
        let template = if total > 0 {
            "{msg}  {wide_bar:.cyan} {bytes}/{total_bytes} {bytes_per_sec}  {prefix}  eta {eta}"
        } else {
            "{msg}  {spinner} {bytes} {bytes_per_sec}  {prefix}  {elapsed}"
        };
        let style = ProgressStyle::with_template(template).expect("the template is constant");
        bar.set_style(style);
        bar.set_message(clean(name).into_owned());
        Self(bar)
    }

    /// Where a resumed import begins: what was read before is no speed of ours.
    pub fn start_at(&self, bytes: u64) {
        self.0.set_position(bytes);
        self.0.reset_eta();
    }

    pub fn at(&self, bytes: u64, records: &str) {
        self.0.set_position(bytes);
        self.0.set_prefix(records.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Counting {
    pub fn new(name: &str, quiet: bool) -> Self {
        let bar = ProgressBar::no_length();
        bar.set_draw_target(target(quiet));
        let template =
            "{msg}  {wide_bar:.cyan} {human_pos}/{human_len} events  {per_sec}  eta {eta}";
        let style = ProgressStyle::with_template(template).expect("the template is constant");
        bar.set_style(style);
        bar.set_message(clean(name).into_owned());
        Self(bar)
    }

    pub fn at(&self, read: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(read);
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Waiting {
    pub fn new(quiet: bool) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_draw_target(target(quiet));
        Self(bar)
    }

    pub fn says(&self, text: &str) {
        self.0.set_message(clean(text).into_owned());
        self.0.tick();
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn target(quiet: bool) -> ProgressDrawTarget {
    if quiet || !std::io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    }
}
