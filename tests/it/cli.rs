//! The commands as an operator meets them: words, exit codes, and nothing half done.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use pulih::base::clock;
use pulih::base::cluster::{Cluster, Options};

use crate::support::rounds;

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
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
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

#[test]
fn an_import_that_is_killed_leaves_nothing_half_done() {
    let (cluster, desk) = house();
    let people = rounds(6_000, 60_000);
    let line = |n| format!("USER{n},penyedia,PT {n},u{n}@example.id,,,JBSWY3DPEHPK3PXP,\n");
    desk.file("people.csv", &format!("{HEADER}{}", (0..people).map(line).collect::<String>()));
    let count = |table: &str| {
        let mut psql = Command::new(cluster.programs().join("psql"));
        psql.args(["-qAt", "-U", "postgres", "-d", "pulih", "-c", &format!("select count(*) from {table}"), "-h"]);
        let said = psql.arg(cluster.socket_folder()).output().unwrap().stdout;
        String::from_utf8(said).unwrap().trim().parse::<usize>().unwrap()
    };
    let import = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pulih"));
        command.args(["accounts", "import", "people.csv"]).current_dir(desk.path()).env_clear();
        command.env("DATABASE_URL", &desk.database).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };

    // killed while it stages
    let mut killed = import();
    while count("account_import") == 0 {
        assert!(killed.try_wait().unwrap().is_none(), "it ended before it was killed");
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!((count("account"), count("address"), count("credential"), count("event")), (0, 0, 0, 0));

    // killed while it takes over: all or nothing
    let mut killed = import();
    let words = BufReader::new(killed.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(words.into_iter().any(|line| line.contains("importing")), "it says when it takes over");
    killed.kill().unwrap();
    killed.wait().unwrap();
    // what the server was about to commit may still commit
    let until = clock::instant() + Duration::from_secs(30);
    while count("pg_stat_activity where application_name = 'pulih' and state <> 'idle'") > 0 {
        assert!(clock::instant() < until, "its transaction goes on for ever");
    }
    let imported = count("account");
    assert!(imported == 0 || imported == people, "{imported} of {people}");
    assert_eq!((count("address"), count("credential"), count("event")), (imported, imported, usize::from(imported > 0)));

    let (code, said, told) = desk.run(&["accounts", "import", "people.csv"]);
    assert_eq!(code, 0, "{told}");
    assert!(said.ends_with(&format!("imported, {imported} unchanged\n")), "{said}");
    assert_eq!((count("account"), count("credential"), count("event")), (people, people, 1));
}

#[test]
fn migrating_again_changes_nothing() {
    let (cluster, desk) = house();
    let owner = cluster.url("pulih", "pulih_owner");
    for _ in 0..2 {
        let (code, said, told) = desk.run_with(&["migrate"], &[("PULIH_DATABASE__OWNER_URL", &owner)]);
        assert_eq!((code, said.as_str()), (0, "The tables are as new as this program.\n"), "{told}");
    }
    let (code, said, _) = desk.run_with(&["migrate", "--dry-run", "--json"], &[("PULIH_DATABASE__OWNER_URL", &owner)]);
    assert_eq!((code, said.as_str()), (0, "{\"pending\":[]}\n"));
    let (code, _, told) = desk.run_with(&["migrate"], &[("PULIH_DATABASE__OWNER_URL", "postgres://x@%2Fnowhere/pulih")]);
    assert_eq!(code, 4, "{told}");
}

#[test]
fn a_broken_configuration_serves_nobody_and_names_each_fault_once() {
    let desk = Desk::new("");
    desk.file("pulih.toml", "[server]\nbase_url = \"http://pulih.example.go.id/x\"\n[smtp]\nport = \"many\"\nfrom_address = \"x\"\n\
        [limits]\nmode = \"maybe\"\n[nonsense]\nkey = 1\n");
    let broken = [("DATABASE_URL", "mysql://x"), ("PULIH_LINK__TTL_MINUTES", "-5"), ("PULIH_AGENCY", "x")];
    let expected = ["server.base_url (pulih.toml:2)", "smtp.port (pulih.toml:4)", "smtp.from_address (pulih.toml:5)",
        "limits.mode (pulih.toml:7)", "nonsense", "link.ttl_minutes (environment PULIH_LINK__TTL_MINUTES)", "PULIH_AGENCY",
        "database.url (environment DATABASE_URL)"];
    for command in [["serve"].as_slice(), &["config", "check"], &["doctor"]] {
        let (code, said, told) = desk.run_with(command, &broken);
        assert_eq!(code, 3, "{command:?}: {said}{told}");
        let lines: Vec<&str> = said.lines().chain(told.lines()).collect();
        for words in expected {
            assert_eq!(lines.iter().filter(|line| line.contains(words)).count(), 1, "{command:?} {words}: {lines:#?}");
        }
    }
    desk.file("pulih.toml", "[server\nbase_url = 1\n");
    let (code, _, told) = desk.run(&["serve"]);
    assert_eq!((code, told.lines().count()), (3, 1), "{told}");
    assert!(told.contains("pulih.toml:1"), "{told}");

    // right settings, but no keys
    desk.file("pulih.toml", &SETTINGS.replace("\"keys\"", "\"nowhere\""));
    let (code, _, told) = desk.run_with(&["serve"], &[("DATABASE_URL", "postgres://a@b/c")]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("nowhere") && told.contains("keys init"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_is_content_with_a_sound_house_and_names_what_spoils_it() {
    let sink = crate::support::sink::Sink::start().await;
    let (cluster, desk) = tokio::task::spawn_blocking(house).await.unwrap();
    let app = cluster.url("pulih", "pulih_web");
    let port = sink.port().to_string();
    let doctor = async |url: &str| {
        let relay = [("DATABASE_URL", url), ("PULIH_SMTP__HOST", "127.0.0.1"), ("PULIH_SMTP__TLS", "none"), ("PULIH_SMTP__PORT", &port)];
        tokio::task::block_in_place(|| desk.run_with(&["doctor"], &relay))
    };
    let sql = async |text: &str| drop(crate::support::house::query(&cluster.url("pulih", "postgres"), text).await);
    let (code, said, told) = doctor(&app).await;
    assert_eq!(code, 0, "{said}{told}");

    let says = |said: &str, words: &str| said.lines().any(|line| line.starts_with("FAIL") && line.contains(words) && line.contains("To mend:"));
    let spoilt = [
        ("alter role pulih_web superuser", "alter role pulih_web nosuperuser", "superuser"),
        ("grant pulih_owner to pulih_web", "revoke pulih_owner from pulih_web", "owns our tables"),
        ("revoke pulih_app from pulih_web", "grant pulih_app to pulih_web", "may not write"),
        ("alter table event disable trigger event_append_only", "alter table event enable trigger event_append_only", "event.event_append_only"),
        ("create table aside as select * from __diesel_schema_migrations; delete from __diesel_schema_migrations where version = '02'",
            "insert into __diesel_schema_migrations select * from aside where version = '02'; drop table aside", "02_accounts"),
    ];
    for (spoil, mend, words) in spoilt {
        sql(spoil).await;
        let (code, said, _) = doctor(&app).await;
        assert_eq!(code, 1, "{words}: {said}");
        assert!(says(&said, words), "{words}: {said}");
        sql(mend).await;
    }
    assert_eq!(doctor(&app).await.0, 0);
    sink.stop().await;
    let (code, said, _) = doctor(&app).await;
    assert_eq!(code, 4, "{said}");
    assert!(said.lines().any(|line| line.starts_with("DOWN") && line.contains("relay")), "{said}");
}
