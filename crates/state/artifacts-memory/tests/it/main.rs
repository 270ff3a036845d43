//! The port's suite.

use std::sync::Arc;

use async_trait::async_trait;
use aurora_artifacts::testkit::Stand;
use aurora_artifacts::{Artifacts, Digest};
use aurora_artifacts_memory::MemoryArtifacts;
use aurora_model::Scope;

#[async_trait]
impl Stand for InMemory {
    async fn open(&self) -> Arc<dyn Artifacts> {
        Arc::new(self.0.clone())
    }

    async fn damage(&self, scope: &Scope, digest: Digest, bytes: &[u8]) {
        self.0.damage(scope, digest, bytes.to_vec().into());
    }
}

struct InMemory(MemoryArtifacts);

aurora_artifacts::conformance!(InMemory(MemoryArtifacts::new()));
