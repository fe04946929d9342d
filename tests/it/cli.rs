//! The commands as an operator meets them: words, exit codes, and nothing half done.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use pulih::base::cluster::{Cluster, Options};

mod audit;
mod portal;
mod spoilt;

const SETTINGS: &str = "[server]\nbase_url = \"https://pulih.example.go.id\"\n[smtp]\nport = 1\n\
    from_address = \"pulih@example.go.id\"\n[helpdesk]\naddress = \"desk@example.go.id\"\n[keys]\ndir = \"keys\"\n";
const HEADER: &str = "user_id,user_type,name,email,email_2,password_hash,totp_secret,protected\n";

/// A folder with settings and keys, in which commands run without the tests' own environment.
struct Desk {
    home: tempfile::TempDir,
    database: String,
}

impl Desk {
    fn new(database: &str) -> Self {
        let desk = Self { home: tempfile::tempdir().unwrap(), database: database.to_owned() };
        fs::write(desk.path().join("pulih.toml"), SETTINGS).unwrap();
        assert_eq!(desk.run(&["keys", "init"]).0, 0);
        desk
    }

    fn path(&self) -> &Path {
        self.home.path()
    }

    fn file(&self, name: &str, content: &str) {
        fs::write(self.path().join(name), content).unwrap();
    }

    /// Exit code, stdout, stderr.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run_with(arguments, &[("DATABASE_URL", self.database.as_str())])
    }

    fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pulih"));
        command.args(arguments).current_dir(self.path()).env_clear().envs(environment.iter().copied());
        let Output { status, stdout, stderr } = command.output().unwrap();
        let words = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), words(stdout), words(stderr))
    }
}

/// A migrated database with its three roles.
fn house() -> (Cluster, Desk) {
    let cluster = Cluster::start(Options::default()).unwrap();
    let sql = |text: &str, database: &str| {
        let mut psql = Command::new(cluster.programs().join("psql"));
        psql.args(["-qAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-c", text, "-h"]);
        let output = psql.arg(cluster.socket_folder()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    sql("create role pulih_owner login createrole", "postgres");
    sql("create database pulih owner pulih_owner", "postgres");
    sql("create role pulih_web login", "postgres");
    let desk = Desk::new(&cluster.url("pulih", "pulih_web"));
    let owner = cluster.url("pulih", "pulih_owner");
    let (code, applied, told) = desk.run_with(&["migrate"], &[("PULIH_DATABASE__OWNER_URL", &owner)]);
    assert_eq!(code, 0, "{told}");
    assert!(applied.starts_with("applied: 01"), "{applied}");
    sql("grant pulih_app to pulih_web", "postgres");
    (cluster, desk)
}

#[test]
fn faults_of_usage_and_of_settings_have_their_codes() {
    let desk = Desk::new("");
    assert_eq!(desk.run(&["nonsense"]).0, 2);
    assert_eq!(desk.run(&["config", "check"]).0, 3);
    assert_eq!(desk.run_with(&["config", "check"], &[("DATABASE_URL", "postgres://a@b/c")]).0, 0);
    desk.file("pulih.toml", "[server]\nlisten = 5\nagenci = \"x\"\n");
    let (code, _, told) = desk.run(&["config", "check", "--set", "link.ttl_minutes=1"]);
    assert_eq!(code, 3);
    for words in ["server.listen (pulih.toml:2)", "server.agenci (pulih.toml:3)", "link.ttl_minutes (flag --set)"] {
        assert!(told.lines().filter(|line| line.contains(words)).count() == 1, "{words}: {told}");
    }
    let (code, _, told) = desk.run(&["version", "--set", "x"]);
    assert_eq!(code, 2, "{told}");
}

#[test]
fn settings_are_shown_without_secrets() {
    let desk = Desk::new("postgres://app:canary@db/pulih");
    for arguments in [["config", "print"].as_slice(), &["config", "print", "--json"]] {
        let (code, shown, told) = desk.run(arguments);
        assert_eq!(code, 0, "{told}");
        assert!(shown.contains("(set)") && !shown.contains("canary"), "{shown}");
        assert!(shown.contains("environment DATABASE_URL") && shown.contains("pulih.toml:"), "{shown}");
    }
    let (code, _, told) = desk.run(&["config", "print", "--set", "smtp.password=canary"]);
    assert!(code == 3 && !told.contains("canary"), "{told}");
}

#[test]
fn keys_are_made_once_and_privately() {
    let desk = Desk::new("");
    let count = || fs::read_dir(desk.path().join("keys")).unwrap().count();
    assert_eq!(count(), 5);
    for file in fs::read_dir(desk.path().join("keys")).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!((desk.run(&["keys", "init"]).0, count()), (0, 5));
    assert_eq!((desk.run(&["keys", "rotate", "link"]).0, count()), (0, 6));
    assert_eq!(desk.run(&["keys", "rotate", "door"]).0, 2);
}

#[test]
fn shells_get_their_completions() {
    let desk = Desk::new("");
    for shell in ["bash", "zsh", "fish"] {
        let (code, script, _) = desk.run(&["completions", shell]);
        assert!(code == 0 && script.contains("pulih"), "{shell}");
    }
}

#[test]
fn accounts_go_in_all_or_none_and_come_out_without_secrets() {
    let (_cluster, desk) = house();
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA";
    let line = |n: u32, secret: &str| format!("USER{n},penyedia,PT {n},u{n}@example.id,,\"{hash}\",{secret},\n");
    let good: String = (1..=1_500).map(|n| line(n, "JBSWY3DPEHPK3PXP")).collect();
    desk.file("good.csv", &format!("{HEADER}{good}"));
    desk.file("bad.csv", &format!("{HEADER}{}B,vendor,N,b@example.id,,,,\nC,penyedia,N,c,,,,\n", line(9_000, "")));

    let (code, _, told) = desk.run(&["accounts", "import", "bad.csv"]);
    assert_eq!(code, 1);
    assert!(told.contains("line 3: user_type") && told.contains("line 4: email"), "{told}");
    let (code, said, _) = desk.run(&["accounts", "import", "good.csv", "--dry-run"]);
    assert_eq!((code, said.as_str()), (0, "1500 accounts would be imported (dry run), 0 unchanged\n"));
    let (code, said, told) = desk.run(&["accounts", "import", "good.csv"]);
    assert_eq!((code, said.as_str()), (0, "1500 accounts imported, 0 unchanged\n"), "{told}");
    let (_, said, _) = desk.run(&["accounts", "import", "good.csv"]);
    assert_eq!(said, "0 accounts imported, 1500 unchanged\n");

    let other = line(2, "JBSWY3DPEHPK3PXQ").replace("u2@", "other@");
    desk.file("over.csv", &format!("{HEADER}{}{other}{}", line(1, "JBSWY3DPEHPK3PXQ"), line(9_001, "")));
    let (code, _, told) = desk.run(&["accounts", "import", "over.csv"]);
    assert_eq!(code, 1);
    assert!(told.contains("line 2: would overwrite totp_secret; this needs a proposal"), "{told}");
    assert!(told.contains("line 3: would overwrite email"), "{told}");

    let (code, out, told) = desk.run(&["accounts", "export", "-"]);
    assert_eq!((code, out.lines().count()), (0, 1_501), "{told}");
    assert!(out.contains("\nUSER2,penyedia,PT 2,u2@example.id,,,,false\n") && !out.contains("argon2"), "{out}");
    assert_eq!(desk.run(&["accounts", "export", "out.csv"]).0, 0);
    assert_eq!(fs::metadata(desk.path().join("out.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(desk.run(&["accounts", "import", "out.csv"]).1, "0 accounts imported, 1500 unchanged\n");
}

#[test]
fn the_doctor_names_what_is_down_and_what_is_wrong() {
    let (cluster, desk) = house();
    let state = |url: &str, check: &str| {
        let (code, found, told) = desk.run_with(&["doctor", "--json"], &[("DATABASE_URL", url)]);
        let found: serde_json::Value = serde_json::from_str(&found).unwrap_or_else(|e| panic!("{e}: {told}"));
        let findings = found["findings"].as_array().unwrap().clone();
        let state = findings.iter().find(|f| f["check"] == check).map(|f| f["state"].as_str().unwrap().to_owned());
        (code, state.unwrap_or_default())
    };
    let app = cluster.url("pulih", "pulih_web");
    for check in
        ["settings", "keys", "database", "role", "clock", "pool", "privileges", "triggers", "partitions", "tables"]
    {
        assert_eq!(state(&app, check), (4, "ok".to_owned()), "{check}");
    }
    assert_eq!(state(&app, "relay"), (4, "down".to_owned()));
    assert_eq!(state(&cluster.url("pulih", "pulih_owner"), "role").1, "fail");
    assert_eq!(state(&cluster.url("pulih", "postgres"), "role").1, "fail");
    assert_eq!(state(&cluster.url("postgres", "pulih_web"), "tables").1, "fail");
    assert_eq!(state("postgres://nobody@%2Fnowhere/pulih", "database"), (4, "down".to_owned()));
}
