//! The carrier: its server, its connections, and who is heard.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_nats::Message;
use async_trait::async_trait;
use aurora_clock::Clock;
use aurora_federation_carrier::{
    Carrier, Counts, Event, Events, Figures, Inbox, Listening, MAX_FRAME_BYTES, Peer, Sent, events,
};
use aurora_model::SiteId;
use aurora_nats_server::{Launch, Server, Standing};
use aurora_secrets::{Secret, Signer};
use aurora_tasks::{Shutdown, Tasks};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{BoxStream, SelectAll, select_all};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::keeper::Keeper;
use crate::roll::Roll;
use crate::seen::Seen;
use crate::subjects::{self, Lane, Presence, Spoken};
use crate::way::{self, Ends, NAME, User, Way};
use crate::{Config, Error, FLOOR, Hub, Options, Remote};

/// How often a site says that it is there, and how often while somebody is missing.
const BEAT: Duration = Duration::from_secs(1);
const EAGER: Duration = Duration::from_millis(500);
/// How often silence is looked for.
const LOOK: Duration = Duration::from_millis(500);
/// Connections are not made anew more often than that, whoever asks.
const CALM: Duration = Duration::from_secs(30);
/// Before a connection to the server is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// Events that wait for the site.
const ROOM: usize = 256;
/// For the last word of a site that leaves.
const LEAVING: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);

/// What the carrier of a site needs.
#[derive(Debug)]
pub struct Start {
    pub site: SiteId,
    /// The site's name in the site directory.
    pub label: String,
    /// With the key that the directory has of this site.
    pub signer: Signer,
    /// Keys of the site's users at its own server follow from it.
    pub key: Secret<[u8; 32]>,
    /// `nats-server`; see [`aurora_nats_server::find`].
    pub program: PathBuf,
    /// The server's own folder.
    pub dir: PathBuf,
    pub options: Options,
    pub clock: Arc<dyn Clock>,
}

/// Carries frames over NATS leafnodes.
#[derive(Debug)]
pub struct Leafnodes {
    shared: Arc<Shared>,
    events: Events,
    peers: watch::Sender<Vec<Peer>>,
    signer: watch::Sender<Signer>,
    listening: watch::Receiver<Listening>,
    tasks: Tasks,
}

#[derive(Debug)]
struct Shared {
    label: String,
    roll: Mutex<Roll>,
    counts: Counts,
    copies: Mutex<BTreeMap<SiteId, Vec<u64>>>,
    /// None before the server first ran.
    ways: OnceLock<Vec<Way>>,
    /// Of this process, for frames' names.
    life: u64,
    frames: AtomicU64,
    /// The list of sites changed, or a way is to be opened again.
    nudge: Notify,
    /// Nothing comes over a way that looks open.
    stuck: AtomicBool,
    /// Somebody was heard who may not have heard us.
    greet: Notify,
}

impl Leafnodes {
    /// Starts the site's server and connects to it. Nobody is reached before
    /// [`Carrier::set_peers`]. An address for other sites that is taken, or a server that does not start, is
    /// tried again: [`Leafnodes::listening`] says so.
    ///
    /// # Errors
    /// When the server is too old or none, no hub is named, or its folder cannot be written.
    pub async fn start(start: Start) -> Result<Self, Error> {
        FLOOR.or_newer(&start.program).await?;
        let (base, users) = base(&start)?;
        let failed = |source| Error::File {
            path: start.dir.clone(),
            source,
        };
        std::fs::create_dir_all(&start.dir).map_err(failed)?;
        let (signer, signers) = watch::channel(start.signer.clone());
        let (told, mut standing) = watch::channel(Standing::Starting);
        let (listening, listens) = watch::channel(Listening::Nowhere);
        let mut keeper = Keeper {
            site: start.site,
            signer: start.signer,
            signers,
            clock: start.clock,
            base,
            hosts: hosts(&start.options),
            generation: 0,
            standing: standing.clone(),
            listening,
        };
        let launch = Launch {
            program: start.program,
            dir: start.dir,
            listen: ([127, 0, 0, 1], 0).into(),
        };
        let (body, bodies) = watch::channel(keeper.first()?);
        let (peers, changed) = watch::channel(Vec::new());
        let (inbox, events) = events(ROOM);
        let (tasks, shared) = (Tasks::new(), Arc::new(Shared::new(start.label)));
        tasks.spawn(
            "leafnodes-server",
            Server::run(launch, bodies, told, tasks.shutdown()),
        );
        tasks.spawn(
            "leafnodes-config",
            keeper.run(changed, body, tasks.shutdown()),
        );
        let opening = Opening {
            shared: shared.clone(),
            users,
            standing: standing.clone(),
            inbox,
        };
        tasks.spawn("leafnodes-hear", opening.run(tasks.shutdown()));
        // Its first word, whatever it is: nothing waits for a server that does not start.
        drop(standing.wait_for(|now| *now != Standing::Starting).await);
        Ok(Self {
            shared,
            events,
            peers,
            signer,
            listening: listens,
            tasks,
        })
    }

    /// Whether other sites' servers can attach to this one's, and whether it runs at all.
    pub fn listening(&self) -> watch::Receiver<Listening> {
        self.listening.clone()
    }

    /// Frames of a site that came over each hub, copies included: first those over this site's own server, if
    /// it is a hub, then over its hubs in the order of the options.
    pub fn copies(&self, site: SiteId) -> Vec<u64> {
        let copies = self.shared.copies();
        let none = || vec![0; self.shared.ways().len()];
        copies.get(&site).cloned().unwrap_or_else(none)
    }
}

/// The configuration without any site, and the users in its accounts.
fn base(start: &Start) -> Result<(Config, Vec<User>), Error> {
    let mut users = Vec::new();
    let mut user = |account: &str| {
        let user = User::new(&start.key, account)?;
        let public = user.public.clone();
        users.push(user);
        Ok::<_, Error>(public)
    };
    let hub = match start.options.listen {
        Some(listen) => Some(Hub::empty(listen, user(&start.label)?)),
        None => None,
    };
    let mut remotes = Vec::new();
    for hub in start.options.hubs()? {
        let user = user(&hub.label)?;
        remotes.push(Remote {
            hub,
            user,
            is_known: false,
        });
    }
    if users.is_empty() {
        return Err(Error::NoHub);
    }
    let base = Config {
        label: start.label.clone(),
        dir: start.dir.clone(),
        hub,
        remotes,
    };
    Ok((base, users))
}

/// Names in a hub's certificate.
fn hosts(options: &Options) -> Vec<String> {
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let listens = options.listen.map(|listen| listen.ip());
    let listens = listens.filter(|ip| !ip.is_unspecified() && !ip.is_loopback());
    hosts.extend(listens.map(|ip| ip.to_string()));
    hosts.extend(options.hostnames.iter().cloned());
    hosts
}

impl Shared {
    fn new(label: String) -> Self {
        let random = aurora_ids::Id128::random();
        let mut life = [0; 8];
        life.copy_from_slice(&random.as_bytes()[..8]);
        Self {
            label,
            roll: Mutex::default(),
            counts: Counts::default(),
            copies: Mutex::default(),
            ways: OnceLock::new(),
            life: u64::from_be_bytes(life),
            frames: AtomicU64::new(0),
            nudge: Notify::new(),
            stuck: AtomicBool::new(false),
            greet: Notify::new(),
        }
    }

    fn ways(&self) -> &[Way] {
        self.ways.get().map_or(&[], Vec::as_slice)
    }

    fn roll(&self) -> MutexGuard<'_, Roll> {
        self.roll.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn copies(&self) -> MutexGuard<'_, BTreeMap<SiteId, Vec<u64>>> {
        self.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A frame of the site came that way, for the first time or not.
    fn came(&self, site: SiteId, way: usize) {
        let mut copies = self.copies();
        let of = copies
            .entry(site)
            .or_insert_with(|| vec![0; self.ways().len()]);
        of[way] += 1;
    }

    async fn tell(&self, presence: Presence) {
        for way in self.ways() {
            way.tell(&self.label, presence).await;
        }
    }
}

/// What begins once the server runs.
struct Opening {
    shared: Arc<Shared>,
    users: Vec<User>,
    standing: watch::Receiver<Standing>,
    inbox: Inbox,
}

impl Opening {
    async fn run(mut self, shutdown: Shutdown) -> Result<(), Infallible> {
        let ends = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            ends = self.open() => ends,
        };
        let tasks = Tasks::under(shutdown.clone());
        let mut subscribers = Vec::new();
        for (number, ends) in ends.into_iter().enumerate() {
            let (heard, writer) = ends.split(shutdown.clone());
            tasks.spawn("leafnodes-send", writer);
            let heard = heard.into_iter();
            subscribers.extend(heard.map(|it| it.map(move |message| (number, message)).boxed()));
        }
        let here = say(self.shared.clone(), shutdown.clone());
        tasks.spawn("leafnodes-here", here);
        let ear = Ear {
            shared: self.shared,
            inbox: self.inbox,
            seen: HashMap::new(),
            reconnected: None,
        };
        ear.run(select_all(subscribers), shutdown).await
    }

    /// Connects as every user, however long the server takes.
    async fn open(&mut self) -> Vec<Ends> {
        loop {
            let running = |now: &Standing| matches!(now, Standing::Runs(_));
            let now = self.standing.wait_for(running).await.map(|now| now.clone());
            if let Ok(Standing::Runs(url)) = now {
                match self.connect(&url).await {
                    Ok(ends) => return ends,
                    Err(error) => tracing::warn!(
                        reason = aurora_tasks::chain(&error),
                        "cannot speak with the mesh's nats-server yet"
                    ),
                }
            }
            sleep(AGAIN).await;
        }
    }

    async fn connect(&self, url: &str) -> Result<Vec<Ends>, Error> {
        let (mut ways, mut all) = (Vec::new(), Vec::new());
        for user in &self.users {
            let (way, ends) = way::open(url, &self.shared.label, user).await?;
            ways.push(way);
            all.push(ends);
        }
        self.shared.ways.get_or_init(|| ways);
        Ok(all)
    }
}

/// Says that this site is there.
async fn say(shared: Arc<Shared>, shutdown: Shutdown) -> Result<(), Infallible> {
    loop {
        shared.tell(Presence::Here).await;
        let pause = if shared.roll().misses_somebody() {
            EAGER
        } else {
            BEAT
        };
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = sleep(pause) => {}
            () = shared.greet.notified() => {}
        }
    }
}

/// Whoever hears: the only one that tells the site who is connected.
struct Ear {
    shared: Arc<Shared>,
    inbox: Inbox,
    seen: HashMap<SiteId, Seen>,
    reconnected: Option<Instant>,
}

impl Ear {
    async fn run(
        mut self,
        mut messages: SelectAll<BoxStream<'static, (usize, Message)>>,
        shutdown: Shutdown,
    ) -> Result<(), Infallible> {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = self.shared.nudge.notified() => self.settle().await,
                _ = look.tick() => self.settle().await,
                message = messages.next() => match message {
                    Some((way, message)) => self.hear(way, message).await,
                    None => return Ok(()),
                },
            }
        }
    }

    async fn hear(&mut self, way: usize, message: Message) {
        let Some(spoken) = subjects::read(&message.subject, &self.shared.label) else {
            return;
        };
        let (Spoken::Frame { from } | Spoken::Presence { from }) = spoken;
        // Whoever is not on the list is not heard, whatever the hub let through.
        let Some(site) = self.shared.roll().site(from) else {
            return;
        };
        match spoken {
            Spoken::Presence { .. } => match Presence::read(&message.payload) {
                Some(Presence::Here) => {
                    let counts = self.shared.roll().counts(site, Instant::now());
                    if counts {
                        self.is_there(site).await;
                    }
                }
                Some(Presence::Leaving) => {
                    self.shared.roll().left(site);
                    self.settle().await;
                }
                None => {}
            },
            Spoken::Frame { .. } => {
                self.shared.came(site, way);
                self.frame(site, message).await;
            }
        }
    }

    async fn is_there(&self, site: SiteId) {
        if !self.shared.roll().heard(site, Instant::now()) {
            return;
        }
        self.shared.counts.connected(site);
        self.inbox.link(Event::Connected(site)).await;
        self.shared.greet.notify_one();
    }

    async fn frame(&mut self, site: SiteId, message: Message) {
        let name = message.headers.as_ref().and_then(|of| of.get(NAME));
        let Some((life, number)) = name.and_then(|name| parse(name.as_str())) else {
            return;
        };
        if message.payload.len() > MAX_FRAME_BYTES
            || !self.seen.entry(site).or_default().is_new(life, number)
        {
            return;
        }
        self.shared.roll().spoke(site, Instant::now());
        self.is_there(site).await;
        if self.shared.roll().way_to(site).is_none() {
            // Its way is about to be told of as closed.
            return;
        }
        self.inbox
            .deliver(site, message.payload, &self.shared.counts);
    }

    async fn settle(&mut self) {
        let gone = self.shared.roll().settle(Instant::now());
        for site in gone {
            self.shared.counts.disconnected(site);
            self.inbox.link(Event::Disconnected(site)).await;
        }
        if self.shared.stuck.swap(false, Ordering::Relaxed) {
            self.connect_again().await;
        }
    }

    async fn connect_again(&mut self) {
        let calm = self.reconnected.is_none_or(|at| at.elapsed() > CALM);
        if !calm {
            return;
        }
        self.reconnected = Some(Instant::now());
        for way in self.shared.ways() {
            way.connect_again().await;
        }
    }
}

#[async_trait]
impl Carrier for Leafnodes {
    fn name(&self) -> &'static str {
        "nats"
    }

    fn set_peers(&self, peers: &[Peer]) {
        self.shared.roll().list(peers);
        self.peers.send_replace(peers.to_vec());
        self.shared.nudge.notify_one();
    }

    fn renew(&self, seed: &Secret<[u8; 32]>) {
        let signer = Signer::from_seed(seed);
        // Each configuration starts the server's links anew.
        self.signer.send_if_modified(|known| {
            let is_new = known.public_key() != signer.public_key();
            *known = signer;
            is_new
        });
    }

    fn send(&self, to: SiteId, frame: Bytes) -> Sent {
        if frame.len() > MAX_FRAME_BYTES {
            return Sent::TooLong;
        }
        let label = self.shared.roll().way_to(to).map(str::to_owned);
        let Some(label) = label else {
            return Sent::NoWay;
        };
        let subject = subjects::frame(Lane::of(&frame), &self.shared.label, &label);
        let number = self.shared.frames.fetch_add(1, Ordering::Relaxed) + 1;
        let name = name(self.shared.life, number);
        let ways = self.shared.ways().iter();
        let taken = ways.filter(|way| way.send(&subject, &name, &frame)).count();
        if taken == 0 {
            self.shared.counts.lost(to);
            return Sent::Full;
        }
        self.shared.counts.sent(to, frame.len());
        Sent::Away
    }

    async fn next(&self) -> Option<Event> {
        self.events.next().await
    }

    fn reopen(&self, peer: SiteId) {
        self.shared.roll().reopen(peer);
        self.shared.stuck.store(true, Ordering::Relaxed);
        self.shared.nudge.notify_one();
    }

    fn figures(&self) -> BTreeMap<SiteId, Figures> {
        self.shared.counts.all()
    }

    fn problem(&self) -> Option<String> {
        match &*self.listening.borrow() {
            Listening::Failing(problem) => Some(problem.clone()),
            Listening::Nowhere | Listening::At(_) => None,
        }
    }

    async fn close(&self) {
        self.shared.roll().close();
        let leaving = async {
            self.shared.tell(Presence::Leaving).await;
            for way in self.shared.ways() {
                way.flush().await;
            }
        };
        // A server that does not take it is about to end anyway.
        drop(tokio::time::timeout(LEAVING, leaving).await);
        if let Err(error) = self.tasks.stop(PATIENCE).await {
            tracing::warn!(%error, "the mesh's nats-server did not end well");
        }
    }
}

fn name(life: u64, number: u64) -> String {
    format!("{life:x}.{number:x}")
}

fn parse(name: &str) -> Option<(u64, u64)> {
    let (life, number) = name.split_once('.')?;
    let read = |text| u64::from_str_radix(text, 16).ok();
    Some((read(life)?, read(number)?))
}
