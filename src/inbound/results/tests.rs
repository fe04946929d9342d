//! What `Authentication-Results` may look like, and what is not read.

use proptest::prelude::*;

use super::*;

fn one(value: &str) -> Method {
    let mut results = parse(value).unwrap_or_else(|| panic!("not read: {value}"));
    assert_eq!(results.methods.len(), 1, "{value}");
    results.methods.remove(0)
}

#[test]
fn the_headers_of_known_servers_are_read() {
    let google = parse(
        " mx.google.com;\r\n       dkim=pass header.i=@perusahaan.co.id header.s=s1 header.b=Ab/+cD=;\r\n       \
         spf=pass (google.com: domain of a@perusahaan.co.id designates 192.0.2.1 as permitted sender) \
         smtp.mailfrom=a@perusahaan.co.id;\r\n       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=perusahaan.co.id",
    )
    .unwrap();
    assert_eq!(google.server, "mx.google.com");
    assert_eq!(google.methods.len(), 3);
    assert_eq!(google.methods[0].property("header", "i"), Some("@perusahaan.co.id"));
    assert_eq!(google.methods[0].property("header", "b"), Some("Ab/+cD="));
    assert_eq!(google.methods[1].property("smtp", "mailfrom"), Some("a@perusahaan.co.id"));
    assert_eq!(google.methods[2].property("header", "from"), Some("perusahaan.co.id"));

    let opendkim =
        one("mail.lpse.go.id;\n\tdkim=pass (2048-bit key; unprotected) header.d=a.id header.a=rsa-sha256 header.s=s1");
    assert_eq!(opendkim.property("header", "d"), Some("a.id"));
    let ip = one("a.id; iprev=pass policy.iprev=2001:db8::1");
    assert_eq!(ip.property("policy", "iprev"), Some("2001:db8::1"));
}

#[test]
fn the_forms_of_the_standard_are_read() {
    assert_eq!(
        parse("example.org 1; none").unwrap(),
        Results { server: "example.org".to_owned(), methods: Vec::new() }
    );
    assert_eq!(parse("\"mail server\"; none(really)").unwrap().server, "mail server");
    let method =
        one("example.com (a (b) \\) c); SPF / 1 = Pass reason = \"be\\\"cause\" smtp . mailfrom = \"a b\"@a.id");
    assert_eq!((method.name.as_str(), method.result.as_str()), ("spf", "pass"));
    assert_eq!(method.reason.as_deref(), Some("be\"cause"));
    assert_eq!(method.property("smtp", "mailfrom"), Some("a b@a.id"));
    assert_eq!(one("a.id; dkim=pass header.d=a.id;").name, "dkim");
    assert_eq!(one("a.id; none=pass").name, "none");
}

#[test]
fn a_property_that_stands_twice_is_none() {
    assert_eq!(one("a.id; dkim=pass header.d=a.id header.d=b.id").property("header", "d"), None);
}

#[test]
fn what_is_not_well_formed_is_not_read() {
    for bad in [
        "",
        " ",
        "a.id",
        "a.id dkim=pass",
        ";dkim=pass",
        "a.id; dkim",
        "a.id; dkim=",
        "a.id; =pass",
        "a.id; dkim=pass header",
        "a.id; dkim=pass header.=a.id",
        "a.id; dkim=pass header.d a.id",
        "a.id; dkim=pass header.d=a.id, spf=pass",
        "a.id; dkim=pass (header.d=a.id",
        "a.id; dkim=pass header.d=\"a.id",
        "a.id; dkim=pass action=none header.from=a.id",
        "a.id; dkim=pass header.d=a.id reason=late",
        "a.id 2; dkim=pass",
        "a.id; dkim/2=pass",
        "a.id; none; dkim=pass",
        "a.id;; dkim=pass",
        "a.id; dkim=pass\0",
        "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.id; dkim=none",
    ] {
        assert_eq!(parse(bad), None, "{bad}");
    }
}

#[test]
fn a_server_without_a_name_is_nobody() {
    assert!(parse("\"\" 1; dkim=pass").is_none());
}

#[test]
fn a_comment_hides_what_it_holds() {
    let method = one("a.id; dkim=fail (dkim=pass header.d=a.id;) header.d=b.id");
    assert_eq!((method.result.as_str(), method.property("header", "d")), ("fail", Some("b.id")));
}

proptest! {
    #[test]
    fn nothing_ends_the_reader(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn nothing_made_of_its_own_signs_ends_the_reader(text in "[a-z1;=./()\"\\\\@ \r\n\t-]{0,120}") {
        let _ = parse(&text);
    }

    #[test]
    fn what_was_written_is_read(
        server in "[a-z]{1,10}\\.[a-z]{2,5}",
        methods in prop::collection::vec(("[a-z]{3,8}", "[a-z]{4,9}", "[a-z0-9.@/+=:_-]{1,30}"), 1..5),
    ) {
        let text = methods.iter().map(|(m, r, v)| format!(";\r\n\t{m}={r} (why; not) header.d={v}")).collect::<Vec<_>>().concat();
        let results = parse(&format!("{server}{text}")).unwrap();
        prop_assert_eq!(results.server, server);
        let read: Vec<_> = results.methods.iter().map(|m| (m.name.clone(), m.result.clone(), m.property("header", "d").unwrap().to_owned())).collect();
        prop_assert_eq!(read, methods);
    }
}
