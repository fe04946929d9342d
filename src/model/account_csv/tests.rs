//! The CSV of accounts, right and wrong.

use super::*;

const HEAD: &str = "user_id,user_type,name,email,email_2,password_hash,totp_secret,protected\n";

fn read(file: &[u8]) -> (Vec<Line>, Vec<String>) {
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for line in lines(file) {
        match line {
            Ok(line) => right.push(line),
            Err(flaw) => wrong.push(format!("{}: {}", flaw.line, flaw.reason)),
        }
    }
    (right, wrong)
}

/// The one flaw of a file with this line under the header.
fn flaw(line: &[u8]) -> String {
    let (right, wrong) = read(&[HEAD.as_bytes(), line, b"\n"].concat());
    assert!(right.is_empty() && wrong.len() == 1, "{right:?} {wrong:?}");
    wrong[0].strip_prefix("2: ").unwrap().to_owned()
}

#[test]
fn a_line_is_read_whole() {
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA";
    let file = format!(
        "{HEAD}AMANAH7,penyedia,\"PT Amanah, Tbk\",rina@example.id,two@example.id,\"{hash}\",jbsw y3dp ehpk 3pxp,true\n"
    );
    let (right, wrong) = read(file.as_bytes());
    assert!(wrong.is_empty(), "{wrong:?}");
    let line = &right[0];
    assert_eq!((line.number, line.user_id.as_str(), line.kind), (2, "AMANAH7", UserType::Penyedia));
    assert_eq!((line.name.as_str(), line.email_2.as_deref()), ("PT Amanah, Tbk", Some("two@example.id")));
    assert_eq!((line.password_hash.as_deref(), line.protected), (Some(hash), Some(true)));
    assert_eq!(line.totp_secret.as_ref().unwrap().0.as_slice(), b"Hello!\xde\xad\xbe\xef");
}

#[test]
fn a_byte_order_mark_and_crlf_do_no_harm() {
    let file =
        format!("\u{feff}{HEAD}A,penyedia,N,a@b.id,,,,\n\nB,non_penyedia,N,a@b.id,,,,false\n").replace('\n', "\r\n");
    let (right, wrong) = read(file.as_bytes());
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(right.iter().map(|l| (l.number, l.protected)).collect::<Vec<_>>(), [(2, None), (4, Some(false))]);
}

#[test]
fn each_fault_of_a_line_has_its_words() {
    let long = "x".repeat(10_240);
    let cases: Vec<(String, &str)> = vec![
        ("A,penyedia,N,a@b.id,,,".into(), "has 7 fields instead of 8"),
        (",penyedia,N,a@b.id,,,,".into(), "user_id is empty"),
        (format!("{long},penyedia,N,a@b.id,,,,"), "user_id has 10240 characters, more than 64"),
        (format!("A,penyedia,{long},a@b.id,,,,"), "name has 10240 characters, more than 200"),
        (format!("A,penyedia,N,{long}@b.id,,,,"), "email has 10245 bytes, more than 254"),
        (
            "A\0,penyedia,N,a@b.id,,,,".into(),
            "user_id holds a character that cannot be seen (control, zero width or direction)",
        ),
        (
            "A,penyedia,N\u{202e}x,a@b.id,,,,".into(),
            "name holds a character that cannot be seen (control, zero width or direction)",
        ),
        ("=1+1,penyedia,N,a@b.id,,,,".into(), "user_id begins like a spreadsheet formula"),
        ("A,penyedia,@SUM(A1),a@b.id,,,,".into(), "name begins like a spreadsheet formula"),
        ("A,vendor,N,a@b.id,,,,".into(), "user_type must be penyedia or non_penyedia"),
        ("A,penyedia,N,,,,,".into(), "email is empty"),
        ("A,penyedia,N,\"a@b.id,c@d.id\",,,,".into(), "email is not one plain address"),
        ("A,penyedia,N,N <a@b.id>,,,,".into(), "email is not one plain address"),
        ("A,penyedia,N,a@b.id,A@B.ID,,,".into(), "email_2 is the same as email"),
        ("A,penyedia,N,a@b.id,,rahasia,,".into(), "password_hash is no hash in PHC form (argon2id, bcrypt or pbkdf2)"),
        ("A,penyedia,N,a@b.id,,,not base32,".into(), "totp_secret is not base 32"),
        ("A,penyedia,N,a@b.id,,,MFRGG,".into(), "totp_secret has 3 bytes instead of 10 to 128"),
        ("A,penyedia,N,a@b.id,,,,ja".into(), "protected must be true, false or empty"),
    ];
    for (line, words) in cases {
        assert_eq!(flaw(line.as_bytes()), words);
    }
    assert_eq!(flaw(b"A,penyedia,N\xe9,a@b.id,,,,"), "name is not UTF-8");
}

#[test]
fn a_wrong_header_is_told_once() {
    let header = |file: &[u8]| {
        let (right, mut wrong) = read(file);
        assert!(right.is_empty() && wrong.len() == 1, "{wrong:?}");
        wrong.remove(0)
    };
    assert_eq!(header(b""), "1: the file is empty");
    assert_eq!(header(b"\xff\xfeu\0s\0"), "1: the file is UTF-16; save it as CSV UTF-8");
    assert!(header(b"user_id;user_type\nA;penyedia\n").contains("semicolons"));
    assert!(header(b"A,penyedia,N,a@b.id,,,,\n").starts_with("1: the header must read user_id,"));
}

#[test]
fn two_lines_of_one_account_are_named() {
    let file = format!("{HEAD}Maju,penyedia,N,a@b.id,,,,\n maju ,penyedia,M,c@d.id,,,,\n");
    let (right, wrong) = read(file.as_bytes());
    assert_eq!((right.len(), wrong), (1, vec!["3: user_id is the same as in line 2".to_owned()]));
}

#[test]
fn what_is_written_holds_no_formula_and_no_secret() {
    let row = Row {
        user_id: "=cmd".into(),
        kind: "penyedia".into(),
        name: "A \"B\", C".into(),
        email: "+a@b.id".into(),
        email_2: String::new(),
        protected: true,
    };
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out).unwrap();
    writer.write(&row).unwrap();
    writer.finish().unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), format!("{HEAD}'=cmd,penyedia,\"A \"\"B\"\", C\",'+a@b.id,,,,true\n"));
}
