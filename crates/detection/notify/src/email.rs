use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Mailboxes};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::egress::local;
use crate::render::Message;
use crate::{Email, Encryption, Error, webhook};

/// Sends messages as plain text over SMTP.
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Mailboxes,
    server: String,
}

impl Mailer {
    pub fn new(place: &str, options: &Email) -> Result<Self, Error> {
        let (host, port) = options
            .server
            .rsplit_once(':')
            .and_then(|(host, port)| Some((host.trim_matches(['[', ']']), port.parse().ok()?)))
            .ok_or_else(|| Error::setting(place, "server", &options.server, "want host:port"))?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(encryption(place, options, host)?)
            .timeout(Some(Duration::from_secs(
                options.timeout_seconds.clamp(1, 120),
            )));
        if let Some(file) = &options.password_file {
            let password = webhook::secret(place, "password_file", file)?;
            let user = options.user.clone();
            builder = builder.credentials(Credentials::new(user, password.expose().clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from: mailbox(place, "from", &options.from)?,
            to: receivers(place, options)?,
            server: options.server.clone(),
        })
    }

    pub async fn send(&self, message: &Message) -> Result<(), Error> {
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .subject(message.subject.clone())
            .message_id(Some(format!("<{}@aurorasoc>", message.key)))
            .header(ContentType::TEXT_PLAIN);
        for to in self.to.iter() {
            builder = builder.to(to.clone());
        }
        let mail = builder
            .body(message.text.clone())
            .map_err(|error| Error::not_sent(&error))?;
        let sent = self.transport.send(mail).await;
        sent.map(drop).map_err(|error| Error::not_sent(&error))
    }
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mailer({})", self.server)
    }
}

fn encryption(place: &str, options: &Email, host: &str) -> Result<Tls, Error> {
    let parameters = || {
        TlsParameters::new(host.to_owned())
            .map_err(|error| Error::setting(place, "server", &options.server, &error.to_string()))
    };
    match options.encryption {
        Encryption::Starttls => Ok(Tls::Required(parameters()?)),
        Encryption::Tls => Ok(Tls::Wrapper(parameters()?)),
        Encryption::None if local(host) => Ok(Tls::None),
        Encryption::None => Err(Error::setting(
            place,
            "encryption",
            "none",
            "it is for a server on this machine only; use starttls or tls",
        )),
    }
}

fn receivers(place: &str, options: &Email) -> Result<Mailboxes, Error> {
    if options.to.is_empty() {
        return Err(Error::setting(place, "to", "[]", "nobody would be told"));
    }
    let all = options.to.iter();
    all.map(|to| mailbox(place, "to", to)).collect()
}

fn mailbox(place: &str, key: &str, text: &str) -> Result<Mailbox, Error> {
    text.parse()
        .map_err(|_| Error::setting(place, key, text, "it is no e-mail address"))
}
