//! A page of the demo alone: writing to the helpdesk as somebody, signed or forged.

use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts::{self, Tone};

/// Ways to write (`compose-as-<code>`, `compose-hint-<code>`).
pub const WAYS: [&str; 4] = ["signed", "forged", "auto", "bounce"];

/// What is on the form.
#[derive(Clone, Debug)]
pub struct Compose {
    /// Addresses and names of who can be played.
    pub people: Vec<(String, String)>,
    /// The helpdesk's address.
    pub to: String,
    /// The address chosen.
    pub from: String,
    /// The way chosen.
    pub way: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// What is missing: `from`, `subject` or `letter`.
    pub flaw: Option<&'static str>,
    /// Whether it was sent just now.
    pub sent: bool,
}

/// The form.
pub fn page(frame: &Frame, data: &Compose) -> Markup {
    let flawed = |field| data.flaw == Some(field);
    let body = html! {
        p.lead { (frame.t("compose-lead")) }
        @if data.sent { (parts::notice(Tone::Good, &html! { p role="status" { (frame.t("compose-sent")) } })) }
        @if let Some(flaw) = data.flaw {
            (parts::notice(Tone::Bad, &html! { p #flaw role="alert" { (frame.t(&format!("compose-flaw-{flaw}"))) } }))
        }
        form method="post" action="/demo/compose" {
            (parts::csrf(frame))
            div.field {
                label for="from" { (frame.t("compose-from")) }
                select id="from" name="from" aria-describedby=[flawed("from").then_some("flaw")] {
                    @for (address, name) in &data.people {
                        option value=(address) selected[*address == data.from] { (name) " <" (address) ">" }
                    }
                }
            }
            fieldset.field {
                legend { (frame.t("compose-as")) }
                div.radios {
                    @for way in WAYS {
                        label.radio for={ "way-" (way) } {
                            input type="radio" name="way" id={ "way-" (way) } value=(way) checked[data.way == way]
                                aria-describedby={ "hint-" (way) };
                            span {
                                (frame.t(&format!("compose-as-{way}")))
                                small id={ "hint-" (way) } { (frame.t(&format!("compose-hint-{way}"))) }
                            }
                        }
                    }
                }
            }
            p { (frame.t("compose-to")) " " code { (data.to) } }
            div.field {
                label for="subject" { (frame.t("compose-subject")) }
                input type="text" id="subject" name="subject" value=(data.subject) maxlength="200"
                    aria-describedby=[flawed("subject").then_some("flaw")];
            }
            div.field {
                label for="text" { (frame.t("compose-text")) }
                textarea id="text" name="text" rows="8" maxlength="5000" { (data.text) }
            }
            button.main type="submit" { (frame.t("compose-send")) }
        }
        p.links { a href="/staff/mail" { (frame.t("compose-desk")) } " " a href="/demo" { (frame.t("demo-back")) } }
    };
    shell(frame, &frame.t("compose-title"), &body)
}
