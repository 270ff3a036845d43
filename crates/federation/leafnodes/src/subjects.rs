//! Subjects between sites: `aurora.federation.<lane>.<from>.<to>`, and `aurora.federation.here.<from>`,
//! on which a site says that it is there.

use bytes::Bytes;

/// What a frame is for, so that operators see it in the subject. The mesh does not rely on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    Alerts,
    Pull,
    Health,
}

/// Who is there, or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Here,
    Leaving,
}

/// What a subject says, with the sender's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken<'s> {
    Frame { from: &'s str },
    Presence { from: &'s str },
}

/// What a site's user may do, at its own server and at its hub; everything else is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

impl Lane {
    const ALL: [Self; 3] = [Self::Alerts, Self::Pull, Self::Health];

    const fn name(self) -> &'static str {
        match self {
            Self::Alerts => "alerts",
            Self::Pull => "pull",
            Self::Health => "health",
        }
    }

    /// By the first letters of a frame: a CBOR map of one entry, whose key names its kind.
    pub(crate) fn of(frame: &[u8]) -> Self {
        match frame {
            [0xa1, 0x61, b'a', ..] => Self::Alerts,
            [0xa1, 0x61, b'b' | b'e' | b'q' | b'h' | b's' | b'd', ..] => Self::Health,
            _ => Self::Pull,
        }
    }
}

impl Presence {
    pub(crate) const fn bytes(self) -> Bytes {
        Bytes::from_static(match self {
            Self::Here => b"here",
            Self::Leaving => b"leaving",
        })
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        match bytes {
            b"here" => Some(Self::Here),
            b"leaving" => Some(Self::Leaving),
            _ => None,
        }
    }
}

/// Whether it can be a site's name in a subject, and no other subject comes of it.
pub(crate) fn is_label(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(fits)
}

pub(crate) fn frame(lane: Lane, from: &str, to: &str) -> String {
    format!("aurora.federation.{}.{from}.{to}", lane.name())
}

pub(crate) fn here(from: &str) -> String {
    format!("aurora.federation.here.{from}")
}

/// Every lane from one site to another, for accounts: the sender's rights say which lanes there are.
pub(crate) fn between(from: &str, to: &str) -> String {
    format!("aurora.federation.*.{from}.{to}")
}

/// The rights of the site with this name.
pub fn rights(site: &str) -> Rights {
    let lanes = |subject: fn(&str, &str) -> String| {
        Lane::ALL.map(|lane| subject(lane.name(), site)).to_vec()
    };
    let mut publish = lanes(|lane, site| format!("aurora.federation.{lane}.{site}.*"));
    publish.push(here(site));
    let mut subscribe = lanes(|lane, site| format!("aurora.federation.{lane}.*.{site}"));
    subscribe.push(here("*"));
    Rights { publish, subscribe }
}

/// Reads a subject that was sent to `site`.
pub(crate) fn read<'s>(subject: &'s str, site: &str) -> Option<Spoken<'s>> {
    let rest = subject.strip_prefix("aurora.federation.")?;
    let mut parts = rest.split('.');
    let lane = parts.next()?;
    let from = parts.next().filter(|from| is_label(from))?;
    match (lane, parts.next(), parts.next()) {
        ("here", None, None) => Some(Spoken::Presence { from }),
        (lane, Some(to), None) if to == site && Lane::ALL.iter().any(|l| l.name() == lane) => {
            Some(Spoken::Frame { from })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_as_they_are_made() {
        for lane in Lane::ALL {
            let subject = frame(lane, "site-a", "site-b");
            let from = "site-a";
            assert_eq!(read(&subject, "site-b"), Some(Spoken::Frame { from }));
            assert_eq!(read(&subject, "site-c"), None, "it is somebody else's");
        }
        let from = "site-a";
        assert_eq!(read(&here(from), "site-b"), Some(Spoken::Presence { from }));
        for subject in [
            "aurora.raw.7",
            "aurora.federation",
            "aurora.federation.here",
            "aurora.federation.here.site-a.site-b",
            "aurora.federation.else.site-a.site-b",
            "aurora.federation.pull.site-a.site-b.more",
            "aurora.federation.pull..site-b",
        ] {
            assert_eq!(read(subject, "site-b"), None, "{subject}");
        }
    }

    #[test]
    fn every_subject_of_ours_is_within_our_rights() {
        let rights = rights("site-a");
        for lane in Lane::ALL {
            let start = format!("aurora.federation.{}.", lane.name());
            assert!(rights.publish.contains(&format!("{start}site-a.*")));
            assert!(rights.subscribe.contains(&format!("{start}*.site-a")));
        }
        assert_eq!((rights.publish.len(), rights.subscribe.len()), (4, 4));
    }
}
