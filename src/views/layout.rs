//! The shell around every public page, and what it needs to know about site and viewer.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, html};

use super::parts;
use crate::i18n::{Lang, when};
use crate::model::freeze::Scope;

/// Addresses of what a page loads, `/assets/<hash>/<file>` where not said otherwise.
#[derive(Clone, Debug)]
pub struct Assets {
    /// `pulih.css`.
    pub css: String,
    /// `pulih.js`.
    pub js: String,
    /// `pow.js`, the worker of the proof of work; the form alone loads it.
    pub pow: String,
    /// `steps.js`; pages of sign-in, activation and account load it besides.
    pub steps: String,
    /// `staff.css`; pages of the desk load it besides.
    pub staff_css: String,
    /// `audit.css`; the auditor's rooms load it besides.
    pub audit_css: String,
    /// `staff.js`; pages of the desk load it besides.
    pub staff_js: String,
    /// `mark.svg`, the icon of the browser's tab: a `data:` address, since it is too small to be worth a request.
    pub mark: String,
}

/// Who helps people; parts that are empty are not shown.
#[derive(Clone, Debug)]
pub struct Helpdesk {
    /// Mailbox.
    pub address: String,
    /// Telephone as people dial it.
    pub phone: String,
    /// Opening hours in words.
    pub hours: String,
}

/// What is the same for every viewer.
#[derive(Clone, Debug)]
pub struct Site {
    /// The agency's name.
    pub agency: String,
    /// Who helps people.
    pub helpdesk: Helpdesk,
    /// The files a page loads.
    pub assets: Assets,
    /// Whether this is the demo, which every page then says.
    pub demo: bool,
}

/// What a page is drawn in: site, viewer and place.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The site.
    pub site: Arc<Site>,
    /// The viewer's language.
    pub lang: Lang,
    /// The viewer's zone.
    pub zone: Tz,
    /// Path and query of a GET page that shows this place again; the language switch goes there.
    pub path: String,
    /// The anti-forgery token of this browser; forms need it.
    pub csrf: Option<String>,
    /// Whether mail is slow at the moment.
    pub slow_mail: bool,
    /// What of self-service is frozen.
    pub frozen: Option<Scope>,
}

impl Frame {
    /// The words of `key`.
    pub fn t(&self, key: &str) -> String {
        self.lang.t(key)
    }

    /// The words of `key` with its variables.
    pub fn ta(&self, key: &str, args: &[(&'static str, &str)]) -> String {
        self.lang.ta(key, args)
    }

    /// Date and time in words, with the zone.
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        when::moment(self.lang, self.zone, at)
    }

    /// Clock time in words, with the zone.
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        when::clock(self.lang, self.zone, at)
    }

    /// This place in another language.
    pub(super) fn in_lang(&self, lang: Lang) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let kept = query.split('&').filter(|p| !p.is_empty() && !p.starts_with("lang="));
        let query: Vec<&str> = kept.collect();
        let amp = if query.is_empty() { "" } else { "&" };
        format!("{path}?{}{amp}lang={}", query.join("&"), lang.code())
    }
}

/// A whole page: `title` is both its `<h1>` and the head of the browser's title.
pub fn shell(frame: &Frame, title: &str, body: &Markup) -> Markup {
    document(frame, title, title, body)
}

/// A whole page of a form that came back with mistakes: the browser's title says so first.
pub fn shell_with_errors(frame: &Frame, title: &str, body: &Markup) -> Markup {
    document(frame, &frame.ta("error-prefix", &[("title", title)]), title, body)
}

/// A whole page of a form, which may have come back with mistakes.
pub fn shell_of_form(frame: &Frame, title: &str, wrong: bool, body: &Markup) -> Markup {
    if wrong { shell_with_errors(frame, title, body) } else { shell(frame, title, body) }
}

fn document(frame: &Frame, head: &str, title: &str, body: &Markup) -> Markup {
    let site = &frame.site;
    html! {
        (DOCTYPE)
        html lang=(frame.lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (head) " – " (frame.t("app-name")) " · " (site.agency) }
                link rel="stylesheet" href=(site.assets.css);
                link rel="icon" type="image/svg+xml" href=(site.assets.mark);
                script src=(site.assets.js) defer {}
            }
            body data-offline=(frame.t("offline")) data-busy=(frame.t("busy")) {
                a.skip href="#main" { (frame.t("skip")) }
                @if site.demo { p.ribbon { (frame.t("ribbon")) " " a href="/demo" { (frame.t("ribbon-link")) } } }
                (header(frame))
                @if frame.slow_mail { p.banner { (parts::icon_wait()) span { (frame.t("slow-mail")) } } }
                @if let Some(scope) = frame.frozen {
                    p.banner { (parts::icon_wait()) span { (frame.t(&format!("frozen-{}", scope.code()))) } }
                }
                main #main tabindex="-1" {
                    div #live role="status" {}
                    h1 { (title) }
                    (body)
                }
                (footer(frame))
            }
        }
    }
}

fn header(frame: &Frame) -> Markup {
    html! {
        header.top {
            a.brand href="/" {
                (parts::mark())
                span { strong { (frame.t("app-name")) } " " span.agency { (frame.site.agency) } }
            }
            nav aria-label=(frame.t("nav-label")) {
                a href="/help" { (frame.t("nav-help")) }
                @for lang in Lang::ALL {
                    @let name = lang.t("language-name");
                    a.lang href=(frame.in_lang(lang)) lang=(lang.code()) hreflang=(lang.code()) title=(name)
                        aria-current=[(lang == frame.lang).then_some("true")] { (lang.t("language-short")) }
                }
            }
        }
    }
}

fn footer(frame: &Frame) -> Markup {
    let desk = &frame.site.helpdesk;
    html! {
        footer.foot {
            h2 { (frame.t("helpdesk-title")) }
            ul {
                @if !desk.address.is_empty() {
                    li { a href={ "mailto:" (desk.address) } { (desk.address) } }
                }
                @if !desk.phone.is_empty() { li { (frame.ta("helpdesk-phone", &[("phone", &desk.phone)])) } }
                @if !desk.hours.is_empty() { li { (frame.ta("helpdesk-hours", &[("hours", &desk.hours)])) } }
            }
            p.links {
                a href="/help" { (frame.t("nav-help")) } " "
                a href="/help/clock" { (frame.t("nav-clock")) } " "
                a href="/help/privacy" { (frame.t("nav-privacy")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_switch_keeps_the_place() {
        let mut frame = samples::frame(Lang::Id);
        for (path, switched) in [
            ("/", "/?lang=en"),
            ("/reset-totp/sent?r=R-7K2M-9QXD", "/reset-totp/sent?r=R-7K2M-9QXD&lang=en"),
            ("/help?lang=id&x=1", "/help?x=1&lang=en"),
        ] {
            path.clone_into(&mut frame.path);
            assert_eq!(frame.in_lang(Lang::En), switched);
        }
    }
}
