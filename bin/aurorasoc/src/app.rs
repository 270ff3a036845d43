use std::io::IsTerminal as _;

use aurora_client::Client;
use aurora_clock::{Clock as _, SystemClock, Timestamp};
use aurora_node::DataDir;

use crate::args::Global;
use crate::instance;
use crate::output::{self, Screen};
use crate::settings::Settings;

/// What every command works with.
pub struct App {
    pub settings: Settings,
    pub screen: Screen,
    /// Speaks to the site of the data directory, should one run.
    pub client: Client,
    clock: SystemClock,
}

impl App {
    pub fn new(global: &Global) -> Self {
        let clock = SystemClock::new();
        let screen = Screen::standard(clock.now());
        Self::with(global, clock, screen)
    }

    fn with(global: &Global, clock: SystemClock, screen: Screen) -> Self {
        let settings = Settings::of(global);
        Self {
            client: Client::new(settings.socket()).with_approval(global.approval.clone()),
            settings,
            screen,
            clock,
        }
    }

    #[cfg(test)]
    pub fn for_tests() -> Self {
        let global = Global {
            data_dir: Some("/nowhere".into()),
            ..Global::default()
        };
        let look = output::Look::default();
        let screen = Screen::to(Box::new(std::io::sink()), look, Timestamp::from_millis(0));
        Self::with(&global, SystemClock::new(), screen)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The process that owns the data directory.
    pub fn owner(&self) -> Option<String> {
        instance::owner(&self.settings.data_dir)
    }

    pub fn colour_errors(&self) -> bool {
        output::colours(std::io::stderr().is_terminal())
    }

    /// A command to type next, complete for this data directory.
    pub fn command(&self, rest: &str) -> String {
        let chosen =
            std::env::var_os("AURORASOC_DATA_DIR").and_then(|dir| std::path::absolute(dir).ok());
        let usual = chosen.unwrap_or_else(DataDir::default_root);
        if self.settings.data_dir == usual {
            return format!("aurorasoc {rest}");
        }
        let dir = self.settings.data_dir.display().to_string();
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
        let dir = if dir.chars().all(plain) {
            dir
        } else {
            format!("'{}'", dir.replace('\'', r"'\''"))
        };
        format!("aurorasoc --data-dir {dir} {rest}")
    }
}
