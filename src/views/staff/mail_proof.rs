//! What a mail proves of its sender: the outcome, its reasons in words, the addresses compared, and the answers behind.

use maud::{Markup, html};

use super::super::parts::{self as shared, Tone};
use super::Desk;
use super::mail::{Data, Fit};
use super::mail_text::line;
use super::parts::chip;
use crate::model::inbound::{Check, Judgement, Message, Signature, Verdict};

/// The colour and shape of a verdict.
fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Verified => Tone::Good,
        Verdict::Check => Tone::Wait,
        Verdict::Failed => Tone::Bad,
        Verdict::Unknown => Tone::Info,
    }
}

/// A verdict as a chip.
pub fn verdict(desk: &Desk, verdict: Verdict) -> Markup {
    chip(tone(verdict), &desk.t(&format!("mail-verdict-{}", verdict.code())))
}

/// The verdict, big, what it means, and its reasons.
pub fn outcome(desk: &Desk, verdict: Verdict, judgement: &Judgement, message: Option<&Message>) -> Markup {
    let automatic = message.and_then(|message| message.automatic);
    shared::notice(
        tone(verdict),
        &html! {
            h2.verdict { (desk.t(&format!("mail-verdict-{}", verdict.code()))) }
            p { (desk.t(&format!("mail-verdict-{}-text", verdict.code()))) }
            @if !judgement.reasons.is_empty() {
                ul {
                    @for reason in &judgement.reasons { li { (desk.t(&format!("mail-reason-{}", reason.code()))) } }
                }
            }
            @if let Some(automatic) = automatic {
                p { (desk.t("inmail-automatic")) " " (desk.t(&format!("inmail-automatic-{}", automatic.code()))) }
            }
        },
    )
}

/// The addresses of a mail beside the registered ones.
pub fn addresses(desk: &Desk, data: &Data) -> Markup {
    html! {
        @if !data.compared.is_empty() {
            section.panel aria-labelledby="addresses-title" {
                h2 #addresses-title { (desk.t("inmail-addresses")) }
                table.list.cards {
                    thead { tr {
                        th scope="col" { (desk.t("inmail-header")) }
                        th scope="col" { (desk.t("inmail-address")) }
                        th scope="col" { (desk.t("inmail-fit")) }
                    } }
                    tbody {
                        @for row in &data.compared {
                            tr {
                                th scope="row" { (desk.t(&format!("inmail-header-{}", row.header))) }
                                td data-label=(desk.t("inmail-address")) {
                                    @if !row.name.is_empty() { (line(&row.name)) " " }
                                    @if row.address.is_empty() { (desk.t("inmail-null-sender")) }
                                    @else { span.mono { (line(&row.address)) } }
                                }
                                td data-label=(desk.t("inmail-fit")) { (fit(desk, row.fit)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn fit(desk: &Desk, fit: Fit) -> Markup {
    let (tone, code) = match fit {
        Fit::Same => (Tone::Good, "same"),
        Fit::Known => (Tone::Wait, "known"),
        Fit::Differs => (Tone::Bad, "differs"),
        Fit::Unregistered => (Tone::Info, "unregistered"),
    };
    chip(tone, &desk.t(&format!("inmail-fit-{code}")))
}

/// Everything that was asked and answered, for whom the words above are not enough.
pub fn why(desk: &Desk, judgement: &Judgement) -> Markup {
    html! {
        details.panel {
            summary { (desk.t("inmail-why")) }
            p.small {
                (desk.t("inmail-judged")) " " (shared::time(&desk.frame, judgement.at)) ". "
                @match &judgement.server {
                    Some(server) => (desk.ta("inmail-by-server", &[("server", &line(server))])),
                    None => (desk.t("inmail-by-us")),
                }
            }
            (signatures(desk, &judgement.signatures))
            (policies(desk, judgement))
            (answers(desk, judgement))
            @if !judgement.untrusted.is_empty() {
                h3 { (desk.t("inmail-untrusted")) }
                p.small { (desk.t("inmail-untrusted-hint")) }
                ul { @for result in &judgement.untrusted { li { s.mono { (line(result)) } } } }
            }
        }
    }
}

fn check(desk: &Desk, check: Check) -> Markup {
    let tone = match check {
        Check::Pass => Tone::Good,
        Check::Fail => Tone::Bad,
        Check::SoftFail | Check::TempError | Check::PermError => Tone::Wait,
        Check::Neutral | Check::None => Tone::Info,
    };
    chip(tone, &desk.t(&format!("inmail-check-{}", check.code())))
}

fn signatures(desk: &Desk, signatures: &[Signature]) -> Markup {
    html! {
        h3 { "DKIM" }
        @if signatures.is_empty() { p { (desk.t("inmail-dkim-none")) } }
        @for signature in signatures {
            (shared::facts(&[
                (desk.t("inmail-result"), html! {
                    (check(desk, signature.check)) " " span.small { (line(&signature.detail)) }
                }),
                (desk.t("inmail-domain"), html! { span.mono { (line(&signature.domain)) } " · s=" span.mono { (line(&signature.selector)) } }),
                (desk.t("inmail-aligned"), html! { (aligned(desk, signature.aligned)) }),
                (desk.t("inmail-covers"), html! {
                    span.mono { (line(&signature.covers.join(", "))) }
                    @if signature.partial { " " (chip(Tone::Bad, &desk.t("inmail-partial"))) }
                }),
            ]))
        }
    }
}

fn aligned(desk: &Desk, aligned: bool) -> String {
    desk.t(if aligned { "inmail-aligned-yes" } else { "inmail-aligned-no" })
}

fn policies(desk: &Desk, judgement: &Judgement) -> Markup {
    html! {
        h3 { "SPF, DMARC" }
        @if judgement.spf.is_none() && judgement.dmarc.is_none() { p { (desk.t("inmail-policies-none")) } }
        @if let Some(spf) = &judgement.spf {
            (shared::facts(&[
                ("SPF".to_owned(), check(desk, spf.check)),
                (desk.t("inmail-domain"), html! { span.mono { (line(&spf.domain)) } " · " (aligned(desk, spf.aligned)) }),
            ]))
        }
        @if let Some(dmarc) = &judgement.dmarc {
            (shared::facts(&[
                ("DMARC".to_owned(), check(desk, dmarc.check)),
                (desk.t("inmail-domain"), html! {
                    span.mono { (line(&dmarc.domain)) }
                    @if !dmarc.policy.is_empty() { " · p=" span.mono { (line(&dmarc.policy)) } }
                }),
            ]))
        }
    }
}

fn answers(desk: &Desk, judgement: &Judgement) -> Markup {
    html! {
        h3 { "DNS" }
        @if judgement.answers.is_empty() { p { (desk.t("inmail-dns-none")) } }
        @else {
            table.list.cards {
                thead { tr {
                    th scope="col" { (desk.t("inmail-dns-name")) }
                    th scope="col" { (desk.t("inmail-dns-kind")) }
                    th scope="col" { (desk.t("inmail-dns-value")) }
                } }
                tbody {
                    @for answer in &judgement.answers {
                        tr {
                            th.mono scope="row" { (line(&answer.name)) }
                            td data-label=(desk.t("inmail-dns-kind")) { (line(&answer.kind)) }
                            td.mono data-label=(desk.t("inmail-dns-value")) { (line(&answer.value)) }
                        }
                    }
                }
            }
        }
    }
}
