//! The site that an import goes to.

use aurora_client::Error as Client;
use aurora_node::{DataDir, Environment, Site};
use aurora_telemetry::logs;

use crate::app::App;
use crate::args::Ports;
use crate::output::Waiting;

/// A site that runs, or one of our own for as long as it is needed.
pub enum Host {
    Running,
    Temporary(Box<Site>),
}

impl Host {
    pub async fn find(app: &App) -> anyhow::Result<Self> {
        match app.client.status().await {
            Ok(_) => Ok(Self::Running),
            Err(Client::NotRunning { .. }) if app.owner().is_none() => Self::temporary(app).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Everything but the listeners: nobody is to send to a site that is about to stop.
    async fn temporary(app: &App) -> anyhow::Result<Self> {
        let mut config = app.settings.site(&Ports::default())?;
        config.ingest.http.enabled = false;
        config.syslog.enabled = false;
        config.follow = Default::default();
        config.console.listen = ([127, 0, 0, 1], 0).into();
        let waiting = Waiting::new(false);
        waiting.says("no site runs here: starting one for this import");
        // Opened for its folders, so that the log has its place; the site takes it over.
        drop(DataDir::open(&app.settings.data_dir)?);
        logs::install(logs::Form::Text, "info", Some(&app.settings.log()))?;
        let site = Site::start(config, Environment::new(app.settings.data_dir.clone())).await?;
        Ok(Self::Temporary(Box::new(site)))
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        match self {
            Self::Running => Ok(()),
            Self::Temporary(site) => Ok(site.stop().await?),
        }
    }
}
