//! What a trusted server says it found: the topmost `Authentication-Results` alone, and only by the name it is trusted under.
//!
//! What stands below it may have been in the mail when it came (RFC 8601 §5), so not even the same name helps it.

use super::domains;
use super::results::{self, Method};
use super::signed::Proof;
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
        named && self.selector.as_ref().is_none_or(|selector| selector.eq_ignore_ascii_case(&proof.signature.selector))
    }
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
    fn what_stands_twice_is_not_taken() {
        let fail = "; spf=fail smtp.mailfrom=a.id";
        for times in [2, 3] {
            let header = format!("mx.lpse.go.id{}", fail.repeat(times));
            assert_eq!(believed_of(&[&header], &["mx.lpse.go.id"]).0.unwrap().spf, None);
        }
    }
}
