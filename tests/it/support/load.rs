//! People who ask and confirm without pause, and a book of what they were answered.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pulih::base::clock;
use reqwest::header::{COOKIE, LOCATION, ORIGIN as ORIGIN_HEADER, RETRY_AFTER, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::browser::Page;
use super::house::until;
use super::installation::{Installation, ORIGIN, email, user_id};
use super::letters::read;
use super::sink::Sink;

/// A person behind the proxy that speaks https: keeps cookies that a plain client would not send.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    at: SocketAddr,
    cookies: BTreeMap<String, String>,
}

/// An answer and the time it took.
pub struct Answer {
    /// The page.
    pub page: Page,
    /// The time.
    pub took: Duration,
}

impl Answer {
    /// Where it sends on to; nowhere where it is no 303.
    pub fn onward(&self) -> Option<String> {
        let to = self.page.headers.get(LOCATION)?.to_str().ok()?;
        (self.page.status == StatusCode::SEE_OTHER).then(|| to.to_owned())
    }

    /// The seconds of `Retry-After`.
    pub fn retry_after(&self) -> Option<u64> {
        self.page.headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
    }
}

/// A client; one that keeps no connections opens one for each request.
pub fn client(keeps: bool) -> Client {
    let idle = if keeps { 64 } else { 0 };
    let builder = Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(30));
    builder.pool_max_idle_per_host(idle).build().unwrap()
}

impl Visitor {
    /// Somebody new.
    pub fn new(client: &Client, at: SocketAddr) -> Self {
        Self { client: client.clone(), at, cookies: BTreeMap::new() }
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> reqwest::Result<Answer> {
        let request = self.client.get(format!("http://{}{path}", self.at));
        self.go(path, request).await
    }

    /// Sends the form of a page.
    pub async fn send(&mut self, page: &Page, action: &str, filled: &[(&str, &str)]) -> reqwest::Result<Answer> {
        let request = self.client.post(format!("http://{}{action}", self.at));
        let form = page.forms().into_iter().find(|form| form.action == action && form.method == "POST");
        let form = form.unwrap_or_else(|| panic!("no form to {action}: {}", page.text()));
        let request = request.header(ORIGIN_HEADER, ORIGIN).form(&form.filled(filled));
        self.go(action, request).await
    }

    /// Kirim for a person; gives the last answer.
    pub async fn kirim(&mut self, person: usize) -> reqwest::Result<Answer> {
        let form = self.get("/reset-totp").await?;
        if form.page.status != StatusCode::OK {
            return Ok(form);
        }
        let (user_id, email) = (user_id(person), email(person));
        let filled = [("user_id", user_id.as_str()), ("email", email.as_str()), ("user_type", "penyedia")];
        self.send(&form.page, "/reset-totp", &filled).await
    }

    /// Follows a mailed link up to OK; gives the last answer.
    pub async fn reset(&mut self, link: &str) -> reqwest::Result<Answer> {
        let arrived = self.get(link.strip_prefix(ORIGIN).unwrap_or(link)).await?;
        let Some(to) = arrived.onward() else { return Ok(arrived) };
        let shown = self.get(&to).await?;
        if shown.page.status != StatusCode::OK {
            return Ok(shown);
        }
        let again = shown.page.forms().iter().any(|form| form.action == "/reset-totp/confirm" && form.method == "POST");
        let asked = if again {
            shown
        } else {
            let opened = self.send(&shown.page, "/reset-totp/open", &[]).await?;
            let Some(to) = opened.onward() else { return Ok(opened) };
            self.get(&to).await?
        };
        if asked.page.status != StatusCode::OK {
            return Ok(asked);
        }
        self.send(&asked.page, "/reset-totp/confirm", &[]).await
    }

    async fn go(&mut self, path: &str, mut request: RequestBuilder) -> reqwest::Result<Answer> {
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, all.join("; "));
        }
        let began = clock::instant();
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.text().await?;
        for line in headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let page = Page { status, path: path.to_owned(), headers, body };
        Ok(Answer { page, took: began.elapsed() })
    }
}

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

/// Pause between two requests of one, which keeps the number of people needed small.
const PAUSE: Duration = Duration::from_millis(20);

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

    let kept: HashSet<String> = set(installation, "select reference from request r where state in ('mailed', 'opened', 'done')
        and (select count(*) from event where request_id = r.id and kind = 'reset.asked') = 1").await;
    let asked = book.asked.lock().unwrap().clone();
    let lost: Vec<_> = asked.values().filter(|reference| !kept.contains(*reference)).collect();
    assert!(lost.is_empty(), "answered and lost: {lost:?}");

    let done = set(installation, "select a.user_id from account a join request r on r.account_id = a.id
        where r.state = 'done' and a.last_reset_at is not null and (select count(*) from event
            where request_id = r.id and kind = 'reset.confirmed' and outcome = 'done') = 1").await;
    let reset = book.reset.lock().unwrap().clone();
    let lost: Vec<_> = reset.iter().filter(|person| !done.contains(&user_id(**person))).collect();
    assert!(lost.is_empty(), "reset and lost: {lost:?}");
    assert_eq!(installation.value("select count(*) from letter where state <> 'sent'").await, "0");

    let rows = installation.sql("select d.address, count(*) from letter l join address d
        on d.account_id = l.account_id and d.position = l.position group by 1").await;
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
