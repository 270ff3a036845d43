use std::sync::{Mutex, PoisonError};

use aurora_plan::{Plan, Scratch};

use crate::ocsf::{OcsfRules, OcsfScratch};

/// A plan and what the threads that use it remember, kept for the next.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub plan: Plan,
    pub ocsf: OcsfRules,
    idle: Mutex<Vec<Worker>>,
}

#[derive(Debug, Default)]
pub(crate) struct Worker {
    pub scratch: Scratch,
    pub ocsf: OcsfScratch,
    pub fired: Vec<usize>,
}

impl Compiled {
    pub fn new(plan: Plan, ocsf: OcsfRules) -> Self {
        Self {
            plan,
            ocsf,
            idle: Mutex::default(),
        }
    }

    pub fn with<T>(&self, work: impl FnOnce(&Plan, &mut Worker) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut worker = idle().pop().unwrap_or_default();
        let done = work(&self.plan, &mut worker);
        idle().push(worker);
        done
    }
}
