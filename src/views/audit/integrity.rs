//! Whether the log is whole: its newest checkpoint, what waits, and what the last verification found.

use chrono::TimeDelta;
use maud::{Markup, html};

use super::exports::{meter, number};
use crate::views::parts::{self as shared, Tone};
use crate::views::staff::Desk;
use crate::views::staff::parts::chip;
use crate::views::staff::shell::shell;

pub use super::whole::{Checkpoint, Data, FINDINGS, Finding, Note, Place, Running, Verified};

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let body = html! {
        @if let Some(note) = data.note {
            @let tone = if note == Note::Asked { Tone::Good } else { Tone::Wait };
            (shared::notice(tone, &html! { p { (desk.t(&format!("integrity-note-{}", note.code()))) } }))
        }
        (verdict(desk, data))
        div.split {
            div {
                section.panel { h2 { (desk.t("integrity-verification")) } (verification(desk, data)) }
                @if let Some(last) = data.last.as_ref().filter(|last| last.found > 0) { (findings(desk, last)) }
                section.panel { h2 { (desk.t("integrity-checkpoint")) } p.small { (desk.t("integrity-checkpoint-is")) } (checkpoint(desk, data)) }
            }
            div {
                section.panel { h2 { (desk.t("integrity-pulse")) } (pulse(desk, data)) }
                section.panel { h2 { (desk.t("integrity-outside")) } (places(desk, &data.places)) }
                section.panel { h2 { (desk.t("integrity-keys")) } (keys(desk, &data.keys)) }
            }
        }
        (shared::steps(&desk.frame))
    };
    shell(desk, &desk.t("staff-menu-integrity"), &body)
}

fn verdict(desk: &Desk, data: &Data) -> Markup {
    let lang = desk.frame.lang;
    let broken = data.checkpoint.as_ref().is_some_and(|c| !c.signed || c.follows.iter().any(|(_, fits)| !fits));
    if broken {
        return shared::notice(
            Tone::Bad,
            &html! { h2.verdict { (desk.t("integrity-bad")) } p { (desk.t("integrity-bad-end")) } },
        );
    }
    let Some(last) = &data.last else {
        return shared::notice(Tone::Info, &html! { p { (desk.t("integrity-never")) } });
    };
    let (time, size) = (desk.frame.moment(last.at), number(lang, up_to(last)));
    if last.findings.iter().any(|finding| finding.code == "unfinished") {
        let words = desk.ta("integrity-unfinished-text", &[("time", &time)]);
        return shared::notice(Tone::Bad, &html! { h2.verdict { (desk.t("integrity-unfinished")) } p { (words) } });
    }
    if last.found == 0 {
        let words = desk.ta("integrity-good-text", &[("time", &time), ("number", &size)]);
        return shared::notice(Tone::Good, &html! { h2.verdict { (desk.t("integrity-good")) } p { (words) } });
    }
    let first = last.first_bad.map(|first| number(lang, first));
    let found = number(lang, last.found);
    let what: [(&'static str, &str); 3] = [("time", &time), ("number", &size), ("found", &found)];
    shared::notice(
        Tone::Bad,
        &html! {
            h2.verdict { (desk.t("integrity-bad")) }
            p { (desk.ta("integrity-bad-text", &what)) }
            @if let Some(first) = first { p { strong { (desk.ta("integrity-first-bad", &[("number", &first)])) } } }
            p { (desk.t("integrity-bad-do")) }
        },
    )
}

fn verification(desk: &Desk, data: &Data) -> Markup {
    let lang = desk.frame.lang;
    let by = |name: &Option<String>| name.clone().unwrap_or_else(|| desk.t("integrity-by-clock"));
    html! {
        @if let Some(last) = &data.last {
            (shared::facts(&[
                (desk.t("integrity-last"), shared::time(&desk.frame, last.at)),
                (desk.t("integrity-by"), html! { (by(&last.asked_name)) }),
                (desk.t("integrity-up-to"), html! { (number(lang, up_to(last))) }),
            ]))
        } @else { p { (desk.t("integrity-none-yet")) } }
        @if let Some(running) = &data.running {
            p {
                (chip(Tone::Wait, &desk.t("integrity-running"))) " " (by(&running.asked_name)) br;
                (meter(&desk.t("integrity-running"), running.done, running.total)) " "
                @if running.total > 0 {
                    (desk.ta("integrity-progress", &[("done", &number(lang, running.done)), ("total", &number(lang, running.total))]))
                } @else { (desk.t("integrity-waits")) }
            }
            p.links { a href="/audit/integrity" { (desk.t("export-reload")) } }
        } @else {
            (shared::press(&desk.frame, "/audit/integrity/verify", &[], "main", &desk.t("integrity-verify")))
            p.small { (desk.t("integrity-verify-hint")) }
        }
    }
}

fn findings(desk: &Desk, last: &Verified) -> Markup {
    let lang = desk.frame.lang;
    html! {
        section {
            h2 { (desk.t("integrity-findings")) }
            table.list.cards {
                thead { tr { th scope="col" { (desk.t("integrity-leaf")) } th scope="col" { (desk.t("integrity-what")) } } }
                tbody { @for finding in &last.findings { tr {
                    td data-label=(desk.t("integrity-leaf")) {
                        @match finding.index { Some(index) => (number(lang, index)), None => "–" }
                    }
                    td data-label=(desk.t("integrity-what")) {
                        @if FINDINGS.contains(&finding.code.as_str()) {
                            (desk.t(&format!("finding-{}", finding.code))) br;
                        }
                        span.small { (finding.words) }
                    }
                } } }
            }
        }
    }
}

fn checkpoint(desk: &Desk, data: &Data) -> Markup {
    let lang = desk.frame.lang;
    let Some(checkpoint) = &data.checkpoint else { return html! { p { (desk.t("integrity-no-checkpoint")) } } };
    let (fine, wrong) = (Tone::Good, Tone::Bad);
    html! {
        (shared::facts(&[
            (desk.t("integrity-size"), html! { (number(lang, checkpoint.size)) }),
            (desk.t("integrity-root"), html! { span.mono { (checkpoint.root) } }),
            (desk.t("integrity-made"), html! {
                (shared::time(&desk.frame, checkpoint.at)) " (" (ago(desk, checkpoint.age)) ")"
            }),
            (desk.t("integrity-signature"), html! {
                @if checkpoint.signed { (chip(fine, &desk.t("integrity-signed"))) }
                @else { (chip(wrong, &desk.t("integrity-unsigned"))) }
            }),
            (desk.t("integrity-follows"), html! {
                @if checkpoint.follows.is_empty() { (desk.t("integrity-first")) }
                @for (size, fits) in &checkpoint.follows {
                    @let size = number(lang, *size);
                    @if *fits { (chip(fine, &desk.ta("integrity-fits", &[("number", &size)]))) " " }
                    @else { (chip(wrong, &desk.ta("integrity-differs", &[("number", &size)]))) " " }
                }
            }),
        ]))
        p { strong { (desk.t("integrity-note")) } }
        pre.mail #note { code { (checkpoint.note) } }
        (shared::copy(&desk.frame, "note", &desk.t("integrity-copy-note")))
        p.small { (desk.t("integrity-note-hint")) }
    }
}

fn pulse(desk: &Desk, data: &Data) -> Markup {
    let lang = desk.frame.lang;
    shared::facts(&[
        (desk.t("integrity-waiting"), html! { (number(lang, data.waiting)) }),
        (
            desk.t("integrity-oldest"),
            html! {
                @if data.waiting > 0 { (span(desk, data.oldest)) } @else { "–" }
            },
        ),
        (
            desk.t("integrity-heartbeat"),
            html! {
                @match data.heartbeat { Some(at) => (shared::time(&desk.frame, at)), None => (desk.t("integrity-no-heartbeat")) }
            },
        ),
    ])
}

fn places(desk: &Desk, places: &[Place]) -> Markup {
    let lang = desk.frame.lang;
    html! {
        @if places.is_empty() { p { (desk.t("integrity-no-places")) } }
        @for place in places {
            (shared::facts(&[
                (place.name.clone(), html! {
                    @match (place.size, place.at) {
                        (Some(size), Some(at)) => { (number(lang, size)) " · " (shared::time(&desk.frame, at)) }
                        _ => (desk.t("integrity-place-never")),
                    }
                    @if let Some(trouble) = &place.trouble { br; (chip(Tone::Bad, &desk.t("integrity-trouble"))) " " span.small { (trouble) } }
                }),
            ]))
        }
        p.small { (desk.t("integrity-outside-hint")) }
    }
}

fn keys(desk: &Desk, keys: &[String]) -> Markup {
    html! {
        @for (at, key) in keys.iter().enumerate() {
            @let id = format!("key-{at}");
            p.mono id=(id) { code { (key) } }
            (shared::copy(&desk.frame, &id, &desk.t("integrity-copy-key")))
        }
        p.small { (desk.t("integrity-keys-hint")) }
    }
}

/// The number of the last leaf it looked at.
fn up_to(last: &Verified) -> i64 {
    (last.size - 1).max(0)
}

/// A span of time in whole words.
fn span(desk: &Desk, span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    let told = |key: &str, n: i64| desk.ta(key, &[("n", &n.to_string())]);
    match seconds {
        0..120 => told("integrity-span-seconds", seconds),
        120..7_200 => told("integrity-span-minutes", seconds / 60),
        7_200..172_800 => told("integrity-span-hours", seconds / 3_600),
        _ => told("integrity-span-days", seconds / 86_400),
    }
}

fn ago(desk: &Desk, age: TimeDelta) -> String {
    desk.ta("integrity-ago", &[("span", &span(desk, age))])
}
