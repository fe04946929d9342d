//! People who ask and confirm without pause, and a book of what they were answered.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::StatusCode;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::house::until;
use super::installation::{Installation, user_id};
use super::letters::read;
use super::sink::Sink;
use super::visitor::{Answer, Visitor, client};

/// What people were answered.
#[derive(Default)]
pub struct Book {
    /// References of Kirims that were answered with "Berhasil Kirim".
    pub asked: Mutex<HashMap<usize, String>>,
    /// People whose OK was answered with "TOTP Berhasil di Reset".
    pub reset: Mutex<HashSet<usize>>,
    /// Times of our own page "not available", each with words and `Retry-After`.
    pub away: Mutex<Vec<Duration>>,
    /// Answers that should not be.
    pub wrong: Mutex<Vec<String>>,
    /// Connections that broke with a request under way.
    pub broken: Mutex<Vec<String>>,
    /// Connections that were refused.
    pub refused: AtomicUsize,
    next: AtomicUsize,
}

impl Book {
    /// Kirims answered well so far.
    pub fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// What should not have been.
    pub fn wrong(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }

    /// Requests that got no answer.
    pub fn broken(&self) -> Vec<String> {
        self.broken.lock().unwrap().clone()
    }

    /// Notes an answer that sends on to `path`, or what came instead.
    fn note(&self, answer: reqwest::Result<Answer>, path: &str) -> Option<String> {
        match answer {
            Ok(answer) => match answer.onward() {
                Some(to) if to.starts_with(path) => return Some(to),
                None if answer.page.status == StatusCode::SERVICE_UNAVAILABLE => self.note_away(&answer),
                _ => {
                    let (status, text) = (answer.page.status, answer.page.text());
                    self.wrong.lock().unwrap().push(format!("{} {status} {text}", answer.page.path));
                }
            },
            Err(e) if e.is_connect() => drop(self.refused.fetch_add(1, Ordering::Relaxed)),
            Err(e) => self.broken.lock().unwrap().push(format!("{e:?}")),
        }
        None
    }

    fn note_away(&self, answer: &Answer) {
        let ours = answer.page.heading() == "Layanan sedang tidak tersedia" && answer.retry_after().is_some();
        if ours {
            self.away.lock().unwrap().push(answer.took);
        } else {
            self.wrong.lock().unwrap().push(format!("a bare 503: {}", answer.page.body));
        }
    }
}

/// People at work.
pub struct Load {
    /// What they were answered.
    pub book: Arc<Book>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

/// Pause between two requests of one, which bounds the number of people needed.
const PAUSE: Duration = Duration::from_millis(20);

/// People enough for so many lanes to ask for so long, however fast they are answered.
pub const fn people_for(lanes: usize, seconds: usize) -> usize {
    lanes * seconds * (1_000 / PAUSE.as_millis() as usize)
}

impl Load {
    /// So many who ask, each time for another of `people`; half of them open a connection for each request.
    pub fn asking(installation: &Installation, lanes: usize, people: usize) -> Self {
        let (book, stop, mut tasks) = (Arc::<Book>::default(), CancellationToken::new(), JoinSet::new());
        for lane in 0..lanes {
            let (book, stop, at) = (Arc::clone(&book), stop.clone(), installation.public);
            let client = client(lane % 2 == 0);
            tasks.spawn(async move {
                while !stop.is_cancelled() {
                    let person = book.next.fetch_add(1, Ordering::Relaxed);
                    assert!(person < people, "more people are needed than {people}");
                    let mut answer = Visitor::new(&client, at).kirim(person).await;
                    while answer.as_ref().is_err_and(reqwest::Error::is_connect) && !stop.is_cancelled() {
                        book.refused.fetch_add(1, Ordering::Relaxed);
                        tokio::time::sleep(PAUSE).await;
                        answer = Visitor::new(&client, at).kirim(person).await;
                    }
                    if let Some(to) = book.note(answer, "/reset-totp/sent?r=") {
                        let reference = to.rsplit_once('=').unwrap().1.to_owned();
                        book.asked.lock().unwrap().insert(person, reference);
                        tokio::time::sleep(PAUSE).await;
                    } else {
                        tokio::time::sleep(PAUSE * 10).await;
                    }
                }
            });
        }
        Self { book, stop, tasks }
    }

    /// And so many who follow the links that come.
    pub fn confirming(mut self, installation: &Installation, lanes: usize) -> Self {
        let taken = Arc::new(AtomicUsize::new(0));
        for lane in 0..lanes {
            let (book, stop, at) = (Arc::clone(&self.book), self.stop.clone(), installation.public);
            let (sink, taken, client) = (Arc::clone(&installation.sink), Arc::clone(&taken), client(lane % 2 == 0));
            self.tasks.spawn(async move {
                while !stop.is_cancelled() {
                    match link_of(&sink, &taken) {
                        Some((person, link)) => confirm(&book, &stop, Visitor::new(&client, at), person, &link).await,
                        None => tokio::time::sleep(PAUSE).await,
                    }
                }
            });
        }
        self
    }

    /// Lets everybody end what they began.
    pub async fn end(mut self) -> Arc<Book> {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        self.book
    }
}

/// The link of the next mail that nobody has taken yet, if it holds one.
fn link_of(sink: &Sink, taken: &AtomicUsize) -> Option<(usize, String)> {
    let at = taken.load(Ordering::SeqCst);
    let mail = sink.mail(at)?;
    taken.compare_exchange(at, at + 1, Ordering::SeqCst, Ordering::SeqCst).ok()?;
    let person = mail.to[0].strip_prefix("orang")?.split('@').next()?.parse().ok()?;
    let letter = read(&mail);
    letter.text.contains("/r/").then(|| (person, letter.link("/r/")))
}

/// Taps until there is an answer, as a person would.
async fn confirm(book: &Book, stop: &CancellationToken, mut visitor: Visitor, person: usize, link: &str) {
    let mut again = false;
    while !stop.is_cancelled() {
        let answer = visitor.reset(link).await;
        // the answer to an earlier OK was lost: now the page says that the link was used
        if again && answer.as_ref().is_ok_and(|answer| answer.page.status == StatusCode::GONE) {
            return;
        }
        if book.note(answer, "/reset-totp/done").is_some() {
            book.reset.lock().unwrap().insert(person);
            return;
        }
        again = true;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until every letter is out, and finds of everything that was answered its row, its event and its letter.
pub async fn find_all(installation: &Installation, book: &Book, patience: Duration) {
    let waiting = "select (select count(*) from request where state in ('received', 'sending'))
        + (select count(*) from letter where state in ('queued', 'leased'))";
    until(patience.as_secs(), "all letters are out", async || installation.value(waiting).await == "0").await;

    let kept: HashSet<String> = set(
        installation,
        "select reference from request r where state in ('mailed', 'opened', 'done')
        and (select count(*) from event where request_id = r.id and kind = 'reset.asked') = 1",
    )
    .await;
    let asked = book.asked.lock().unwrap().clone();
    let lost: Vec<_> = asked.values().filter(|reference| !kept.contains(*reference)).collect();
    let mut found = Vec::new();
    for reference in &lost {
        let at = format!(
            "select coalesce(string_agg(format('%s after %s', r.state,
                (select string_agg(kind || ' ' || outcome, ', ' order by id) from event where request_id = r.id)), ' | '), 'no row')
            from request r where reference = '{reference}'"
        );
        found.push(format!("{reference}: {}", installation.value(&at).await));
    }
    assert!(lost.is_empty(), "answered and lost: {found:?}");

    let done = set(
        installation,
        "select a.user_id from account a join request r on r.account_id = a.id
        where r.state = 'done' and a.last_reset_at is not null and (select count(*) from event
            where request_id = r.id and kind = 'reset.confirmed' and outcome = 'done') = 1",
    )
    .await;
    let reset = book.reset.lock().unwrap().clone();
    let lost: Vec<_> = reset.iter().filter(|person| !done.contains(&user_id(**person))).collect();
    assert!(lost.is_empty(), "reset and lost: {lost:?}");
    // a letter whose taking was not recorded is not sent once more where its link was used meanwhile
    let stuck = "select count(*) from letter l join request r on r.id = l.request_id
        where l.state <> 'sent' and not (l.state = 'dropped' and r.state = 'done')";
    assert_eq!(installation.value(stuck).await, "0");

    let rows = installation
        .sql(
            "select d.address, count(*) from letter l join address d
        on d.account_id = l.account_id and d.position = l.position group by 1",
        )
        .await;
    let mut got: HashMap<String, HashSet<String>> = HashMap::new();
    for mail in installation.sink.mails() {
        got.entry(mail.to.join(",")).or_default().insert(mail.message_id());
    }
    for row in rows {
        let (address, letters) = (row[0].clone().unwrap(), row[1].as_ref().unwrap().parse::<usize>().unwrap());
        let ids = got.get(&address).map_or(0, HashSet::len);
        assert_eq!(ids, letters, "letters to {address}: as many Message-IDs as letters, whatever came twice");
    }
}

async fn set(installation: &Installation, query: &str) -> HashSet<String> {
    installation.column(query).await.into_iter().collect()
}
