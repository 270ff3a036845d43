use std::sync::{Mutex, PoisonError};

use aurora_plan::{Plan, Scratch};

/// A plan and what the threads that use it remember, kept for the next.
#[derive(Debug)]
pub(crate) struct Compiled {
    plan: Plan,
    idle: Mutex<Vec<Worker>>,
}

#[derive(Debug, Default)]
struct Worker {
    scratch: Scratch,
    fired: Vec<usize>,
}

impl Compiled {
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            idle: Mutex::default(),
        }
    }

    pub fn with(&self, work: impl FnOnce(&Plan, &mut Scratch, &mut Vec<usize>)) {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut worker = idle().pop().unwrap_or_default();
        work(&self.plan, &mut worker.scratch, &mut worker.fired);
        idle().push(worker);
    }
}
