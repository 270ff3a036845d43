//! Profiles: sets of attributes that an event opts into by naming them in `metadata.profiles`.

use serde_json::Value;

use crate::generated::profiles::PROFILES;
use crate::generated::profiles_of_versions::MORE;

/// One of the profiles of the schema, or of another version that events are emitted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Profile(pub(crate) u8);

impl Profile {
    /// `cloud`, `linux/linux_users`.
    pub fn name(self) -> &'static str {
        let index = usize::from(self.0);
        let more = || MORE[index - PROFILES.len()];
        PROFILES.get(index).copied().unwrap_or_else(more)
    }
}

/// The profile of this name.
pub fn profile(name: &str) -> Option<Profile> {
    let index = PROFILES
        .iter()
        .chain(&MORE)
        .position(|profile| *profile == name)?;
    Some(Profile(
        u8::try_from(index).expect("no version has more than 31 profiles"),
    ))
}

/// The profiles that one event names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ProfileSet(u32);

impl ProfileSet {
    /// Reads `metadata.profiles`; unknown names bring nothing in and are ignored.
    pub fn of_event(event: &Value) -> Self {
        let names = event
            .get("metadata")
            .and_then(|metadata| metadata.get("profiles"));
        let names = names
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let bits = names.iter().filter_map(Value::as_str).filter_map(profile);
        Self(bits.fold(0, |set, profile| set | 1 << profile.0))
    }

    pub fn has(self, profile: Profile) -> bool {
        self.0 & 1 << profile.0 != 0
    }
}
