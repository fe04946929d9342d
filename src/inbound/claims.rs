//! What a trusted server says it found: the topmost `Authentication-Results` alone, and only by the name it is trusted under.
//!
//! What stands below it may have been in the mail when it came (RFC 8601 §5), so not even the same name helps it.

use super::domains;
use super::head::Head;
use super::results::{self, Method};
use super::signed::Proof;
use super::tags::Tags;
use crate::model::inbound::Check;

/// What one server claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Who claims it.
    pub server: String,
    /// DKIM, one for each signature.
    pub signatures: Vec<Claim>,
    /// SPF of the envelope sender, or of HELO.
    pub spf: Option<Claim>,
    /// DMARC of the domain of `From`.
    pub dmarc: Option<Claim>,
}

/// One result, and the domain it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The domain, as an A-label.
    pub domain: String,
    /// The selector, where the server names it.
    pub selector: Option<String>,
    /// How the check ended.
    pub check: Check,
}

impl Claim {
    /// Whether it is about this signature: `header.d` is the domain that signed, `header.i` may lie below it.
    pub fn is_of(&self, proof: &Proof) -> bool {
        let signer = &proof.signature.domain;
        let named = self.domain == *signer
            || (self.domain.strip_suffix(signer.as_str()).is_some_and(|below| below.ends_with('.'))
                && proof.identity.ends_with(&format!("@{}", self.domain)));
        named && self.is_by(&proof.signature.selector)
    }

    /// Whether it could be about the signature of that domain and selector, wherever its `i=` lies.
    pub fn may_be_of(&self, signed: Option<&(String, String)>) -> bool {
        let Some((domain, selector)) = signed else { return true };
        let below = self.domain.strip_suffix(domain.as_str());
        below.is_some_and(|below| below.is_empty() || below.ends_with('.')) && self.is_by(selector)
    }

    fn is_by(&self, selector: &str) -> bool {
        self.selector.as_ref().is_none_or(|named| named.eq_ignore_ascii_case(selector))
    }
}

/// The domain and the selector of every signature of a mail, also of those that are not looked at; none where they cannot
/// be read: another reader may read them.
pub fn signed(head: &Head<'_>) -> impl Iterator<Item = Option<(String, String)>> {
    head.values("dkim-signature").map(|value| {
        let tags = Tags::read(&String::from_utf8_lossy(value))?;
        Some((domains::a_label(tags.get("d")?)?, tags.get("s")?.to_owned()))
    })
}

/// The claims that are believed, and the headers that are not.
pub fn believed(headers: &[String], trusted: &[String]) -> (Option<Claims>, Vec<String>) {
    let claims = headers.first().and_then(|top| {
        let results = results::parse(top)?;
        let known = trusted.iter().any(|name| !name.is_empty() && name.eq_ignore_ascii_case(&results.server));
        known.then(|| gathered(results))
    });
    let untrusted = headers.iter().skip(usize::from(claims.is_some())).cloned().collect();
    (claims, untrusted)
}

fn gathered(results: results::Results) -> Claims {
    let mut claims = Claims::default();
    let once = |name: &str| {
        // a result that stands twice contradicts itself, or could
        let mut found = results.methods.iter().filter(|method| method.name == name);
        found.next().filter(|_| found.next().is_none())
    };
    for method in results.methods.iter().filter(|method| method.name == "dkim") {
        let domain = address(method, "header", "d").or_else(|| address(method, "header", "i"));
        let selector = method.property("header", "s").map(str::to_owned);
        claims.signatures.extend(claim(method, domain, selector));
    }
    claims.spf = once("spf").and_then(|method| {
        claim(method, address(method, "smtp", "mailfrom").or_else(|| address(method, "smtp", "helo")), None)
    });
    claims.dmarc = once("dmarc").and_then(|method| claim(method, address(method, "header", "from"), None));
    claims.server = results.server;
    claims
}

fn claim(method: &Method, domain: Option<String>, selector: Option<String>) -> Option<Claim> {
    let check = match method.result.as_str() {
        // RFC 8601 §2.7.1 has two words for a signature that does not hold
        "policy" => Check::Fail,
        "bestguesspass" => Check::Neutral,
        other => Check::from_code(other)?,
    };
    Some(Claim { domain: domain?, selector, check })
}

/// The domain of a property, which is an address or a domain alone.
fn address(method: &Method, kind: &str, name: &str) -> Option<String> {
    let value = method.property(kind, name)?;
    domains::a_label(value.rsplit_once('@').map_or(value, |(_, domain)| domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &str = "mx.lpse.go.id; dkim=pass header.d=a.id header.s=s1; spf=pass smtp.mailfrom=rina@a.id; dmarc=pass header.from=a.id";

    fn believed_of(headers: &[&str], trusted: &[&str]) -> (Option<Claims>, Vec<String>) {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        believed(&own(headers), &own(trusted))
    }

    #[test]
    fn the_topmost_of_a_trusted_server_is_believed() {
        let (claims, untrusted) = believed_of(&[TOP, "other; none"], &["MX.lpse.go.id"]);
        let claims = claims.unwrap();
        assert_eq!(claims.signatures[0].domain, "a.id");
        assert_eq!(claims.spf.unwrap().domain, "a.id");
        assert_eq!(claims.dmarc.unwrap().check, Check::Pass);
        assert_eq!(untrusted, ["other; none"]);
    }

    #[test]
    fn nobody_else_is() {
        for (headers, trusted) in [
            (&[TOP][..], &[][..]),
            (&[TOP], &[""]),
            (&[TOP], &["lpse.go.id"]),
            (&["other; none", TOP], &["mx.lpse.go.id"]),
            (&["mx.lpse.go.id; dkim=pass header.d", TOP], &["mx.lpse.go.id"]),
        ] {
            let (claims, untrusted) = believed_of(headers, trusted);
            assert_eq!(claims, None, "{headers:?} {trusted:?}");
            assert_eq!(untrusted.len(), headers.len());
        }
    }

    #[test]
    fn a_claim_may_be_of_whatever_its_reader_could_mean() {
        let (claims, _) = believed_of(&["mx; dkim=pass header.i=rina@mail.a.id header.s=s1"], &["mx"]);
        let claim = &claims.unwrap().signatures[0];
        let of = |domain: &str, selector: &str| claim.may_be_of(Some(&(domain.to_owned(), selector.to_owned())));
        assert!(of("mail.a.id", "s1") && of("a.id", "S1") && claim.may_be_of(None));
        assert!(!of("a.id", "s2") && !of("b.id", "s1") && !of("x.mail.a.id", "s1") && !of("l.a.id", "s1"));
        let head = Head::read(b"DKIM-Signature: d=A.id; s=s1\r\nDKIM-Signature: d=a.id; d=b.id\r\n\r\n");
        assert_eq!(signed(&head).collect::<Vec<_>>(), [Some(("a.id".to_owned(), "s1".to_owned())), None]);
    }

    #[test]
    fn what_stands_twice_is_not_taken() {
        let fail = "; spf=fail smtp.mailfrom=a.id";
        for times in [2, 3] {
            let header = format!("mx.lpse.go.id{}", fail.repeat(times));
            assert_eq!(believed_of(&[&header], &["mx.lpse.go.id"]).0.unwrap().spf, None);
        }
    }
}
