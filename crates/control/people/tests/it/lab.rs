//! A site's people, on a clock that stands still.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::{Clock, ManualClock};
use aurora_ephemeral_memory::MemoryEphemeral;
use aurora_ids::Id128;
use aurora_model::{Actor, AuthStrength, Context, Scope, SiteId, TraceContext};
use aurora_people::{
    Asked, Claims, Departure, Identified, Name, NewPerson, OidcOptions, Opened, Options, Origins,
    Parts, PasswordLogin, People, Provider, ProviderError, Visitor,
};
use aurora_permissions::{Role, RoleName};
use aurora_records::Records;
use aurora_records_memory::MemoryRecords;
use aurora_secrets::{Keyring, Secret};

pub(crate) const ORIGIN: &str = "http://localhost:8443";
pub(crate) const PASSWORD: &str = "corps lantern violet";

pub(crate) struct Lab {
    pub(crate) people: People,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) scope: Scope,
    pub(crate) elsewhere: Arc<Elsewhere>,
    pub(crate) keys: tempfile::TempDir,
}

/// A provider that says whatever the test has it say.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    pub(crate) claims: Mutex<Claims>,
}

#[async_trait]
impl Provider for Elsewhere {
    fn label(&self) -> &str {
        "Elsewhere"
    }

    async fn depart(&self, redirect: &str) -> Result<Departure, ProviderError> {
        let asked = Asked {
            state: aurora_ids::random_token::<8>(),
            nonce: "n".to_owned(),
            verifier: "v".to_owned(),
        };
        let url = format!("{redirect}?state={}", asked.state);
        Ok(Departure { url, asked })
    }

    async fn arrive(&self, _: &str, _: &Asked, code: &str) -> Result<Claims, ProviderError> {
        match code {
            "good" => Ok(self.claims.lock().unwrap().clone()),
            _ => Err(ProviderError::Refused("a bad code".to_owned())),
        }
    }
}

pub(crate) fn start() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-06-03T14:00:00Z".parse().unwrap()))
}

impl Lab {
    pub(crate) fn memory() -> Self {
        let clock = start();
        Self::over(Arc::new(MemoryRecords::new(clock.clone())), clock)
    }

    pub(crate) fn over(records: Arc<dyn Records>, clock: Arc<ManualClock>) -> Self {
        let scope = Scope::of(SiteId(Id128::random()));
        let keys = tempfile::tempdir().unwrap();
        let elsewhere = Arc::new(Elsewhere::default());
        let people = people(&records, &clock, &scope, keys.path(), elsewhere.clone());
        Self {
            people,
            clock,
            records,
            scope,
            elsewhere,
            keys,
        }
    }

    /// The same site in another process, with short-lived values of its own.
    pub(crate) fn beside(&self) -> People {
        let elsewhere = self.elsewhere.clone();
        people(
            &self.records,
            &self.clock,
            &self.scope,
            self.keys.path(),
            elsewhere,
        )
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn operator(&self) -> Context {
        Context {
            scope: self.scope.clone(),
            actor: Actor::LocalOperator("root".to_owned()),
            auth: AuthStrength::PeerCredential,
            reason: "a test".to_owned(),
            policy: None,
            trace: TraceContext::new(),
        }
    }

    pub(crate) async fn person(&self, text: &str, roles: &[Role]) -> Name {
        let new = NewPerson {
            name: name(text),
            display_name: String::new(),
            roles: roles.iter().map(|role| RoleName::from(*role)).collect(),
        };
        self.people.add(&self.operator(), new).await.unwrap().name
    }

    /// Opens a link of somebody and gives their session.
    pub(crate) async fn enter(&self, of: &Name) -> Opened {
        let link = self
            .people
            .issue_link(&self.operator(), Some(of))
            .await
            .unwrap();
        let visitor = Visitor::nobody();
        self.people
            .redeem(link.token.expose(), &visitor)
            .await
            .unwrap()
    }

    pub(crate) async fn me(&self, opened: &Opened) -> Identified {
        let found = self
            .people
            .by_session(opened.token.expose(), true)
            .await
            .unwrap();
        found.expect("the session is open")
    }

    pub(crate) async fn is_open(&self, opened: &Opened) -> bool {
        let token = opened.token.expose();
        self.people
            .by_session(token, false)
            .await
            .unwrap()
            .is_some()
    }

    /// Somebody with a password and codes, signed in. What their app was set up with comes along.
    pub(crate) async fn with_password(&self, text: &str, roles: &[Role]) -> (Name, App, Opened) {
        let name = self.person(text, roles).await;
        let opened = self.enter(&name).await;
        let (app, opened) = self.set_password(&opened, PASSWORD).await;
        (name, app, opened)
    }

    pub(crate) async fn set_password(&self, opened: &Opened, password: &str) -> (App, Opened) {
        let me = self.me(opened).await;
        let enrolment = self.people.new_generator(&me).await.unwrap();
        let app = App::of(enrolment.secret.expose());
        let code = secret(&app.code(self));
        let (password, visitor) = (secret(password), Visitor::nobody());
        let id = Some(enrolment.id.as_str());
        let opened = self
            .people
            .set_password(&me, password, &code, id, &visitor)
            .await;
        (app, opened.unwrap())
    }

    pub(crate) async fn log_in(
        &self,
        name: &str,
        password: &str,
        code: &str,
    ) -> aurora_people::Result<Opened> {
        self.log_in_from(name, password, code, &Visitor::nobody())
            .await
    }

    pub(crate) async fn log_in_from(
        &self,
        name: &str,
        password: &str,
        code: &str,
        visitor: &Visitor,
    ) -> aurora_people::Result<Opened> {
        let login = PasswordLogin {
            name: name.to_owned(),
            password: secret(password),
            code: secret(code),
        };
        self.people.sign_in(login, visitor).await
    }
}

fn people(
    records: &Arc<dyn Records>,
    clock: &Arc<ManualClock>,
    scope: &Scope,
    keys: &std::path::Path,
    elsewhere: Arc<Elsewhere>,
) -> People {
    let options = Options {
        oidc: OidcOptions {
            roles: vec![
                "soc=analyst".to_owned(),
                "soc=viewer".to_owned(),
                "root=admin".to_owned(),
            ],
            ..OidcOptions::default()
        },
        ..Options::default()
    };
    let people = People::new(Parts {
        records: records.clone(),
        ephemeral: Arc::new(MemoryEphemeral::new(clock.clone())),
        keyring: &Keyring::open(&keys.join("keys")).unwrap(),
        clock: clock.clone(),
        scope: scope.clone(),
        site_name: "Test".to_owned(),
        options,
        provider: Some(elsewhere),
    });
    let people = people.unwrap();
    people.served_at(Origins {
        secure: false,
        port: 8443,
        hostnames: Vec::new(),
    });
    people
}

pub(crate) fn name(text: &str) -> Name {
    Name::read(text).unwrap()
}

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// An authenticator app of another make: it knows RFC 6238 and the text it was given.
pub(crate) struct App(Vec<u8>);

impl App {
    fn of(base32: &str) -> Self {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut bits = Vec::new();
        for letter in base32.bytes() {
            let value = letters.iter().position(|known| *known == letter).unwrap();
            bits.extend((0..5).rev().map(|bit| value >> bit & 1 == 1));
        }
        let byte = |bits: &[bool]| {
            bits.iter()
                .fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit))
        };
        Self(bits.chunks_exact(8).map(byte).collect())
    }

    pub(crate) fn code(&self, lab: &Lab) -> String {
        self.code_in(lab, 0)
    }

    /// The code of a step from now.
    pub(crate) fn code_in(&self, lab: &Lab, steps: i64) -> String {
        use ring::hmac;
        let step = lab.clock.now().as_millis() / 30_000 + steps;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let hash = hmac::sign(&key, &step.to_be_bytes());
        let at = usize::from(hash.as_ref()[19] & 15);
        let word: [u8; 4] = hash.as_ref()[at..at + 4].try_into().unwrap();
        format!(
            "{:06}",
            (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
        )
    }
}
