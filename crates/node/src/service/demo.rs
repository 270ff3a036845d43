use aurora_api::site::{Error, Result};
use aurora_messages::{DemoReport, DemoStart, DemoWiped};
use aurora_model::Context;

use super::SiteService;

pub(super) async fn start(_: &SiteService, _: &Context, _: DemoStart) -> Result<DemoReport> {
    Err(Error::unavailable("TEMPORARY"))
}

pub(super) async fn wipe(_: &SiteService, _: &Context) -> Result<DemoWiped> {
    Err(Error::unavailable("TEMPORARY"))
}
