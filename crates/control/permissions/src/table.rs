//! The taxonomy. An administrator may do everything here, so `admin` stands in no line.

use crate::Role;
use crate::Role::{Analyst, Auditor, DetectionEngineer, Operator, Responder, Service, Viewer};
use crate::words::Action::*;
use crate::words::Resource::{
    Alert, Approval, Audit, Backup, BreakGlass, Credential, DeadLetter, Decision, Demo, Enrolment,
    Entity, Event, Federation, Incident, Indicator, Key, Ledger, Link, Live, Log, Notify, Person,
    Rule, Session, Site, Source, Suppression,
};
use crate::words::{Action, Resource};

/// One permission: what it is, who has it, and what it needs beyond that.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub resource: Resource,
    pub action: Action,
    pub who: Who,
    pub needs: Needs,
    /// What it allows, after "may".
    pub allows: &'static str,
}

/// The built-in roles that have a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// These, and administrators.
    Roles(&'static [Role]),
    /// Whoever is signed in, with whatever roles: their own session, their own credentials.
    Anyone,
}

/// What an action needs beyond a role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Needs {
    /// A fresh assertion of the actor, bound to exactly this action.
    pub step_up: bool,
    /// Other people who agree to exactly this action.
    pub approvers: u8,
    /// The actor must have authenticated within so many seconds.
    pub within_seconds: Option<u32>,
    /// Only the local operator, on the site's own machine.
    pub at_the_host: bool,
    /// The local operator, who holds the site's files and keys, needs no second person.
    pub host_alone: bool,
    /// Also under broken glass.
    pub always: bool,
}

const READERS: &[Role] = &[
    Analyst,
    Responder,
    DetectionEngineer,
    Operator,
    Viewer,
    Auditor,
];
const READERS_AND_SERVICES: &[Role] = &[
    Analyst,
    Responder,
    DetectionEngineer,
    Operator,
    Viewer,
    Auditor,
    Service,
];
const TRIAGE: &[Role] = &[Analyst, Responder];
const DETECTION: &[Role] = &[Analyst, Responder, DetectionEngineer];
const HUNTERS: &[Role] = &[Analyst, Responder, DetectionEngineer, Auditor, Service];
const WORKERS: &[Role] = &[Analyst, Responder, DetectionEngineer, Operator];
const ENGINEERS: &[Role] = &[DetectionEngineer];
const OPERATORS: &[Role] = &[Operator];
const OVERSEERS: &[Role] = &[Operator, Auditor];
const NOBODY_ELSE: &[Role] = &[];

/// Every permission there is, by resource. The order is of no meaning to anybody but people.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    row(Alert, Read,        READERS_AND_SERVICES, "see alerts, their evidence, and what is not shown"),
    row(Alert, Own,         TRIAGE, "take an alert"),
    row(Alert, Release,     TRIAGE, "give an alert back"),
    row(Alert, Close,       TRIAGE, "close an alert"),
    row(Alert, Reopen,      TRIAGE, "take a closing back"),

    row(Suppression, Read,    READERS, "see suppressions and what they hid"),
    row(Suppression, Preview, DETECTION, "see what a suppression would have hidden"),
    row(Suppression, Create,  DETECTION, "keep later matches of a rule out of the queue"),
    row(Suppression, CreateSevere, &[Responder, DetectionEngineer], "do so for a rule of high or critical severity").step_up().approvers(1).host_alone(),
    row(Suppression, Lift,    DETECTION, "end a suppression"),

    row(Incident, Read,     READERS_AND_SERVICES, "see incidents"),
    row(Incident, Own,      TRIAGE, "take an incident"),
    row(Incident, Release,  TRIAGE, "give an incident back"),
    row(Incident, Close,    TRIAGE, "close an incident"),
    row(Incident, Reopen,   TRIAGE, "take a closing back"),
    row(Incident, Note,     TRIAGE, "write a note"),

    row(Entity, Read,       READERS_AND_SERVICES, "see hosts, users, addresses, devices and accounts"),
    row(Entity, Set,        WORKERS, "say an entity's owner, criticality or a note"),

    row(Event, Search,      HUNTERS, "search all events"),

    row(Rule, Read,         READERS_AND_SERVICES, "see rules, their versions, health and coverage"),
    row(Rule, Test,         DETECTION, "lint, try, explain and backtest rules"),
    row(Rule, Import,       ENGINEERS, "put rules in force"),
    row(Rule, Reload,       ENGINEERS, "put the rule folders in force"),
    row(Rule, Revert,       ENGINEERS, "put an earlier version of a rule back in force"),

    row(Indicator, Read,    READERS, "see sets of indicators"),
    row(Indicator, Check,   HUNTERS, "ask whether a value is an indicator"),
    row(Indicator, Import,  &[DetectionEngineer, Service], "put a set of indicators in force"),
    row(Indicator, Remove,  ENGINEERS, "take a set of indicators out of force"),

    row(Notify, Read,       WORKERS, "see the ways by which people are told"),
    row(Notify, Test,       OPERATORS, "send a test message"),

    row(Source, Read,       READERS_AND_SERVICES, "see sources and how fresh they are"),
    row(Source, TokenCreate, OPERATORS, "make a token for pushing records"),
    row(Source, TokenRevoke, OPERATORS, "revoke a token"),

    row(DeadLetter, Read,   &[Analyst, Responder, DetectionEngineer, Operator, Auditor], "see records that became no event"),
    row(DeadLetter, Replay, &[DetectionEngineer, Operator], "send them through the parsers again"),

    row(Resource::Import, Read,   READERS, "see imports"),
    row(Resource::Import, Start,  OPERATORS, "read a file of the site's machine").at_the_host(),
    row(Resource::Import, Cancel, OPERATORS, "stop an import"),

    row(Demo, Start,        OPERATORS, "play the demonstration"),
    row(Demo, Wipe,         OPERATORS, "remove everything the demonstration brought").step_up(),

    row(Ledger, Read,       READERS_AND_SERVICES, "see the ledgers"),
    row(Live, Read,         READERS, "follow what happens, as it happens"),
    row(Decision, Read,     OVERSEERS, "see who decided what, when and why"),

    row(Audit, Read,        OVERSEERS, "copy the audit log and its proofs off the site").at_the_host(),
    row(Audit, Erase,       NOBODY_ELSE, "take records out of the audit log, leaving their proofs").step_up().approvers(1).always(),

    row(Site, Read,         READERS_AND_SERVICES, "see how the site is"),
    row(Site, Diagnose,     OVERSEERS, "run the doctor"),
    row(Site, Start,        OPERATORS, "start a site or a part of it").at_the_host(),
    row(Site, ShutDown,     OPERATORS, "stop the site").at_the_host(),
    row(Log, Read,          OPERATORS, "read the site's own log").at_the_host(),

    row(Federation, Invite,  OPERATORS, "invite a site into the mesh").within_minutes(60),
    row(Federation, Join,    OPERATORS, "ask a mesh's primary to let this site in").within_minutes(60),
    row(Federation, Verify,  OPERATORS, "say that the codes of two sites were compared").within_minutes(60),
    row(Federation, Leave,   OPERATORS, "leave the mesh, or take a site out of it").within_minutes(60),
    row(Federation, Rotate,  OPERATORS, "replace this site's key among sites").within_minutes(60),
    row(Federation, Cut,     OPERATORS, "cut the link to another site for a drill"),
    row(Federation, Heal,    OPERATORS, "take such a cut back"),

    row(Backup, Create,     OPERATORS, "copy everything the site keeps").at_the_host(),
    row(Backup, Restore,    NOBODY_ELSE, "fill an empty site from a copy").at_the_host(),
    row(Backup, Migrate,    NOBODY_ELSE, "move what is kept to another store").at_the_host(),

    anyone(Session, Read,      "see one's own sessions"),
    anyone(Session, End,       "end one's own sessions"),
    row(Session, List,      &[Auditor], "see everybody's sessions"),
    row(Session, RevokeAny, NOBODY_ELSE, "end somebody's sessions"),
    row(Link, Create,       OPERATORS, "make a one-time link into the console").at_the_host(),

    anyone(Credential, Read,   "see one's own passkeys and codes"),
    anyone(Credential, Add,    "add a password, passkey or code generator of one's own").within_minutes(15),
    anyone(Credential, Remove, "remove one of one's own").within_minutes(15),

    anyone(Key, Read,          "see one's own API keys"),
    row(Key, Create,        WORKERS, "make an API key of one's own, which may do no more than its maker").within_minutes(60),
    anyone(Key, Revoke,        "revoke one's own API keys"),
    row(Key, List,          &[Auditor], "see everybody's API keys"),
    row(Key, RevokeAny,     NOBODY_ELSE, "revoke somebody's API keys"),
    row(Key, Issue,         NOBODY_ELSE, "make an API key of somebody").at_the_host(),

    row(Person, Read,       &[Auditor], "see accounts"),
    row(Person, Create,     NOBODY_ELSE, "make an account").step_up(),
    row(Person, Change,     NOBODY_ELSE, "disable, unlock or name an account, or say whose alias it is").step_up(),
    row(Person, Recover,    NOBODY_ELSE, "make a one-time link for somebody").at_the_host(),
    row(Person, MakeAdministrator, NOBODY_ELSE, "make somebody an administrator").step_up().approvers(1).host_alone().always(),

    row(Resource::Role, Read,  READERS, "see roles and what they may"),
    row(Resource::Role, Grant, NOBODY_ELSE, "give or take roles other than administrator").step_up(),
    row(Resource::Role, Change, NOBODY_ELSE, "make, change or remove roles of the site's own").step_up().approvers(1).host_alone().always(),

    row(Enrolment, Read,    OVERSEERS, "see who may join and who has"),
    row(Enrolment, Create,  OPERATORS, "let a machine join").within_minutes(60),
    row(Enrolment, Revoke,  OPERATORS, "take that back"),

    row(Approval, Read,     &[Analyst, Responder, DetectionEngineer, Operator, Auditor], "see what waits for approval"),
    row(Approval, Decide,   WORKERS, "approve or deny what one may do oneself"),
    anyone(Approval, Assert, "prove who one is, for what one asked for or approves"),
    anyone(Approval, Cancel,   "take back what one asked for"),
    row(BreakGlass, Open,   NOBODY_ELSE, "act alone for 60 minutes").step_up().approvers(1).always(),
    row(BreakGlass, End,    NOBODY_ELSE, "end that"),
];

const fn row(
    resource: Resource,
    action: Action,
    roles: &'static [Role],
    allows: &'static str,
) -> Row {
    Row {
        resource,
        action,
        who: Who::Roles(roles),
        needs: Needs::NOTHING,
        allows,
    }
}

const fn anyone(resource: Resource, action: Action, allows: &'static str) -> Row {
    Row {
        who: Who::Anyone,
        ..row(resource, action, &[], allows)
    }
}

impl Row {
    const fn step_up(mut self) -> Self {
        self.needs.step_up = true;
        self
    }

    const fn approvers(mut self, people: u8) -> Self {
        self.needs.approvers = people;
        self
    }

    const fn within_minutes(mut self, minutes: u32) -> Self {
        self.needs.within_seconds = Some(minutes * 60);
        self
    }

    const fn at_the_host(mut self) -> Self {
        self.needs.at_the_host = true;
        self
    }

    const fn always(mut self) -> Self {
        self.needs.always = true;
        self
    }

    const fn host_alone(mut self) -> Self {
        self.needs.host_alone = true;
        self
    }
}

impl Who {
    /// Whether a built-in role has the permission.
    pub fn includes(self, role: Role) -> bool {
        match self {
            Self::Anyone => true,
            Self::Roles(roles) => role == Role::Admin || roles.contains(&role),
        }
    }
}

impl Needs {
    pub const NOTHING: Self = Self {
        step_up: false,
        approvers: 0,
        within_seconds: None,
        at_the_host: false,
        host_alone: false,
        always: false,
    };

    /// Whether a request must be bound to the action's hash before it is done.
    pub const fn binding(self) -> bool {
        self.step_up || self.approvers > 0
    }
}

impl std::fmt::Display for Needs {
    /// `step-up, 1 other person`; nothing when nothing is needed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if self.at_the_host {
            parts.push("at the host".to_owned());
        }
        if self.step_up {
            parts.push("step-up".to_owned());
        }
        match (self.approvers, self.host_alone) {
            (0, _) => {}
            (1, false) => parts.push("another person".to_owned()),
            (1, true) => parts.push("another person (not at the host)".to_owned()),
            (people, _) => parts.push(format!("{people} other people")),
        }
        if self.always {
            parts.push("also under broken glass".to_owned());
        }
        if let Some(seconds) = self.within_seconds {
            parts.push(format!("signed in within {} min", seconds / 60));
        }
        f.write_str(&parts.join(", "))
    }
}
