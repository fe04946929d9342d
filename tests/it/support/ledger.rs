//! Reads the log as an auditor would: replays it, and finds that it explains what stands in the tables.

use std::collections::BTreeMap;

use pulih::model::request::{State, Step};
use serde_json::Value;
use uuid::Uuid;

use super::house::TestApp;

/// The log of one house, or of one account, replayed.
#[derive(Default)]
pub struct Ledger {
    requests: BTreeMap<Uuid, Request>,
    /// In the order in which they were made.
    links: Vec<Link>,
    /// Factors that were reset or revoked.
    pub resets: usize,
    /// Events that were not refused, by kind.
    pub done: BTreeMap<String, usize>,
}

#[derive(Debug)]
struct Request {
    state: State,
    account: Option<Uuid>,
    joined: Option<Uuid>,
}

struct Link {
    id: Uuid,
    request: Uuid,
    alive: bool,
}

impl Ledger {
    /// Replays all events of an account, or of the whole house, and compares where that leads with the tables.
    pub async fn check(app: &TestApp, account: Option<Uuid>) -> Self {
        let (events, requests) = match account {
            Some(id) => (
                format!(
                    "where account_id = '{id}' or request_id in (select id from request where account_id = '{id}')"
                ),
                format!("where account_id = '{id}'"),
            ),
            None => Default::default(),
        };
        let mut ledger = Self::default();
        for row in app.sql(&format!("select body from event {events} order by id")).await {
            ledger.replay(&serde_json::from_str(row[0].as_deref().unwrap()).unwrap());
        }
        let tables = app.sql(&format!("select id, state from request {requests} order by id")).await;
        let tables: Vec<_> = tables.into_iter().map(|row| format!("{row:?}")).collect();
        let replayed = ledger.requests.iter().filter(|(_, r)| account.is_none() || r.account == account);
        let replayed: Vec<_> =
            replayed.map(|(id, r)| format!("{:?}", [Some(id.to_string()), Some(r.state.code().to_owned())])).collect();
        // unmatched requests leave the tables with their time, and the log keeps them
        let gone = |line: &&String| line.contains("unmatched") && !tables.contains(line);
        let replayed: Vec<_> = replayed.iter().filter(|line| !gone(line)).cloned().collect();
        assert_eq!(replayed, tables, "the log leads elsewhere than the tables stand");
        ledger
    }

    /// How often that kind was done.
    pub fn count(&self, kind: &str) -> usize {
        self.done.get(kind).copied().unwrap_or(0)
    }

    fn replay(&mut self, body: &Value) {
        if body["outcome"] == "refused" {
            return;
        }
        let kind = body["kind"].as_str().unwrap();
        *self.done.entry(kind.to_owned()).or_default() += 1;
        let id = |value: &Value| value.as_str().map(|id| id.parse::<Uuid>().unwrap());
        let (subject, facts) = (&body["subject"], &body["facts"]);
        let (request, account) = (id(&subject["request"]), id(&subject["account"]));
        let carries_link = facts["letter_kind"] == "link";
        match kind {
            "reset.asked" => {
                let fresh = Request { state: State::Received, account: None, joined: None };
                assert!(self.requests.insert(request.unwrap(), fresh).is_none(), "asked twice: {body}");
            }
            "reset.matched" => {
                let request = request.unwrap();
                self.step(request, Step::Match, body);
                let row = self.requests.get_mut(&request).unwrap();
                (row.account, row.joined) = (account, id(&facts["joined"]));
                self.links.extend(id(&subject["link"]).map(|id| Link { id, request, alive: true }));
            }
            "reset.unmatched" => {
                self.step(request.unwrap(), Step::Miss, body);
                self.requests.get_mut(&request.unwrap()).unwrap().account = account;
            }
            "mail.accepted" if carries_link => self.try_step(request.unwrap(), Step::HandOver),
            "mail.failed" | "mail.parked" if carries_link => self.try_step(request.unwrap(), Step::Bounce),
            "link.opened" => self.step(request.unwrap(), Step::Open, body),
            "link.expired" => self.expire(id(&subject["link"]).unwrap(), body),
            "link.reissued" => {
                self.step(request.unwrap(), Step::Reissue, body);
                self.end(id(&subject["link"]).unwrap());
                let new = id(&facts["new_link"]).unwrap();
                self.links.push(Link { id: new, request: request.unwrap(), alive: true });
            }
            "reset.confirmed" | "reset.scheduled" => {
                let now = kind == "reset.confirmed";
                self.resets += usize::from(now);
                self.cancel_all(account.unwrap(), request);
                self.step(request.unwrap(), if now { Step::Confirm } else { Step::Schedule }, body);
            }
            "reset.executed" if facts["credential"].is_null() => self.step(request.unwrap(), Step::Cancel, body),
            "reset.executed" => {
                self.resets += 1;
                self.cancel_all(account.unwrap(), request);
                self.step(request.unwrap(), Step::Execute, body);
            }
            "reset.cancelled" => self.cancel_all(account.unwrap(), None),
            "manual.proposed" => {
                let fresh = Request { state: State::Proposed, account, joined: None };
                self.requests.insert(request.unwrap(), fresh);
            }
            "manual.approved" if !facts["due"].is_null() => self.step(request.unwrap(), Step::Approve, body),
            "manual.rejected" => self.step(request.unwrap(), Step::Reject, body),
            "manual.expired" if facts["kind"] == "reset" => self.step(request.unwrap(), Step::Lapse, body),
            "manual.withdrawn" | "manual.cancelled" | "manual.dismissed" | "manual.expired" => {
                self.step(request.unwrap(), Step::Cancel, body);
            }
            "manual.contested" => self.step(request.unwrap(), Step::Contest, body),
            "manual.upheld" => self.step(request.unwrap(), Step::Uphold, body),
            "reset.disputed" if facts["locked"] == true => self.cancel_all(account.unwrap(), None),
            _ => {}
        }
    }

    /// Takes a step that must be possible, and those that share the letter with it.
    fn step(&mut self, id: Uuid, step: Step, why: &Value) {
        let from = self.requests[&id].state;
        let to = from.step(step).unwrap_or_else(|_| panic!("{from:?} cannot take {step:?}: {why}"));
        self.requests.get_mut(&id).unwrap().state = to;
        if to == from {
            return;
        }
        for other in self.requests.values_mut().filter(|r| r.joined == Some(id) && !r.state.is_final()) {
            assert_eq!(other.state.step(step), Ok(to), "{other:?} shares the letter of {id}: {why}");
            other.state = to;
        }
    }

    fn try_step(&mut self, id: Uuid, step: Step) {
        if self.requests[&id].state.step(step).is_ok() {
            self.step(id, step, &Value::Null);
        }
    }

    fn expire(&mut self, link: Uuid, why: &Value) {
        let at = self.links.iter().position(|l| l.id == link).unwrap();
        let request = self.links[at].request;
        assert!(self.links[at].alive, "a link that had ended expired: {why}");
        self.links[at].alive = false;
        if !self.links[at..].iter().any(|l| l.request == request && l.alive) {
            self.try_step(request, Step::Expire);
        }
    }

    fn end(&mut self, link: Uuid) {
        if let Some(link) = self.links.iter_mut().find(|l| l.id == link) {
            link.alive = false;
        }
    }

    fn cancel_all(&mut self, account: Uuid, but: Option<Uuid>) {
        for (id, request) in &mut self.requests {
            if request.account == Some(account) && Some(*id) != but && request.state != State::Received {
                request.state = request.state.step(Step::Cancel).unwrap_or(request.state);
            }
        }
        let requests = &self.requests;
        for link in self.links.iter_mut().filter(|l| requests[&l.request].account == Some(account)) {
            link.alive = false;
        }
    }
}
