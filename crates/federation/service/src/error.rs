use aurora_model::SiteId;

use crate::BadOption;

/// Why the federation does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Option(#[from] BadOption),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    /// What stands under a key was not written by this release.
    #[error("`{key}` does not hold what this release writes")]
    Damaged { key: String },
    #[error("the site directory cannot be believed: {0}")]
    Directory(#[from] crate::directory::Doubt),
    #[error("{0}")]
    Invitation(#[from] crate::invitation::BadInvitation),
    /// It is asked of a site whose role it is not.
    #[error("only the primary site does that: ask its operators")]
    NotPrimary,
    #[error("the primary site cannot join another one")]
    IsPrimary,
    #[error("this site has joined a mesh already: leave it first")]
    Joined,
    #[error("this site has not joined a mesh: `aurorasoc federation join CODE`")]
    NotJoined,
    #[error("the invitation is unknown, used, or too old: ask for a new one")]
    NotInvited,
    #[error(
        "nobody with the comparison code `{0}` asks to join: `aurorasoc federation status` lists who does"
    )]
    NoSuchCode(String),
    #[error("there is no site `{0}` in the directory")]
    NoSuchSite(String),
    #[error("the label `{0}` is another site's")]
    LabelTaken(String),
    #[error("an invitation is good for 1 to {most} minutes, not {asked}")]
    Minutes { asked: u64, most: u64 },
    #[error("links are not cut for drills here: set `federation.drills`")]
    NoDrills,
    #[error("direct links are off, and joining needs one: set `federation.direct.enabled`")]
    NoDoor,
    #[error("others cannot dial this site: set `federation.direct.advertise` to HOST:PORT")]
    NoAddress,
    #[error("the primary did not answer: {0}")]
    Unreachable(String),
    #[error("the primary refused: {0}")]
    Refused(String),
    /// The site's own keys are not those of the directory.
    #[error("the directory has another key for this site ({0}): was the data directory restored?")]
    NotOurKey(SiteId),
    #[error("a new key of this site waits for the primary to list it")]
    Rotating,
    #[error("the former key may count for {most} hours at most, not {asked}")]
    Overlap { asked: u64, most: u64 },
    #[error("it is not known whether a change was kept: the store failed")]
    Unsure,
    /// The part of the site that federates has ended.
    #[error("the federation is stopping")]
    Stopping,
}
