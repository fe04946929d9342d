//! M5: machines that answer whatever we send never make us send more than a letter or two a day.

use pulih::model::inbound::Envelope;

use crate::support::house::TestApp;
use crate::support::letters::read;
use crate::support::post_office::draft;

/// What a machine answers to a letter of ours: with its thread or without, as it says what it is.
fn answer(letter: &[u8], machine: &str, nth: usize) -> String {
    let text = String::from_utf8_lossy(letter);
    let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim().to_owned();
    let (headers, thread) = match machine {
        "vacation" => ("Auto-Submitted: auto-replied\r\nPrecedence: junk\r\n", true),
        "list" => ("List-Id: <semua.amanah.example>\r\nPrecedence: list\r\n", true),
        "silent" => ("", true),
        _ => ("", false),
    };
    let thread = if thread { format!("In-Reply-To: {id}\r\nReferences: {id}\r\n") } else { String::new() };
    format!(
        "From: Rina <rina@amanah.example>\r\nTo: helpdesk@lpse.example\r\nMessage-ID: <{machine}.{nth}@amanah.example>\r\n\
         Date: Sat, 21 Nov 2026 14:05:00 +0700\r\nSubject: Re: {machine}\r\n{headers}{thread}\r\nSaya sedang cuti.\r\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_that_answer_every_letter_get_no_second_one_that_day() {
    let app = TestApp::start().await;
    app.people().await;
    app.forged_mail(&draft(&app.app, "rina@amanah.example", "Mohon reset TOTP", "User ID: AMANAH7")).await;
    assert_eq!(app.letters().len(), 1, "a registered sender is told that it came");
    let mut answered = 0;
    for nth in 0..4 {
        let mails = app.sink.mails();
        // each letter is answered by each; once there is none left they go on by themselves
        let last = mails.len() - 1;
        for (at, mail) in mails.iter().enumerate().skip(answered.min(last)) {
            for machine in ["vacation", "list", "silent", "rude"] {
                let raw = answer(&mail.raw, machine, nth * 100 + at);
                app.handed_in(raw.as_bytes(), Envelope::default()).await;
            }
        }
        answered = mails.len();
    }
    let to: Vec<String> = app.sink.mails().iter().map(|mail| read(mail).to).collect();
    assert_eq!(to, ["rina@amanah.example"], "one letter to this pair, at most two are allowed");
    assert_eq!(app.told("inbound.read").await, 17);
    app.end().await;
}
