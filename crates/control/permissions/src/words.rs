//! The nouns and verbs of the taxonomy.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $($word:ident = $text:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($word),+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What something is done to.
    Resource:
    Alert = "alert",
    Approval = "approval",
    Audit = "audit",
    Backup = "backup",
    BreakGlass = "break_glass",
    Credential = "credential",
    DeadLetter = "dead_letter",
    Decision = "decision",
    Demo = "demo",
    Enrolment = "enrolment",
    Entity = "entity",
    Event = "event",
    Federation = "federation",
    Import = "import",
    Incident = "incident",
    Indicator = "indicator",
    Key = "key",
    Ledger = "ledger",
    Link = "link",
    Live = "live",
    Log = "log",
    Notify = "notify",
    Person = "person",
    Role = "role",
    Rule = "rule",
    Session = "session",
    Site = "site",
    Source = "source",
    Suppression = "suppression",
}

words! {
    /// What is done to it.
    Action:
    Add = "add",
    Assert = "assert",
    Cancel = "cancel",
    Change = "change",
    Check = "check",
    Close = "close",
    Create = "create",
    CreateSevere = "create_severe",
    Cut = "cut",
    Decide = "decide",
    Diagnose = "diagnose",
    End = "end",
    Erase = "erase",
    Grant = "grant",
    Heal = "heal",
    Import = "import",
    Invite = "invite",
    Issue = "issue",
    Join = "join",
    Leave = "leave",
    Lift = "lift",
    List = "list",
    MakeAdministrator = "make_administrator",
    Migrate = "migrate",
    Note = "note",
    Open = "open",
    Own = "own",
    Preview = "preview",
    Read = "read",
    Recover = "recover",
    Release = "release",
    Reload = "reload",
    Remove = "remove",
    Reopen = "reopen",
    Replay = "replay",
    Restore = "restore",
    Revert = "revert",
    Revoke = "revoke",
    RevokeAny = "revoke_any",
    Rotate = "rotate",
    Search = "search",
    Set = "set",
    ShutDown = "shut_down",
    Start = "start",
    Test = "test",
    TokenCreate = "token_create",
    TokenRevoke = "token_revoke",
    Verify = "verify",
    Wipe = "wipe",
}
