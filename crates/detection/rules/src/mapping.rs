use std::sync::LazyLock;

use crate::Error;
use crate::fields::Fields;
use crate::logsource::LogSources;
use crate::windows::Windows;

/// The tables that lead from rules to events.
pub struct Mapping {
    pub(crate) windows: Windows,
    pub(crate) fields: Fields,
    pub(crate) logsources: LogSources,
}

impl Mapping {
    /// The tables under `content/`, as shipped in this binary: a constant, read by whoever asks first.
    ///
    /// # Errors
    /// [`Error::Table`] when one is damaged, which the tests rule out for a released binary.
    pub fn shipped() -> Result<&'static Self, &'static Error> {
        static SHIPPED: LazyLock<Result<Mapping, Error>> = LazyLock::new(Mapping::read);
        SHIPPED.as_ref()
    }

    fn read() -> Result<Self, Error> {
        let windows = Windows::shipped()?;
        let fields = Fields::shipped(&windows)?;
        let logsources = LogSources::shipped(&windows)?;
        Ok(Self {
            windows,
            fields,
            logsources,
        })
    }
}
