use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The vocabulary in which events are emitted. They are stored as OCSF 1.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum EventSchema {
    #[default]
    #[serde(rename = "ocsf-1.3", alias = "ocsf")]
    Ocsf13,
    #[serde(rename = "ocsf-1.1")]
    Ocsf11,
    #[serde(rename = "ocsf-1.5")]
    Ocsf15,
    /// The Elastic Common Schema, as far as it has fields for them.
    #[serde(rename = "ecs")]
    Ecs,
}

/// In which vocabulary events are wanted; `ocsf-1.3` when absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SchemaQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub schema: Option<EventSchema>,
}

impl EventSchema {
    pub const ALL: [Self; 4] = [Self::Ocsf11, Self::Ocsf13, Self::Ocsf15, Self::Ecs];

    /// As requests name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ocsf11 => "ocsf-1.1",
            Self::Ocsf13 => "ocsf-1.3",
            Self::Ocsf15 => "ocsf-1.5",
            Self::Ecs => "ecs",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|schema| schema.name() == name)
    }
}

impl From<EventSchema> for SchemaQuery {
    fn from(schema: EventSchema) -> Self {
        Self {
            schema: Some(schema),
        }
    }
}
