//! Mails signed by somebody else's program: dkimpy, with keys of openssl and its own.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use data_encoding::BASE64;
use serde_json::{Value, json};

/// What is missing where it is missing.
const INSTALL: &str = "apt-get install python3-dkim python3-nacl openssl";

const SIGN: &str = r"
import base64, json, sys
import dkim

class Signer(dkim.DKIM):
    def gen_header(self, fields, *rest, **more):
        times = [(b't', b'%d' % self.times[0])] + ([(b'x', b'%d' % self.times[1])] if self.times[1] else [])
        fields[:] = [f for f in fields if f[0] != b't']
        fields[-3:-3] = times
        return super().gen_header(fields, *rest, **more)

out = []
for job in json.load(sys.stdin):
    mail = job['mail'].encode()
    for sign in job['signs']:
        algorithm = sign['algorithm'].encode()
        signer = Signer(mail, signature_algorithm=algorithm)
        signer.times = (sign['t'], sign['x'])
        header = signer.sign(
            sign['selector'].encode(), sign['domain'].encode(), sign['key'].encode(),
            canonicalize=tuple(c.encode() for c in sign['canon']),
            include_headers=[h.encode() for h in sign['covers']], length=sign['length'])
        mail = header + mail
    out.append(base64.b64encode(mail).decode())
json.dump(out, sys.stdout)
";

/// A private key as dkimpy takes it, and what is published of it.
#[derive(Clone, Debug)]
pub struct Key {
    /// `rsa-sha256` or `ed25519-sha256`.
    pub algorithm: &'static str,
    /// The private key.
    pub private: String,
    /// The record of the public key.
    pub record: String,
}

/// Keys by their names: `rsa`, `other` and `small` (1024 bits), `tiny` (768), `ed`.
pub fn keys() -> HashMap<&'static str, Key> {
    let folder = tempfile::tempdir().unwrap();
    let mut keys = HashMap::new();
    for (name, bits) in [("rsa", "2048"), ("other", "2048"), ("small", "1024"), ("tiny", "768")] {
        let private = folder.path().join(name);
        run(folder.path(), "openssl", &["genrsa", "-traditional", "-out", name, bits]);
        let public = run(folder.path(), "openssl", &["rsa", "-in", name, "-pubout", "-outform", "DER"]);
        let record = format!("v=DKIM1; k=rsa; p={}", BASE64.encode(&public));
        let private = fs::read_to_string(private).unwrap();
        keys.insert(name, Key { algorithm: "rsa-sha256", private, record });
    }
    run(folder.path(), "/usr/bin/dknewkey", &["--ktype", "ed25519", "ed"]);
    let text = |end: &str| fs::read_to_string(folder.path().join(format!("ed.{end}"))).unwrap().trim().to_owned();
    keys.insert("ed", Key { algorithm: "ed25519-sha256", private: text("key"), record: text("dns") });
    keys
}

/// One signature that is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which key signs.
    pub key: &'static str,
    /// `s=`.
    pub selector: String,
    /// `d=`.
    pub domain: String,
    /// `c=`.
    pub canon: [&'static str; 2],
    /// `h=`.
    pub covers: Vec<&'static str>,
    /// Whether `l=` is set.
    pub length: bool,
    /// `t=` and `x=`.
    pub times: (i64, Option<i64>),
    /// Signed with SHA-1.
    pub sha1: bool,
}

/// Signs each mail with its signatures, the last one topmost.
pub fn sign(keys: &HashMap<&'static str, Key>, mails: &[(String, Vec<Wanted>)]) -> Vec<Vec<u8>> {
    let jobs: Vec<Value> = mails
        .iter()
        .map(|(mail, wanted)| {
            let signs: Vec<Value> = wanted
                .iter()
                .map(|wanted| {
                    let key = &keys[wanted.key];
                    json!({
                        "algorithm": if wanted.sha1 { "rsa-sha1" } else { key.algorithm },
                        "key": key.private, "selector": wanted.selector, "domain": wanted.domain,
                        "canon": wanted.canon, "covers": wanted.covers, "length": wanted.length,
                        "t": wanted.times.0, "x": wanted.times.1,
                    })
                })
                .collect();
            json!({ "mail": mail, "signs": signs })
        })
        .collect();
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", SIGN])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("python3: {e}: {INSTALL}"));
    let input = serde_json::to_vec(&jobs).unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "dkimpy did not sign: {INSTALL}");
    writer.join().unwrap().unwrap();
    let signed: Vec<String> = serde_json::from_slice(&out.stdout).unwrap();
    signed.iter().map(|mail| BASE64.decode(mail.as_bytes()).unwrap()).collect()
}

fn run(folder: &Path, program: &str, args: &[&str]) -> Vec<u8> {
    let out = Command::new(program).args(args).current_dir(folder).output();
    let out = out.unwrap_or_else(|e| panic!("{program}: {e}: {INSTALL}"));
    assert!(out.status.success(), "{program} {args:?}: {}: {INSTALL}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}
