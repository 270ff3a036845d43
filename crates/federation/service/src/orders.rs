//! What operators ask for, and what strangers do.

use std::time::Duration;

use aurora_federation::Command;
use aurora_federation_carrier::Listening;
use aurora_ids::random_token;
use aurora_model::{Action, Context, SiteId};
use aurora_records::Change;
use bytes::Bytes;
use tracing::{info, warn};

use crate::directory::ListedKey;
use crate::handle::{Invited, Order, Reply};
use crate::host::Host;
use crate::invitation::{Answer, Asked, Guest, Invitation, Kept, MAX_MINUTES, Question};
use crate::options::is_label;
use crate::{Error, SiteTier, keys, store};

impl Host {
    pub(crate) async fn order(&mut self, order: Order) -> Result<(), Error> {
        let unsure = match order {
            Order::Invite {
                context,
                label,
                minutes,
                reply,
            } => answer(reply, self.invite(&context, label, minutes).await),
            Order::Join {
                context,
                code,
                reply,
            } => answer(reply, self.join(&context, code.expose()).await),
            Order::Verify {
                context,
                code,
                reply,
            } => answer(reply, self.verify(&context, &code).await),
            Order::Leave {
                context,
                site,
                reply,
            } => answer(reply, self.leave(&context, site.as_deref()).await),
            Order::Rotate {
                context,
                overlap,
                reply,
            } => answer(reply, self.rotate(&context, overlap).await),
            Order::Cut {
                context,
                site,
                reply,
            } => answer(reply, self.cut(&context, site.as_deref()).await),
            Order::Heal {
                context,
                site,
                reply,
            } => answer(reply, self.heal(&context, site.as_deref()).await),
            Order::Describe(about) => {
                self.mesh.describe(about);
                false
            }
            Order::Knocked {
                key,
                question,
                reply,
            } => {
                let answered = self.knocked(key, &question).await;
                let unsure = is_unsure(&answered);
                let answer = answered.unwrap_or_else(|error| {
                    warn!(%error, "a stranger at the door gets no answer");
                    None
                });
                drop(reply.send(answer.map(|it| store::bytes(&it).into())));
                unsure
            }
            Order::Answered(answer) => {
                self.answered(answer).await?;
                false
            }
        };
        self.show();
        match unsure {
            true => Err(Error::Unsure),
            false => Ok(()),
        }
    }

    pub(crate) fn is_primary(&self) -> bool {
        self.parts.options.site_tier == SiteTier::Primary
    }

    async fn decide(&self, context: &Context, change: Change) -> Result<(), Error> {
        self.parts.records.commit(context, change).await?;
        Ok(())
    }

    async fn invite(
        &mut self,
        context: &Context,
        label: String,
        minutes: u64,
    ) -> Result<Invited, Error> {
        if !self.is_primary() {
            return Err(Error::NotPrimary);
        }
        if minutes == 0 || minutes > MAX_MINUTES {
            let most = MAX_MINUTES;
            return Err(Error::Minutes {
                asked: minutes,
                most,
            });
        }
        if !label.is_empty() {
            self.check_label(&label, self.parts.scope.site)?;
        }
        let address = self.own_address().ok_or(Error::NoAddress)?;
        let token = random_token::<16>();
        let now = self.parts.clock.now();
        let kept = Kept {
            label,
            created_by: context.actor.name().to_owned(),
            created_at: now,
            expires_at: now.plus(Duration::from_secs(minutes * 60)),
            guest: None,
        };
        let key = store::invitation_key(&self.parts.tokens.hash(&token));
        let mut change = Change::decided(Action::on("federation.invite", [&kept.label])).advance(
            &key,
            None,
            store::bytes(&kept),
        );
        // Those that nobody can use any more go with the next one.
        let is_over = |kept: &Kept| kept.expires_at < now;
        for (old, _) in self.invitations.iter().filter(|(_, kept)| is_over(kept)) {
            change = change.remove_slot(old);
        }
        self.decide(context, change).await?;
        self.invitations.retain(|(_, kept)| !is_over(kept));
        let expires_at = kept.expires_at;
        self.invitations.push((key, kept));
        let own = self.key.public();
        let invitation = Invitation::new(address, self.parts.scope.site, own, token);
        Ok(Invited {
            code: invitation.code(),
            expires_at,
            fingerprint: keys::fingerprint(&own),
        })
    }

    /// A label names one site.
    fn check_label(&self, label: &str, of: SiteId) -> Result<(), Error> {
        let listing = self.directory.as_ref().map(|it| it.listing());
        let mut sites = listing.map_or(&[][..], |it| &it.sites).iter();
        let is_taken = sites.any(|listed| listed.label == label && listed.site != of)
            || (label == self.parts.options.site_id && of != self.parts.scope.site);
        match is_label(label) && !is_taken {
            true => Ok(()),
            false => Err(Error::LabelTaken(label.to_owned())),
        }
    }

    async fn join(&mut self, context: &Context, code: &str) -> Result<String, Error> {
        if self.is_primary() {
            return Err(Error::IsPrimary);
        }
        if self.directory.is_some() {
            return Err(Error::Joined);
        }
        if self.errands.is_none() {
            return Err(Error::NoDoor);
        }
        let invitation = Invitation::read(code)?;
        let comparison = invitation.comparison(&self.key.public());
        let objects = [invitation.primary.to_string()];
        let asked = Asked {
            invitation,
            at: self.parts.clock.now(),
            verified: false,
        };
        let change = Change::decided(Action::on("federation.join", objects))
            .slot(store::ASKED, store::bytes(&asked));
        self.decide(context, change).await?;
        self.asked = Some(asked);
        self.problem = None;
        self.ask();
        Ok(comparison)
    }

    /// Sends the courier to the primary, unless it is under way.
    pub(crate) fn ask(&mut self) {
        let (Some(asked), Some(errands)) = (&self.asked, &self.errands) else {
            return;
        };
        let options = &self.parts.options;
        let question = Question {
            format: Question::FORMAT,
            token: asked.invitation.token.clone(),
            site: self.parts.scope.site,
            label: options.site_id.clone(),
            name: self.parts.name.clone(),
            address: self.own_address(),
            keys: self.own.settled(&self.key.public()).listed,
        };
        let errand = crate::service::Errand {
            address: asked.invitation.address.clone(),
            key: asked.invitation.key,
            question: store::bytes(&question).into(),
        };
        // A full queue is a courier on the way.
        drop(errands.try_send(errand));
    }

    /// Where others dial this site.
    pub(crate) fn own_address(&self) -> Option<String> {
        let direct = &self.parts.options.direct;
        if !direct.enabled {
            return None;
        }
        if !direct.advertise.is_empty() {
            return Some(direct.advertise.clone());
        }
        // A site that listens on an address of its own can be dialled there.
        let listens = self.parts.listens.borrow().clone();
        match listens {
            Listening::At(at) if !at.ip().is_unspecified() => Some(at.to_string()),
            // It is there again soon, or people have been told.
            Listening::Failing(_) => self.own_listed().and_then(|it| it.address.clone()),
            Listening::At(_) | Listening::Nowhere => None,
        }
    }

    async fn verify(&mut self, context: &Context, code: &str) -> Result<String, Error> {
        let code = keys::typed(code);
        if let Some(asked) = &self.asked {
            if asked.invitation.comparison(&self.key.public()) != code {
                return Err(Error::NoSuchCode(code));
            }
            let mut asked = asked.clone();
            asked.verified = true;
            let objects = [asked.invitation.primary.to_string()];
            let change = Change::decided(Action::on("federation.verify", objects))
                .slot(store::ASKED, store::bytes(&asked));
            self.decide(context, change).await?;
            self.asked = Some(asked);
            self.ask();
            return Ok("primary".to_owned());
        }
        self.admit(context, &code).await
    }

    /// Lets the site in whose operator reads that code.
    async fn admit(&mut self, context: &Context, code: &str) -> Result<String, Error> {
        let now = self.parts.clock.now();
        let found = self.invitations.iter().position(|(_, kept)| {
            let guest = kept.guest.as_ref();
            kept.is_good(now) && guest.is_some_and(|guest| guest.code == code && !guest.admitted)
        });
        let place = found.ok_or_else(|| Error::NoSuchCode(code.to_owned()))?;
        let (key, before) = self.invitations[place].clone();
        let mut kept = before.clone();
        let guest = kept.guest.as_mut().expect("it was just found by its guest");
        guest.admitted = true;
        let guest = guest.clone();
        self.check_label(&guest.label, guest.site)?;
        let change = Change::decided(Action::on(
            "federation.verify",
            [guest.site.to_string(), guest.label.clone()],
        ))
        .advance(&key, Some(store::bytes(&before)), store::bytes(&kept));
        self.list(context, change, guest.listed(now)).await?;
        self.invitations[place].1 = kept;
        info!(site = guest.label, "a site is in the mesh");
        Ok(guest.label)
    }

    async fn leave(&mut self, context: &Context, site: Option<&str>) -> Result<(), Error> {
        let listing = self.directory.as_ref().map(|it| it.listing().clone());
        let Some(listing) = listing else {
            return self.ask_no_more(context).await;
        };
        let here = self.parts.scope.site;
        let named = match site {
            Some(name) => listing.named(name).map(|listed| listed.site),
            None => Some(here),
        };
        let site = named.ok_or_else(|| Error::NoSuchSite(site.unwrap_or_default().to_owned()))?;
        let change = Change::decided(Action::on("federation.leave", [site.to_string()]));
        if site == here && !self.is_primary() {
            self.decide(context, change).await?;
            self.leaving = Some(self.parts.clock.elapsed());
            self.say_goodbye();
            return Ok(());
        }
        if !self.is_primary() {
            return Err(Error::NotPrimary);
        }
        match site == here {
            // Without its primary a mesh takes nobody in; its sites go on.
            true => self.forget_mesh(context, change).await,
            false => self.strike(context, change, site).await,
        }
    }

    /// Whoever has only asked to join takes that back.
    async fn ask_no_more(&mut self, context: &Context) -> Result<(), Error> {
        let Some(asked) = self.asked.take() else {
            return Err(Error::NotJoined);
        };
        let objects = [asked.invitation.primary.to_string()];
        let change =
            Change::decided(Action::on("federation.leave", objects)).remove_slot(store::ASKED);
        self.problem = None;
        self.decide(context, change).await
    }

    /// The sites of a drill: one by its name, or all.
    fn drilled(&self, site: Option<&str>) -> Result<Vec<SiteId>, Error> {
        if !self.parts.options.drills {
            return Err(Error::NoDrills);
        }
        let directory = self.directory.as_ref().ok_or(Error::NotJoined)?;
        let here = self.parts.scope.site;
        let Some(name) = site else {
            let sites = directory.listing().sites.iter().map(|listed| listed.site);
            return Ok(sites.filter(|site| *site != here).collect());
        };
        let listed = directory.listing().named(name);
        let listed = listed.filter(|listed| listed.site != here);
        let listed = listed.ok_or_else(|| Error::NoSuchSite(name.to_owned()))?;
        Ok(vec![listed.site])
    }

    async fn cut(&mut self, context: &Context, site: Option<&str>) -> Result<Vec<SiteId>, Error> {
        let sites = self.drilled(site)?;
        let objects = sites.iter().map(ToString::to_string);
        let change = Change::decided(Action::on("federation.cut", objects));
        self.decide(context, change).await?;
        for peer in &sites {
            for (_, carrier) in self.links_of(*peer) {
                let (peer, carrier) = (*peer, aurora_federation::Carrier(carrier));
                let actions = self.apply(Command::Disconnected { peer, carrier });
                self.perform(actions).await?;
            }
            self.cut.insert(*peer);
        }
        Ok(sites)
    }

    async fn heal(&mut self, context: &Context, site: Option<&str>) -> Result<Vec<SiteId>, Error> {
        let sites = self.drilled(site)?;
        let objects = sites.iter().map(ToString::to_string);
        let change = Change::decided(Action::on("federation.heal", objects));
        self.decide(context, change).await?;
        for peer in &sites {
            if !self.cut.remove(peer) {
                continue;
            }
            for (peer, carrier) in self.links_of(*peer) {
                let carrier = aurora_federation::Carrier(carrier);
                let actions = self.apply(Command::Connected { peer, carrier });
                self.perform(actions).await?;
            }
        }
        self.directory_due = Duration::ZERO;
        Ok(sites)
    }

    fn links_of(&self, peer: SiteId) -> Vec<(SiteId, u8)> {
        let links = self.connected.iter().filter(|(site, _)| *site == peer);
        links.copied().collect()
    }

    /// Answers a stranger that comes with an invitation.
    async fn knocked(&mut self, key: [u8; 32], question: &Bytes) -> Result<Option<Answer>, Error> {
        let Ok(question) = serde_json::from_slice::<Question>(question) else {
            return Ok(None);
        };
        if !self.is_primary() || question.format != Question::FORMAT {
            return Ok(Some(refused(
                "it is not the primary, or of another release",
            )));
        }
        let slot = store::invitation_key(&self.parts.tokens.hash(&question.token));
        let now = self.parts.clock.now();
        let found = self
            .invitations
            .iter()
            .position(|(known, _)| *known == slot);
        let Some(place) = found.filter(|place| self.invitations[*place].1.is_good(now)) else {
            // One text for all of it: a stranger learns nothing.
            return Ok(Some(refused("the invitation is unknown, used or too old")));
        };
        let before = self.invitations[place].1.clone();
        if let Some(guest) = &before.guest {
            if guest.key != key || guest.site != question.site {
                self.refuse(question.site, "an invitation that another site has used")
                    .await?;
                return Ok(Some(refused("the invitation is unknown, used or too old")));
            }
            return Ok(Some(self.admitted(guest)));
        }
        let guest = match self.guest(key, &question, &before) {
            Ok(guest) => guest,
            Err(reason) => return Ok(Some(refused(&reason))),
        };
        let kept = Kept {
            guest: Some(guest.clone()),
            ..before.clone()
        };
        let action = Action::on("federation.knock", [guest.site.to_string(), guest.label]);
        let change = Change::decided(action).advance(
            &slot,
            Some(store::bytes(&before)),
            store::bytes(&kept),
        );
        self.commit(change, "a site came with an invitation")
            .await?;
        self.invitations[place].1 = kept;
        Ok(Some(Answer::Waiting))
    }

    fn guest(&self, key: [u8; 32], asked: &Question, kept: &Kept) -> Result<Guest, String> {
        if !kept.label.is_empty() && kept.label != asked.label {
            return Err(format!("the invitation is for `{}`", kept.label));
        }
        self.check_label(&asked.label, asked.site)
            .map_err(|error| error.to_string())?;
        let guest = Guest {
            site: asked.site,
            label: asked.label.clone(),
            name: asked.name.clone(),
            tier: SiteTier::Secondary,
            address: asked.address.clone(),
            keys: match asked.keys.is_empty() {
                true => vec![ListedKey::always(key)],
                false => asked.keys.clone(),
            },
            code: keys::comparison(&self.key.public(), &key, &asked.token),
            key,
            at: self.parts.clock.now(),
            admitted: false,
        };
        if guest.site == self.parts.scope.site {
            return Err("it is the primary itself".to_owned());
        }
        let listed = guest.listed(guest.at);
        listed.check().map_err(|doubt| doubt.to_string())?;
        if listed.key() != key {
            return Err("its keys are not those that it shows".to_owned());
        }
        Ok(guest)
    }

    fn admitted(&self, guest: &Guest) -> Answer {
        let directory = self.directory.as_ref();
        let listed = directory.filter(|it| it.listing().site(guest.site).is_some());
        match listed.filter(|_| guest.admitted) {
            None if guest.admitted => refused("this site was taken out of the mesh again"),
            None => Answer::Waiting,
            Some(directory) => Answer::admitted(directory.bytes()),
        }
    }
}

/// Tells who asked, who may have gone. Gives whether what was to be done may have been done or not.
fn answer<T>(reply: Reply<T>, result: Result<T, Error>) -> bool {
    let unsure = is_unsure(&result);
    drop(reply.send(result));
    unsure
}

fn is_unsure<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Records(_)))
}

fn refused(reason: &str) -> Answer {
    Answer::Refused {
        reason: reason.to_owned(),
    }
}
