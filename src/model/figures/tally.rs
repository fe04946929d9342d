//! Counts sealed events, one after the other. Pure: the same events in the same order give the same figures.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Measure;
use super::memory::{CASE, Case, HOURS, Hours, Key, Memory, PROPOSAL, Proposal, REQUEST, Request};
use super::spread::bucket;
use crate::model::hours::{self, Holidays, Week};

/// An approval sooner than this after its proposal is told of.
pub const QUICK: TimeDelta = TimeDelta::minutes(1);
/// Characters of a word that is counted; ours are shorter.
const WORD_MAX: usize = 64;

/// What an event says, read out of its canonical bytes.
#[derive(Clone, Debug, Deserialize)]
pub struct Told {
    /// When.
    pub at: DateTime<Utc>,
    kind: String,
    outcome: String,
    refusal: Option<String>,
    actor: Actor,
    subject: Map<String, Value>,
    facts: Map<String, Value>,
}

#[derive(Clone, Debug, Deserialize)]
struct Actor {
    kind: String,
    id: Option<Uuid>,
}

impl Told {
    /// Reads it; nothing where it is no event of ours, or of no year that has four digits.
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok().filter(|told: &Self| (1000..=9990).contains(&told.at.year()))
    }

    /// What has to be remembered to count it.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        [REQUEST, PROPOSAL, CASE].into_iter().filter_map(|noun| Some((noun, self.about(noun)?))).chain([HOURS])
    }

    /// The account it is about.
    pub fn account(&self) -> Option<Uuid> {
        self.about("account")
    }

    fn about(&self, noun: &str) -> Option<Uuid> {
        self.subject.get(noun)?.as_str()?.parse().ok()
    }

    fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name)?.as_str()
    }

    fn word(&self, name: &str) -> &str {
        self.fact(name).unwrap_or_default()
    }

    fn time(&self, name: &str) -> Option<DateTime<Utc>> {
        self.fact(name)?.parse().ok()
    }

    /// Who acted: an id, or the word of an actor.
    fn who(&self) -> String {
        self.actor.id.map_or_else(|| self.actor.kind.clone(), |id| id.to_string())
    }

    /// Its noun and its verb.
    fn family(&self) -> (&str, &str) {
        self.kind.rsplit_once('.').unwrap_or((&self.kind, ""))
    }
}

/// Counts by day, measure and two words.
pub type Counts = BTreeMap<(NaiveDate, &'static str, String, String), i64>;

/// Counts a batch.
#[derive(Debug)]
pub struct Tally<'a> {
    zone: Tz,
    /// Tipe User of the accounts that the events are about.
    types: &'a HashMap<Uuid, String>,
    /// What is remembered.
    pub memory: Memory,
    /// What was counted.
    pub counts: Counts,
}

impl<'a> Tally<'a> {
    /// Begins with what is remembered; `types` are the Tipe User of accounts.
    pub fn new(zone: Tz, types: &'a HashMap<Uuid, String>, memory: Memory) -> Self {
        Self { zone, types, memory, counts: Counts::new() }
    }

    /// Counts one event.
    pub fn count(&mut self, told: &Told) {
        if matches!(told.kind.as_str(), "login.password" | "login.code" | "staff.password" | "staff.code") {
            self.add(told, Measure::SignIn, &told.kind, told.refusal.as_deref().unwrap_or("done"));
        }
        if told.outcome != "done" {
            self.add(told, Measure::Refused, &told.kind, told.refusal.as_deref().unwrap_or_default());
            return;
        }
        self.request(told);
        self.letter(told);
        self.case(told);
        self.proposal(told);
        self.other(told);
    }

    fn add(&mut self, told: &Told, measure: Measure, a: &str, b: &str) {
        let day = told.at.with_timezone(&self.zone).date_naive();
        *self.counts.entry((day, measure.code(), word(a), word(b))).or_default() += 1;
    }

    fn request(&mut self, told: &Told) {
        let Some(key) = told.about(REQUEST).map(|id| (REQUEST, id)) else { return };
        let known: Option<Request> = self.memory.get(key);
        let request = known.clone().unwrap_or_default();
        match told.kind.as_str() {
            "reset.asked" => {
                let (way, user_type) = (told.word("channel"), told.word("user_type"));
                self.add(told, Measure::Asked, way, user_type);
                let user_type = Some(user_type.to_owned());
                self.memory.keep(key, &Request { way: way.to_owned(), user_type, queued: Some(told.at), ..request });
            }
            "reset.matched" => {
                let joined = told.fact("joined").map_or("own", |_| "joined");
                self.add(told, Measure::Matched, joined, "");
            }
            "reset.unmatched" => {
                let hinted = told.facts.get("hinted").and_then(Value::as_bool).unwrap_or_default();
                self.add(told, Measure::Unmatched, told.word("reason"), if hinted { "hinted" } else { "" });
                self.memory.forget(key);
            }
            // a mail that asks; what follows on a request of ours only belongs to it
            "inbound.read" if known.is_none() && told.word("mail_kind") == "request" => {
                self.memory.keep(key, &Request { way: "mail".to_owned(), ..request });
            }
            "permission.used" => self.memory.keep(key, &Request { way: "permit".to_owned(), ..request }),
            "manual.proposed" if told.word("kind") == "reset" => {
                self.memory.keep(key, &Request { way: "manual".to_owned(), ..request });
            }
            "link.reissued" if told.fact("new_link").is_some() => {
                let who = if told.actor.kind == "user" { "reissued" } else { "renewed" };
                self.add(told, Measure::Link, who, "");
                self.memory.keep(key, &Request { queued: Some(told.at), ..request });
            }
            "case.link-sent" | "inbound.linked" => {
                let way = if request.way.is_empty() { "mail".to_owned() } else { request.way.clone() };
                self.memory.keep(key, &Request { way, queued: Some(told.at), ..request });
            }
            "reset.confirmed" | "reset.executed" if told.fact("credential").is_some() => {
                let of_account = told.account().and_then(|account| self.types.get(&account)).cloned();
                let user_type = request.user_type.or(of_account).unwrap_or_default();
                let way = if request.way.is_empty() { "unknown" } else { &request.way };
                self.add(told, Measure::Reset, way, &user_type);
                self.memory.forget(key);
            }
            _ => self.link(told, key, known),
        }
    }

    /// What became of the link that was mailed last for a request.
    fn link(&mut self, told: &Told, key: Key, known: Option<Request>) {
        let Some(mut request) = known else { return };
        match (told.kind.as_str(), request.accepted) {
            ("mail.accepted", _) if told.word("letter_kind") == "link" => {
                self.add(told, Measure::Link, "mailed", "");
                if let Some(queued) = request.queued.take() {
                    self.add(told, Measure::Handoff, &seconds(told.at - queued), "");
                }
                (request.accepted, request.opened) = (Some(told.at), false);
            }
            // the link of a permission was never mailed
            ("link.opened", Some(accepted)) if !request.opened && request.way != "permit" => {
                self.add(told, Measure::Link, "opened", "");
                self.add(told, Measure::Click, &seconds(told.at - accepted), "");
                request.opened = true;
            }
            ("link.expired", Some(_)) => {
                self.add(told, Measure::Link, if request.opened { "expired-opened" } else { "expired" }, "");
                request.accepted = None;
            }
            _ => return,
        }
        self.memory.keep(key, &request);
    }

    fn letter(&mut self, told: &Told) {
        let fate = match told.kind.as_str() {
            "mail.accepted" => "accepted",
            "mail.failed" => "failed",
            "mail.dropped" => "dropped",
            "mail.parked" => "parked",
            "inbound.bounced" if told.word("action") == "failed" => "bounced",
            _ => return,
        };
        self.add(told, Measure::Letter, fate, told.word("letter_kind"));
    }

    fn case(&mut self, told: &Told) {
        let Some(key) = told.about(CASE).map(|id| (CASE, id)) else { return };
        if let ("case.opened", Some(due)) = (told.kind.as_str(), told.time("due")) {
            let reason = told.word("reason").to_owned();
            self.add(told, Measure::Case, "opened", &reason);
            return self.memory.keep(key, &Case { reason, due, waiting: None, answered: false });
        }
        let Some(mut case) = self.memory.get::<Case>(key) else { return };
        let closes = matches!(told.kind.as_str(), "case.closed" | "request.closed" | "request.rejected");
        let answers = closes
            || matches!(told.kind.as_str(), "case.replied" | "case.link-sent" | "inbound.linked" | "inbound.answered");
        match told.kind.as_str() {
            "case.waiting" => case.waiting = Some(told.at),
            "case.resumed" => (case.waiting, case.due) = (None, told.time("due").unwrap_or(case.due)),
            _ if answers && !case.answered => {
                // its time stood still since it waits
                let at = case.waiting.unwrap_or(told.at);
                self.add(told, Measure::Sla, if at <= case.due { "within" } else { "over" }, &case.reason);
                case.answered = true;
            }
            _ if !closes => return,
            _ => {}
        }
        if closes {
            self.add(told, Measure::Case, "closed", told.fact("outcome").unwrap_or("rejected"));
            self.memory.forget(key);
        } else {
            self.memory.keep(key, &case);
        }
    }

    fn proposal(&mut self, told: &Told) {
        let (family, verb) = told.family();
        let Some(key) = told.about(PROPOSAL).map(|id| (PROPOSAL, id)) else { return };
        let decided = matches!(verb, "approved" | "confirmed" | "rejected" | "upheld" | "dismissed");
        if decided && told.actor.id.is_some() && !self.working(told.at) {
            self.add(told, Measure::OffHours, &told.who(), family);
        }
        if family == "manual" && matches!(verb, "proposed" | "approved" | "rejected" | "withdrawn") {
            self.add(told, Measure::Officer, &told.who(), verb);
        }
        match (family, verb) {
            (_, "proposed") | ("reset", "scheduled") => {
                self.memory.keep(key, &Proposal { by: told.who(), at: told.at });
            }
            (_, "approved" | "confirmed") => {
                let Some(proposal) = self.memory.get::<Proposal>(key) else { return };
                self.add(told, Measure::Pair, &proposal.by, &told.who());
                if told.at - proposal.at < QUICK {
                    self.add(told, Measure::Quick, &told.who(), &proposal.by);
                }
                // another has to agree too, where nothing follows yet
                let done = told.facts.get("done").and_then(Value::as_bool).unwrap_or(true);
                if done || told.fact("due").is_some() {
                    self.memory.forget(key);
                }
            }
            (_, "rejected") => {
                self.add(told, Measure::Rejected, family, "");
                self.memory.forget(key);
            }
            (_, "withdrawn" | "expired") => self.memory.forget(key),
            _ => {}
        }
    }

    fn other(&mut self, told: &Told) {
        match told.kind.as_str() {
            "account.searched" => self.add(told, Measure::Officer, &told.who(), "searched"),
            "address.revealed" => self.add(told, Measure::Officer, &told.who(), "revealed"),
            "inbound.read" => self.add(told, Measure::Verdict, told.word("verdict"), told.word("mail_kind")),
            "request.rejected" => self.add(told, Measure::Rejected, "request", ""),
            "reset.cancelled" => self.add(told, Measure::NotMe, "cancelled", ""),
            "reset.disputed" => self.add(told, Measure::NotMe, "disputed", ""),
            "account.disputed" => self.add(told, Measure::NotMe, "account", ""),
            "manual.cancelled" | "manual.contested" if told.actor.kind == "user" => {
                self.add(told, Measure::NotMe, "manual", "");
            }
            "hours.changed" | "holidays.changed" => self.hours(told),
            _ => {}
        }
    }

    fn hours(&mut self, told: &Told) {
        let mut hours: Hours = self.memory.get(HOURS).unwrap_or_default();
        let lines = |name: &str| {
            let lines = told.facts.get(name).and_then(Value::as_array);
            lines.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        if told.kind == "hours.changed" {
            hours.week = told.facts.get("after").cloned();
        } else {
            let removed = lines("removed");
            hours.holidays.retain(|line| !removed.contains(line));
            hours.holidays.extend(lines("added"));
        }
        self.memory.keep(HOURS, &hours);
    }

    /// Whether that was within working hours, as they held then.
    fn working(&self, at: DateTime<Utc>) -> bool {
        let hours: Hours = self.memory.get(HOURS).unwrap_or_default();
        let lines: Vec<String> = hours.holidays.into_iter().collect();
        let hours = hours::Hours {
            zone: self.zone,
            week: hours.week.as_ref().and_then(Week::from_json).unwrap_or_default(),
            holidays: Holidays::typed(&lines.join("\n")).unwrap_or_default(),
        };
        hours.between(at, at + TimeDelta::seconds(1)) > TimeDelta::zero()
    }
}

/// A word as it is counted: whatever an event holds, the database can keep it as a key.
fn word(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(WORD_MAX).collect()
}

/// The bucket of a delay, as the word it is counted by: two digits, so that they stand in order.
fn seconds(delay: TimeDelta) -> String {
    format!("{:02}", bucket(delay.num_seconds()))
}

#[cfg(test)]
mod tests;
