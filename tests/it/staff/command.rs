//! `pulih staff`: the first people of the desk, and the glass that is broken.

use crate::support::installation::Installation;

fn add<'a>(username: &'a str, address: &'a str, role: &'a str) -> Vec<&'a str> {
    let number = ["--employee-number", username, "--name", "Orang Baru"];
    [&["staff", "add", username, "--address", address, "--role", role], &number[..]].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_adds_lists_disables_and_breaks_the_glass() {
    let house = Installation::make(&[]).await;
    let (code, said, told) = house.run(&add("agus", "agus@lpse.example", "admin"));
    assert_eq!(code, 0, "{told}");
    assert!(said.contains("/staff/invite/"), "{said}");
    for (arguments, words) in [
        (add("agus", "agus@lpse.example", "admin"), "person-there"),
        (add("a gus", "agus@lpse.example", "admin"), "user name"),
        (add("sari", "sari", "admin"), "--address"),
        ([&add("sari", "sari@lpse.example", "auditor")[..], &["--role", "admin"]].concat(), "auditor"),
        (vec!["staff", "disable", "nobody"], "nobody"),
    ] {
        let (code, _, told) = house.run(&arguments);
        assert!(code == 1 && told.contains(words), "{arguments:?}: {code} {told}");
    }
    assert_eq!(house.run(&add("sari", "sari@lpse.example", "king")).0, 2);
    house.run(&add("wati", "wati@lpse.example", "auditor"));
    let (code, said, told) = house.run(&["staff", "list", "--json"]);
    assert_eq!(code, 0, "{told}");
    let listed: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(listed[0]["username"], "agus");
    assert_eq!(listed[1]["roles"], serde_json::json!(["auditor"]));
    assert!(house.run(&["staff", "list"]).1.contains("invited"));

    // both come to be active by other ways; the glass is broken, and the auditor told
    house.sql("update staff set status = 'active', password_hash = 'x'").await;
    assert_eq!(house.run(&["staff", "reset-mfa", "agus"]).0, 0);
    let told = house.column(
        "select s.username from letter l join staff s on s.id = l.staff_id
        where l.kind = 'staff-notice' and l.place = 'mfa-broken:agus' order by 1",
    );
    assert_eq!(told.await, ["agus", "wati"]);
    let (code, _, told) = house.run(&["staff", "disable", "agus"]);
    assert!(code == 1 && told.contains("last-admin"), "{code} {told}");
    assert_eq!(house.run(&["staff", "disable", "wati"]).0, 0);
    let events = house.column("select kind || ' ' || actor || ' ' || outcome from event order by id").await;
    assert_eq!(
        events,
        [
            "staff.added operator done",
            "staff.added operator refused",
            "staff.added operator done",
            "staff.mfa-reset operator done",
            "staff.disabled operator refused",
            "staff.disabled operator done"
        ]
    );
}
