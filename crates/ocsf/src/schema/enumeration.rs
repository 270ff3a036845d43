//! Enumerations: the values that an attribute may have, with their captions.

/// Values and captions of one attribute.
#[derive(Debug)]
pub struct Enumeration {
    pub members: Members,
}

/// Numbers in rising order, or texts in the order of their bytes; beside each its caption.
#[derive(Debug, Clone, Copy)]
pub enum Members {
    Integers(&'static [(i64, &'static str)]),
    Texts(&'static [(&'static str, &'static str)]),
}

impl Enumeration {
    /// Caption of a number: `1` → `Success`. `None` when it is no member.
    pub fn caption(&self, value: i64) -> Option<&'static str> {
        let Members::Integers(members) = self.members else {
            return None;
        };
        // Most enumerations count up from 0, so the member usually stands at its own number.
        if let Some((key, caption)) = usize::try_from(value).ok().and_then(|at| members.get(at))
            && *key == value
        {
            return Some(caption);
        }
        members
            .binary_search_by_key(&value, |(key, _)| *key)
            .ok()
            .map(|index| members[index].1)
    }

    /// Whether `value` is a member of an enumeration of texts.
    pub fn has_text(&self, value: &str) -> bool {
        match self.members {
            Members::Texts(members) => members
                .binary_search_by_key(&value, |(key, _)| *key)
                .is_ok(),
            Members::Integers(_) => false,
        }
    }

    /// The number whose caption this is, without regard to ASCII case: `success` → `1`.
    pub fn value_of(&self, caption: &str) -> Option<i64> {
        let Members::Integers(members) = self.members else {
            return None;
        };
        members
            .iter()
            .find(|(_, text)| text.eq_ignore_ascii_case(caption))
            .map(|(key, _)| *key)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::class;

    #[test]
    fn captions_of_dense_and_sparse_members() {
        let severity = class(1007)
            .unwrap()
            .attribute("severity_id")
            .unwrap()
            .enumeration
            .unwrap();
        assert_eq!(severity.caption(0), Some("Unknown"));
        assert_eq!(severity.caption(6), Some("Fatal"));
        assert_eq!(severity.caption(99), Some("Other"));
        assert_eq!(severity.caption(7), None);
        assert_eq!(severity.caption(-1), None);
        assert_eq!(severity.value_of("high"), Some(4));
    }

    #[test]
    fn members_that_are_texts() {
        let method = crate::object("http_request")
            .unwrap()
            .attribute("http_method")
            .unwrap();
        let method = method.enumeration.unwrap();
        assert!(method.has_text("GET"));
        assert!(!method.has_text("PROPFIND"));
        assert_eq!(method.caption(0), None);
    }
}
