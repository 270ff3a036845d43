//! The configuration of a site's server, but for where it stands: accounts, rights, leafnodes.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use aurora_nats_server::quoted;

use crate::options::HubAddress;
use crate::subjects::{between, here, rights};

/// A frame of the largest size, and what stands around it.
const MAX_PAYLOAD: usize = aurora_federation_carrier::MAX_FRAME_BYTES + 64 * 1024;

/// What a server of the mesh is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// This site's name.
    pub label: String,
    /// Where the certificates are.
    pub dir: PathBuf,
    /// What this site is as a hub, should it be one.
    pub hub: Option<Hub>,
    /// The hubs that it attaches to.
    pub remotes: Vec<Remote>,
}

/// A hub elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    pub hub: HubAddress,
    /// Public key of the user that this site is in that hub's account.
    pub user: String,
    /// Whether the site directory has the hub's key. Without it nothing of the hub can be believed, and it is
    /// not dialled.
    pub is_known: bool,
}

/// A hub's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hub {
    pub listen: SocketAddr,
    /// Whether nobody else has that address. While somebody has it no other site attaches, and the server does
    /// all the rest.
    pub is_free: bool,
    /// Public key of the user that the hub's own site is.
    pub user: String,
    /// Everybody else who may attach.
    pub members: Vec<Member>,
}

/// A site that may attach to a hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub label: String,
    /// What its certificate says.
    pub spiffe: String,
}

/// The account through which a site speaks at a hub elsewhere. No site is called so.
fn account(hub: &str) -> String {
    format!("via_{hub}")
}

/// The file with what a hub's certificate is checked by.
pub(crate) fn hub_anchors(hub: &str) -> String {
    format!("hub-{hub}.pem")
}

pub(crate) const MEMBER_ANCHORS: &str = "members.pem";
pub(crate) const HUB_CERTIFICATE: &str = "hub.pem";
pub(crate) const HUB_KEY: &str = "hub.key";
pub(crate) const LEAF_CERTIFICATE: &str = "leaf.pem";
pub(crate) const LEAF_KEY: &str = "leaf.key";

/// Writes the configuration, but for what [`aurora_nats_server::Launch`] says.
///
/// There is no JetStream in it, and no `no_auth_user`: who shows nothing may do nothing.
pub fn config(config: &Config) -> String {
    let mut text = format!(
        "server_name: {}\nmax_payload: {MAX_PAYLOAD}\nping_interval: \"1s\"\nping_max: 2\n\
         write_deadline: \"2s\"\nlogfile_size_limit: 4194304\nlogfile_max_num: 2\naccounts {{\n",
        quoted(&config.label)
    );
    for Remote { hub, user, .. } in &config.remotes {
        let users = format!("users: [ {} ]", own_user(&config.label, user));
        put(
            &mut text,
            format_args!("  {} {{ {users} }}\n", quoted(account(&hub.label))),
        );
    }
    if let Some(hub) = &config.hub {
        text.push_str(&hub_accounts(&config.label, hub));
    }
    text.push_str("}\nleafnodes {\n  reconnect: \"250ms\"\n");
    if let Some(hub) = config.hub.as_ref().filter(|hub| hub.is_free) {
        text.push_str(&listener(config, hub.listen));
    }
    put(&mut text, format_args!("  remotes: [\n"));
    for known in config.remotes.iter().filter(|remote| remote.is_known) {
        text.push_str(&remote(config, &known.hub));
    }
    text.push_str("  ]\n}\n");
    text
}

fn put(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.write_fmt(more).expect("a string takes everything");
}

/// The user that this site's own process is: by its key, and from this machine alone.
fn own_user(label: &str, key: &str) -> String {
    format!(
        "{{ nkey: {key}, allowed_connection_types: [\"STANDARD\"], {} }}",
        permissions(label)
    )
}

/// The user that another site is: by its certificate, and as a leafnode alone.
fn member_user(member: &Member) -> String {
    format!(
        "{{ user: {}, allowed_connection_types: [\"LEAFNODE\"], {} }}",
        quoted(&member.spiffe),
        permissions(&member.label)
    )
}

fn permissions(label: &str) -> String {
    let rights = rights(label);
    let list = |subjects: &[String]| {
        let quoted: Vec<String> = subjects.iter().map(quoted).collect();
        quoted.join(", ")
    };
    format!(
        "permissions: {{ publish: {{ allow: [{}] }}, subscribe: {{ allow: [{}] }} }}",
        list(&rights.publish),
        list(&rights.subscribe)
    )
}

/// One account for each site, which gives every other site what is addressed to it, and no more.
fn hub_accounts(label: &str, hub: &Hub) -> String {
    let own = (label, own_user(label, &hub.user));
    let members = hub.members.iter();
    let members = members.map(|member| (member.label.as_str(), member_user(member)));
    let sites: Vec<(&str, String)> = std::iter::once(own).chain(members).collect();
    let mut text = String::new();
    for (label, user) in &sites {
        let others = sites.iter().map(|(other, _)| *other);
        let others: Vec<&str> = others.filter(|other| other != label).collect();
        put(
            &mut text,
            format_args!("  {} {{\n    users: [ {user} ]\n", quoted(label)),
        );
        text.push_str(&exchange(label, &others));
        text.push_str("  }\n");
    }
    text
}

fn exchange(label: &str, others: &[&str]) -> String {
    let mut text = "    exports: [\n".to_owned();
    for other in others {
        let (subject, to) = (quoted(between(label, other)), quoted(other));
        put(
            &mut text,
            format_args!("      {{ stream: {subject}, accounts: [{to}] }}\n"),
        );
    }
    let all: Vec<String> = others.iter().map(quoted).collect();
    if !all.is_empty() {
        let (subject, all) = (quoted(here(label)), all.join(", "));
        put(
            &mut text,
            format_args!("      {{ stream: {subject}, accounts: [{all}] }}\n"),
        );
    }
    text.push_str("    ]\n    imports: [\n");
    for other in others {
        for subject in [between(other, label), here(other)] {
            let (account, subject) = (quoted(other), quoted(subject));
            put(
                &mut text,
                format_args!("      {{ stream: {{ account: {account}, subject: {subject} }} }}\n"),
            );
        }
    }
    text.push_str("    ]\n");
    text
}

fn listener(config: &Config, listen: SocketAddr) -> String {
    format!(
        "  host: {}\n  port: {}\n  no_advertise: true\n  compression: off\n  tls {{\n    \
         cert_file: {}\n    key_file: {}\n    ca_file: {}\n    verify_and_map: true\n    \
         handshake_first: true\n    min_version: \"1.3\"\n    timeout: 2\n  }}\n",
        quoted(listen.ip()),
        listen.port(),
        file(&config.dir, HUB_CERTIFICATE),
        file(&config.dir, HUB_KEY),
        file(&config.dir, MEMBER_ANCHORS),
    )
}

fn remote(config: &Config, hub: &HubAddress) -> String {
    format!(
        "    {{ urls: [{}], account: {}, compression: off, first_info_timeout: \"2s\", tls {{\n      \
         cert_file: {}\n      key_file: {}\n      ca_file: {}\n      handshake_first: true\n      \
         min_version: \"1.3\"\n      timeout: 2\n    }} }}\n",
        quoted(format!("tls://{}", hub.address)),
        quoted(account(&hub.label)),
        file(&config.dir, LEAF_CERTIFICATE),
        file(&config.dir, LEAF_KEY),
        file(&config.dir, &hub_anchors(&hub.label)),
    )
}

fn file(dir: &Path, name: &str) -> String {
    quoted(dir.join(name).display())
}
