//! A router and what hangs on it, in namespaces that go with the test. The router is this process: what it
//! drops and how long it holds packets back is the test's to say, and chance has a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use crate::tun;

/// The largest packet that a TUN device gives at once.
const PACKET: usize = 65_536;
/// Of what is lost by chance.
const SEED: u64 = 7;
/// Packets on their way at most; who sends more waits, as at a full queue of a router.
const HELD: usize = 65_536;

/// Namespaces of this test; `prefix` tells them from others'.
pub struct Network {
    prefix: String,
    weather: Arc<Mutex<Weather>>,
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

/// How packets to and from a site fare.
#[derive(Clone, Copy, Debug, Default)]
pub struct Air {
    /// Percent that is lost, each way.
    pub loss: u64,
    /// How long each is held back, each way.
    pub delay: Duration,
}

#[derive(Default)]
struct Weather {
    cut: BTreeSet<(u8, u8)>,
    air: BTreeMap<u8, Air>,
    random: u64,
}

impl Weather {
    /// When a packet goes on, in so long; never, when it is lost.
    fn passes(&mut self, from: u8, to: u8) -> Option<Duration> {
        if self.cut.contains(&(from, to)) {
            return None;
        }
        let airs = [from, to].map(|site| self.air.get(&site).copied().unwrap_or_default());
        let lost = airs.iter().any(|air| self.chance(air.loss));
        (!lost).then(|| airs.iter().map(|air| air.delay).sum())
    }

    fn chance(&mut self, percent: u64) -> bool {
        if percent == 0 {
            return false;
        }
        // SplitMix64.
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % 100 < percent
    }
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
        let weather = Weather {
            random: SEED,
            ..Weather::default()
        };
        let weather = Arc::new(Mutex::new(weather));
        let network = Self {
            prefix,
            weather,
            sites,
        };
        let lay = (1..=sites).map(|site| network.lay(site));
        let ends: Vec<File> = lay.collect::<Result<_, _>>()?;
        network.route(&ends).map_err(|error| error.to_string())?;
        Ok(network)
    }

    /// A site's namespace with one device, whose other end it gives.
    fn lay(&self, site: u8) -> Result<File, String> {
        let (name, device) = (self.name(site), format!("m{}s{site}", std::process::id()));
        ip(&format!("netns add {name}"))?;
        ip(&format!("-n {name} link set lo up"))?;
        let end = tun::open(&device).map_err(|error| format!("no TUN device: {error}"))?;
        ip(&format!("link set {device} netns {name}"))?;
        ip(&format!(
            "-n {name} addr add {}/24 dev {device}",
            address(site)
        ))?;
        ip(&format!("-n {name} link set {device} up"))?;
        ip(&format!("-n {name} route add default dev {device}"))?;
        Ok(end)
    }

    /// One thread for what each site sends, and one for what is held back. They end with the devices.
    fn route(&self, ends: &[File]) -> std::io::Result<()> {
        let (hold, held) = mpsc::sync_channel(HELD);
        let copies = || ends.iter().map(File::try_clone).collect::<Result<_, _>>();
        let to: Vec<File> = copies()?;
        std::thread::spawn(move || give_later(&held, &to));
        for (from, end) in (1..).zip(ends) {
            let (end, to) = (end.try_clone()?, copies()?);
            let (weather, hold) = (Arc::clone(&self.weather), hold.clone());
            std::thread::spawn(move || forward(from, end, &to, &weather, &hold));
        }
        Ok(())
    }

    pub fn name(&self, site: u8) -> String {
        format!("{}s{site}", self.prefix)
    }

    /// A program in a namespace.
    pub fn within(&self, namespace: &str, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace]).arg(program);
        command
    }

    pub fn cut(&self, cut: Cut) {
        self.weather().cut.extend(ways(cut));
    }

    pub fn heal(&self, cut: Cut) {
        let healed = ways(cut);
        self.weather().cut.retain(|way| !healed.contains(way));
    }

    pub fn air(&self, site: u8, air: Air) {
        self.weather().air.insert(site, air);
    }

    fn weather(&self) -> MutexGuard<'_, Weather> {
        lock(&self.weather)
    }
}

fn lock(weather: &Mutex<Weather>) -> MutexGuard<'_, Weather> {
    weather.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ways(cut: Cut) -> Vec<(u8, u8)> {
    match cut {
        Cut::Between(a, b) => vec![(a, b), (b, a)],
        Cut::OneWay(a, b) => vec![(a, b)],
    }
}

/// A packet that goes on later, and to whom.
type Held = (Instant, u8, Vec<u8>);

fn forward(
    from: u8,
    mut end: File,
    to: &[File],
    weather: &Mutex<Weather>,
    hold: &mpsc::SyncSender<Held>,
) {
    let mut packet = vec![0; PACKET];
    while let Ok(length) = end.read(&mut packet) {
        let packet = &packet[..length];
        let Some(site) = destination(packet).filter(|site| usize::from(*site) <= to.len()) else {
            continue;
        };
        match lock(weather).passes(from, site) {
            None => {}
            Some(Duration::ZERO) => give(to, site, packet),
            Some(delay) => {
                let held = (Instant::now() + delay, site, packet.to_vec());
                if hold.send(held).is_err() {
                    return;
                }
            }
        }
    }
}

/// The site that an IPv4 packet is for.
fn destination(packet: &[u8]) -> Option<u8> {
    match packet {
        [first, ..] if first >> 4 != 4 => None,
        _ => match packet.get(16..20)? {
            [10, 77, site, 2] if *site > 0 => Some(*site),
            _ => None,
        },
    }
}

/// A site that takes nothing, or is gone, loses the packet.
fn give(to: &[File], site: u8, packet: &[u8]) {
    let mut end = &to[usize::from(site) - 1];
    drop(end.write(packet));
}

/// Gives packets when they are due. Delays differ between sites, so they are put in order.
fn give_later(held: &mpsc::Receiver<Held>, to: &[File]) {
    let mut waiting: BTreeMap<(Instant, u64), (u8, Vec<u8>)> = BTreeMap::new();
    for number in 0.. {
        let next = waiting.first_key_value().map(|((due, _), _)| *due);
        let pause = next.map_or(Duration::from_secs(1), |due| {
            due.saturating_duration_since(Instant::now())
        });
        match held.recv_timeout(pause) {
            Ok((due, site, packet)) => _ = waiting.insert((due, number), (site, packet)),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
        while let Some(first) = waiting.first_entry()
            && first.key().0 <= Instant::now()
        {
            let (site, packet) = first.remove();
            give(to, site, &packet);
        }
    }
}

pub fn address(site: u8) -> String {
    format!("10.77.{site}.2")
}

impl Drop for Network {
    fn drop(&mut self) {
        for site in 1..=self.sites {
            // What was never made cannot be removed.
            drop(ip(&format!("netns del {}", self.name(site))));
        }
    }
}
