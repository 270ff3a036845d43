//! What waits for approval, broken glass, and roles.

use aurora_messages::{
    ApprovalInfo, ApprovalQuery, Approvals, Approve, BreakGlassInfo, BreakGlassWindows, Deny, Done,
    OpenBreakGlass, RoleInfo, RoleList, SetRole,
};
use hyper::Method;

use crate::path::{path, with_query};
use crate::{Client, Error};

type Result<T> = std::result::Result<T, Error>;

#[allow(clippy::missing_errors_doc)] // the type says it once
impl Client {
    pub async fn approvals(&self, query: ApprovalQuery) -> Result<Approvals> {
        self.get(&with_query(&["approvals"], &query)).await
    }

    pub async fn approval(&self, id: &str) -> Result<ApprovalInfo> {
        self.get(&path(&["approvals", id])).await
    }

    pub async fn approve(&self, id: &str, approve: &Approve) -> Result<ApprovalInfo> {
        self.post(&path(&["approvals", id, "approve"]), approve)
            .await
    }

    pub async fn deny(&self, id: &str, deny: &Deny) -> Result<ApprovalInfo> {
        self.post(&path(&["approvals", id, "deny"]), deny).await
    }

    pub async fn cancel_approval(&self, id: &str) -> Result<ApprovalInfo> {
        let target = path(&["approvals", id, "cancel"]);
        self.bare(Method::POST, &target).await
    }

    pub async fn broken_glass(&self) -> Result<BreakGlassWindows> {
        self.get(&path(&["break-glass"])).await
    }

    pub async fn break_glass(&self, open: &OpenBreakGlass) -> Result<BreakGlassInfo> {
        self.post(&path(&["break-glass"]), open).await
    }

    pub async fn end_broken_glass(&self, id: &str) -> Result<BreakGlassInfo> {
        let target = path(&["break-glass", id, "end"]);
        self.bare(Method::POST, &target).await
    }

    pub async fn roles(&self) -> Result<RoleList> {
        self.get(&path(&["roles"])).await
    }

    /// Makes a role of the site's own, or replaces it.
    pub async fn set_role(&self, name: &str, role: &SetRole) -> Result<RoleInfo> {
        self.put(&path(&["roles", name]), role).await
    }

    pub async fn remove_role(&self, name: &str) -> Result<()> {
        let target = path(&["roles", name]);
        self.bare::<Done>(Method::DELETE, &target).await.map(drop)
    }
}
