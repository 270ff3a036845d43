use crate::error::{Error, Location};
use aurora_nearest::nearest;

/// A Sigma 2.1 value modifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    All,
    Base64,
    Base64Offset,
    Cased,
    Cidr,
    Contains,
    Day,
    EndsWith,
    Exists,
    Expand,
    FieldRef,
    Gt,
    Gte,
    Hour,
    IgnoreCase,
    Lt,
    Lte,
    Minute,
    Month,
    MultiLine,
    Neq,
    Re,
    SingleLine,
    StartsWith,
    Utf16,
    Utf16Be,
    Utf16Le,
    Week,
    Wide,
    Windash,
    Year,
}

impl Modifier {
    pub const ALL: [(Self, &'static str); 31] = [
        (Self::All, "all"),
        (Self::Base64, "base64"),
        (Self::Base64Offset, "base64offset"),
        (Self::Cased, "cased"),
        (Self::Cidr, "cidr"),
        (Self::Contains, "contains"),
        (Self::Day, "day"),
        (Self::EndsWith, "endswith"),
        (Self::Exists, "exists"),
        (Self::Expand, "expand"),
        (Self::FieldRef, "fieldref"),
        (Self::Gt, "gt"),
        (Self::Gte, "gte"),
        (Self::Hour, "hour"),
        (Self::IgnoreCase, "i"),
        (Self::Lt, "lt"),
        (Self::Lte, "lte"),
        (Self::Minute, "minute"),
        (Self::Month, "month"),
        (Self::MultiLine, "m"),
        (Self::Neq, "neq"),
        (Self::Re, "re"),
        (Self::SingleLine, "s"),
        (Self::StartsWith, "startswith"),
        (Self::Utf16, "utf16"),
        (Self::Utf16Be, "utf16be"),
        (Self::Utf16Le, "utf16le"),
        (Self::Week, "week"),
        (Self::Wide, "wide"),
        (Self::Windash, "windash"),
        (Self::Year, "year"),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(modifier, _)| *modifier == self)
            .map_or("", |(_, name)| name)
    }

    pub(crate) fn parse(word: &str, at: &Location) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(_, name)| *name == word);
        found.map(|(modifier, _)| *modifier).ok_or_else(|| {
            let names = || Self::ALL.iter().map(|(_, name)| *name);
            Error::UnknownModifier {
                at: at.clone(),
                modifier: word.to_owned(),
                nearest: nearest(word, names()).map(str::to_owned),
                known: names().collect::<Vec<_>>().join(", "),
            }
        })
    }

    /// Takes the value for something else than text; only one of these fits an item.
    pub(crate) fn is_kind(self) -> bool {
        use Modifier::*;
        matches!(self, Re | Cidr | Exists | FieldRef | Gt | Gte | Lt | Lte) || self.is_date_part()
    }

    pub(crate) fn is_date_part(self) -> bool {
        use Modifier::*;
        matches!(self, Minute | Hour | Day | Week | Month | Year)
    }

    pub(crate) fn is_comparison(self) -> bool {
        matches!(self, Self::Gt | Self::Gte | Self::Lt | Self::Lte)
    }

    pub(crate) fn is_regex_flag(self) -> bool {
        matches!(self, Self::IgnoreCase | Self::MultiLine | Self::SingleLine)
    }
}
