//! Commands that are killed midway, given settings that are broken, or run on a house that is not in order.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use pulih::base::clock;

use super::{Desk, HEADER, SETTINGS, house};
use crate::support::house::query;
use crate::support::rounds;
use crate::support::sink::Sink;

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
    assert_eq!(
        (count("address"), count("credential"), count("event")),
        (imported, imported, usize::from(imported > 0))
    );

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
    let (code, _, told) =
        desk.run_with(&["migrate"], &[("PULIH_DATABASE__OWNER_URL", "postgres://x@%2Fnowhere/pulih")]);
    assert_eq!(code, 4, "{told}");
}

#[test]
fn a_broken_configuration_serves_nobody_and_names_each_fault_once() {
    let desk = Desk::new("");
    desk.file(
        "pulih.toml",
        "[server]\nbase_url = \"http://pulih.example.go.id/x\"\n[smtp]\nport = \"many\"\nfrom_address = \"x\"\n\
        [limits]\nmode = \"maybe\"\n[nonsense]\nkey = 1\n",
    );
    let broken = [("DATABASE_URL", "mysql://x"), ("PULIH_LINK__TTL_MINUTES", "-5"), ("PULIH_AGENCY", "x")];
    let expected = [
        "server.base_url (pulih.toml:2)",
        "smtp.port (pulih.toml:4)",
        "smtp.from_address (pulih.toml:5)",
        "limits.mode (pulih.toml:7)",
        "nonsense",
        "link.ttl_minutes (environment PULIH_LINK__TTL_MINUTES)",
        "PULIH_AGENCY",
        "database.url (environment DATABASE_URL)",
    ];
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
    let sink = Sink::start().await;
    let (cluster, desk) = tokio::task::spawn_blocking(house).await.unwrap();
    let app = cluster.url("pulih", "pulih_web");
    let port = sink.port().to_string();
    let doctor = async |url: &str| {
        let relay = [
            ("DATABASE_URL", url),
            ("PULIH_SMTP__HOST", "127.0.0.1"),
            ("PULIH_SMTP__TLS", "none"),
            ("PULIH_SMTP__PORT", &port),
        ];
        tokio::task::block_in_place(|| desk.run_with(&["doctor"], &relay))
    };
    let sql = async |text: &str| drop(query(&cluster.url("pulih", "postgres"), text).await);
    let (code, said, told) = doctor(&app).await;
    assert_eq!(code, 0, "{said}{told}");

    let says = |said: &str, words: &str| {
        said.lines().any(|line| line.starts_with("FAIL") && line.contains(words) && line.contains("To mend:"))
    };
    let spoilt = [
        ("alter role pulih_web superuser", "alter role pulih_web nosuperuser", "superuser"),
        ("grant pulih_owner to pulih_web", "revoke pulih_owner from pulih_web", "owns our tables"),
        ("revoke pulih_app from pulih_web", "grant pulih_app to pulih_web", "may not write"),
        (
            "alter table event disable trigger event_append_only",
            "alter table event enable trigger event_append_only",
            "event.event_append_only",
        ),
        (
            "create table aside as select * from __diesel_schema_migrations; delete from __diesel_schema_migrations where version = '02'",
            "insert into __diesel_schema_migrations select * from aside where version = '02'; drop table aside",
            "02_accounts",
        ),
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
