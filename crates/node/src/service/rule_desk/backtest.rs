//! Backtests as jobs: a few at a time, each on a thread of its own, kept in memory for a while.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aurora_api::site::{Error, Result};
use aurora_engineering::backtest::{self, Evaluator, Input, PastAlerts, Progress, Rules, Watch};
use aurora_engineering::subset;
use aurora_events::TimeRange;
use aurora_ids::Id128;
use aurora_messages::{BacktestJob, BacktestRequest, BacktestState, RuleFile};
use aurora_model::engineering::Backtest;
use aurora_model::{Alert, RuleId, Scope};
use aurora_records::{Collection, Query, Records, Test};
use aurora_rules::{Options, RuleSet, SourceFiles};

use crate::service::SiteService;

/// At the same time.
const RUNNING: usize = 2;
/// Finished ones that are kept.
const KEPT: usize = 16;
/// Past alerts that a backtest is compared with.
const PAST: usize = 50_000;
/// Before the names of files that are in force.
const THERE: &str = "in force: ";

/// The backtests of this process.
#[derive(Default)]
pub(in crate::service) struct Backtests {
    jobs: Mutex<BTreeMap<u64, Arc<Running>>>,
}

struct Running {
    job: Mutex<BacktestJob>,
    cancelled: AtomicBool,
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, BacktestJob> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Running {
    fn progress(&self, progress: Progress) {
        let mut job = self.lock();
        (job.total, job.read) = (progress.total, progress.read);
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

impl Backtests {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Running>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room, or says that too many run.
    fn begin(&self, job: BacktestJob) -> Result<Arc<Running>> {
        let mut jobs = self.lock();
        let running = jobs.values().filter(|job| !job.lock().state.finished());
        if running.count() >= RUNNING {
            let text = format!("{RUNNING} backtests run already");
            return Err(Error::unavailable(text).fix("wait for one of them, or cancel it"));
        }
        while jobs.len() >= KEPT {
            let oldest = jobs
                .iter()
                .find(|(_, job)| job.lock().state.finished())
                .map(|(number, _)| *number);
            match oldest {
                Some(number) => drop(jobs.remove(&number)),
                None => break,
            }
        }
        let number = jobs.last_key_value().map_or(0, |(number, _)| *number) + 1;
        let running = Arc::new(Running {
            job: Mutex::new(job),
            cancelled: AtomicBool::new(false),
        });
        jobs.insert(number, running.clone());
        Ok(running)
    }

    fn find(&self, id: &str) -> Result<Arc<Running>> {
        let jobs = self.lock();
        let found = jobs.values().find(|job| job.lock().id == id);
        found
            .cloned()
            .ok_or_else(|| Error::not_found("backtest", id))
    }

    pub(super) fn show(&self, id: &str) -> Result<BacktestJob> {
        Ok(self.find(id)?.lock().clone())
    }

    pub(super) fn cancel(&self, id: &str) -> Result<BacktestJob> {
        let running = self.find(id)?;
        running.cancelled.store(true, Ordering::Relaxed);
        let job = running.lock().clone();
        Ok(job)
    }
}

pub(super) async fn start(
    site: &SiteService,
    scope: &Scope,
    request: &BacktestRequest,
) -> Result<BacktestJob> {
    let (set, rules, gaps) = chosen(site, request)?;
    let query = query(&set)?;
    let range = TimeRange {
        from: request.since,
        until: request.until.unwrap_or_else(|| site.now()),
    };
    if range.until <= range.from {
        return Err(Error::invalid(
            "the range is empty: `since` lies in the future",
        ));
    }
    let job = BacktestJob {
        id: Id128::random().to_string(),
        state: BacktestState::Running,
        started_at: site.now(),
        total: 0,
        read: 0,
        problem: None,
        report: None,
    };
    let running = site.backtests.begin(job.clone())?;
    let work = Work {
        events: site.parts.adapters.events.clone(),
        records: site.parts.adapters.records.clone(),
        scope: scope.clone(),
        range,
        query,
        timeout: Duration::from_secs(site.parts.config.events.hunt_timeout_seconds),
        set: Arc::new(set),
        rules,
        gaps,
    };
    let shutdown = site.parts.tasks.shutdown();
    let handle = tokio::runtime::Handle::current();
    let watched = running.clone();
    site.parts.tasks.spawn("backtest", async move {
        // Rules over thousands of events are work for a thread, not for those who serve requests.
        let mut thread = tokio::task::spawn_blocking(move || {
            let ended = handle.block_on(work.run(&watched));
            finish(&watched, ended);
        });
        tokio::select! {
            ended = &mut thread => drop(ended),
            () = shutdown.cancelled() => {
                running.cancelled.store(true, Ordering::Relaxed);
                drop(thread.await);
            }
        }
        if !running.lock().state.finished() {
            finish(&running, Err("the backtest broke off".to_owned()));
        }
        Ok::<_, std::io::Error>(())
    });
    Ok(job)
}

fn finish(running: &Running, ended: std::result::Result<Backtest, String>) {
    let cancelled = running.cancelled();
    let mut job = running.lock();
    match ended {
        Ok(report) => {
            job.state = BacktestState::Done;
            job.report = Some(report);
        }
        Err(_) if cancelled => job.state = BacktestState::Cancelled,
        Err(problem) => {
            job.state = BacktestState::Failed;
            job.problem = Some(problem);
        }
    }
}

/// The rules to test with all they need, their ids, and what was left out.
type Chosen = (RuleSet, Vec<RuleId>, Vec<String>);

fn chosen(site: &SiteService, request: &BacktestRequest) -> Result<Chosen> {
    let in_force = site.parts.rules.handle().current();
    if request.files.is_empty() {
        return some(&in_force, &request.rules, Vec::new());
    }
    let mut files = SourceFiles::default();
    let named = |file: &RuleFile| (file.name.clone(), file.text.clone());
    files.extend(request.files.iter().map(named));
    let there = site.parts.rules.sources().map_err(Error::internal)?;
    files.append(there, |name| format!("{THERE}{name}"));
    let set = files.compile(Options::default());
    let came = |file: &str| !file.starts_with(THERE);
    let broken = set.problems().iter().filter(|found| came(&found.file));
    let gaps: Vec<String> = broken.map(|found| format!("left out: {found}")).collect();
    if !request.rules.is_empty() {
        return some(&set, &request.rules, gaps);
    }
    let rules = set.rules().iter().filter(|it| came(&it.file));
    let rules = rules.map(|it| it.id.clone());
    let correlations = set.correlations().iter().filter(|it| came(&it.file));
    let rules: Vec<RuleId> = rules.chain(correlations.map(|it| it.id.clone())).collect();
    if rules.is_empty() {
        let text = gaps.first().cloned();
        let text = text.unwrap_or_else(|| "there is no rule in the files".to_owned());
        return Err(Error::invalid(text).fix("mend the rule; `rules lint` tells more"));
    }
    some(&set, &rules, gaps)
}

fn some(set: &RuleSet, ids: &[RuleId], gaps: Vec<String>) -> Result<Chosen> {
    let known =
        |id: &RuleId| set.get(id).is_some() || set.correlations().iter().any(|it| it.id == *id);
    if let Some(unknown) = ids.iter().find(|id| !known(id)) {
        return Err(Error::not_found("rule", unknown));
    }
    Ok((subset(set, ids), ids.to_vec(), gaps))
}

/// Every event that a rule of the set may be about. Our own findings are no input of rules.
pub(super) fn query(set: &RuleSet) -> Result<aurora_hunt::Query> {
    let ids = set.rules().iter().map(|rule| &rule.id);
    let text = match set.prefilter(ids) {
        Some(filter) => format!("({filter}) AND NOT source:aurora-findings"),
        None => "NOT source:aurora-findings".to_owned(),
    };
    aurora_hunt::parse(&text).map_err(Error::internal)
}

struct Work {
    events: Arc<dyn aurora_events::Events>,
    records: Arc<dyn Records>,
    scope: Scope,
    range: TimeRange,
    query: aurora_hunt::Query,
    timeout: Duration,
    set: Arc<RuleSet>,
    rules: Vec<RuleId>,
    gaps: Vec<String>,
}

impl Work {
    async fn run(self, watch: &Running) -> std::result::Result<Backtest, String> {
        let (past, more) = self
            .past()
            .await
            .map_err(|error| aurora_tasks::chain(&error))?;
        let input = Input {
            events: self.events.as_ref(),
            scope: &self.scope,
            range: self.range,
            query: self.query,
            timeout: self.timeout,
        };
        let evaluator: Box<dyn Evaluator> =
            Box::new(Rules::new(self.set, &self.rules, aurora_detect::entities));
        let ended = backtest::run(&input, evaluator, &past, watch).await;
        let mut report = ended.map_err(|error| aurora_tasks::chain(&error))?;
        report.gaps.extend(self.gaps);
        if more {
            report.gaps.push(format!(
                "only the newest {PAST} alerts of the range were compared"
            ));
        }
        Ok(report)
    }

    /// Alerts that were seen in the range, and whether there are more than are looked at.
    async fn past(&self) -> std::result::Result<(PastAlerts, bool), aurora_records::Error> {
        let mut past = PastAlerts::default();
        loop {
            let query = Query::of(Collection::Alerts)
                .with("last_seen", Test::AtLeast(self.range.from.as_millis()))
                .newest("last_seen")
                .limit(Query::MAX_LIMIT)
                .offset(past.len());
            let page = self.records.list(&self.scope, &query).await?;
            let last = page.documents.len() < Query::MAX_LIMIT;
            for document in page.documents {
                if let Ok(alert) = serde_json::from_value::<Alert>(document.body) {
                    past.add(&alert);
                }
            }
            if last || past.len() >= PAST {
                return Ok((past, !last));
            }
        }
    }
}
