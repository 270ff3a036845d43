//! What each role's user may do on the server, generated from the bus's table of capabilities.

use aurora_bus::Capability;
use aurora_model::Stream;

use crate::Standing;
use crate::streams::LEASES;

/// Subjects that a user may publish on and subscribe to; everything else is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

/// The rights of a standing. The site may do all that JetStream offers, in its own account.
pub fn permissions(standing: Standing) -> Permissions {
    let inbox = format!("_INBOX.{}.>", standing.name());
    match standing {
        Standing::Site => Permissions {
            publish: ["aurora.>", "$JS.>", "$KV.>"].map(str::to_owned).into(),
            subscribe: vec![inbox],
        },
        Standing::Role(role) => {
            let capability = Capability::ROLES.iter().find(|c| c.role == role);
            Permissions {
                publish: capability.map(of_role).unwrap_or_default(),
                subscribe: vec![inbox],
            }
        }
    }
}

fn of_role(capability: &Capability) -> Vec<String> {
    let mut publish: Vec<String> = capability.publish.iter().map(|&p| p.to_owned()).collect();
    for stream in capability.consume {
        publish.extend(consuming(*stream));
    }
    // Sizes are no secret, and a publisher must know how full its stream is.
    publish.extend(Stream::ALL.map(|stream| format!("$JS.API.STREAM.INFO.{}", stream.name())));
    publish.extend([
        format!("$JS.API.STREAM.INFO.KV_{LEASES}"),
        format!(
            "$JS.API.DIRECT.GET.KV_{LEASES}.$KV.{LEASES}.{}.>",
            capability.role
        ),
        format!("$KV.{LEASES}.{}.>", capability.role),
    ]);
    publish
}

fn consuming(stream: Stream) -> [String; 5] {
    let name = stream.name();
    [
        format!("$JS.API.CONSUMER.CREATE.{name}.>"),
        format!("$JS.API.CONSUMER.INFO.{name}.*"),
        format!("$JS.API.CONSUMER.DELETE.{name}.*"),
        format!("$JS.API.CONSUMER.MSG.NEXT.{name}.*"),
        format!("$JS.ACK.{name}.>"),
    ]
}
