//! A router and what hangs on it, in namespaces that go with the test.

use std::process::Command;

/// Namespaces of this test; `prefix` tells them from others'.
pub struct Network {
    prefix: String,
    sites: u8,
}

/// What does not pass the router any more.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// Nothing between the two, and nobody is told: packets vanish.
    Between(u8, u8),
    /// Nothing from the first to the second; the way back is open.
    OneWay(u8, u8),
}

fn ip(arguments: &str) -> Result<(), String> {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let run = Command::new("ip").args(&words).output();
    let run = run.map_err(|error| format!("`ip` does not run: {error}"))?;
    if run.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&run.stderr);
    Err(format!("`ip {arguments}`: {}", said.trim()))
}

impl Network {
    /// Why not, where namespaces cannot be made.
    pub fn new(sites: u8) -> Result<Self, String> {
        let prefix = format!("mesh{}", std::process::id());
        let network = Self { prefix, sites };
        network.lay()?;
        Ok(network)
    }

    fn lay(&self) -> Result<(), String> {
        let router = self.router();
        ip(&format!("netns add {router}"))?;
        ip(&format!("-n {router} link set lo up"))?;
        for site in 1..=self.sites {
            let (name, mine, its) = (self.name(site), format!("s{site}"), format!("r{site}"));
            ip(&format!("netns add {name}"))?;
            ip(&format!("-n {name} link set lo up"))?;
            ip(&format!(
                "link add {mine} netns {name} type veth peer name {its} netns {router}"
            ))?;
            ip(&format!(
                "-n {name} addr add {}/24 dev {mine}",
                address(site)
            ))?;
            ip(&format!("-n {router} addr add 10.77.{site}.1/24 dev {its}"))?;
            ip(&format!("-n {name} link set {mine} up"))?;
            ip(&format!("-n {router} link set {its} up"))?;
            ip(&format!("-n {name} route add default via 10.77.{site}.1"))?;
        }
        let forward = "echo 1 > /proc/sys/net/ipv4/ip_forward";
        let run = self.within(&router, "sh").args(["-c", forward]).status();
        match run.is_ok_and(|status| status.success()) {
            true => Ok(()),
            false => Err("a namespace may not forward".to_owned()),
        }
    }

    fn router(&self) -> String {
        format!("{}r", self.prefix)
    }

    pub fn name(&self, site: u8) -> String {
        format!("{}s{site}", self.prefix)
    }

    /// A program in a namespace.
    pub fn within(&self, namespace: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace, program]);
        command
    }

    pub fn cut(&self, cut: Cut) {
        self.each(cut, "add");
    }

    pub fn heal(&self, cut: Cut) {
        self.each(cut, "del");
    }

    fn each(&self, cut: Cut, verb: &str) {
        let router = self.router();
        let ways = match cut {
            Cut::Between(a, b) => vec![(a, b), (b, a)],
            Cut::OneWay(a, b) => vec![(a, b)],
        };
        for (from, to) in ways {
            let rule = format!("from 10.77.{from}.0/24 to 10.77.{to}.0/24 pref 100 blackhole");
            ip(&format!("-n {router} rule {verb} {rule}")).unwrap();
        }
    }
}

pub fn address(site: u8) -> String {
    format!("10.77.{site}.2")
}

impl Drop for Network {
    fn drop(&mut self) {
        let sites = (1..=self.sites).map(|site| self.name(site));
        for name in sites.chain([self.router()]) {
            // What was never made cannot be removed.
            drop(ip(&format!("netns del {name}")));
        }
    }
}
