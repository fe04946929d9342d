//! The catcher, as clients meet it.

use super::*;

async fn talk_with(catcher: &Catcher, said: &str) -> String {
    let mut stream = TcpStream::connect(catcher.address()).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    heard
}

fn start(keep: usize) -> Catcher {
    Catcher::start("127.0.0.1:0".parse().unwrap(), keep).unwrap()
}

#[tokio::test]
async fn a_mail_is_kept_as_it_was_meant() {
    let catcher = start(2);
    let said = "EHLO me\r\nMAIL FROM:<a@x.example> SIZE=9\r\nRCPT TO:<b@x.example>\r\nDATA\r\n\
        Subject: hi\r\n\r\n..dot\r\n.\r\nQUIT\r\n";
    let heard = talk_with(&catcher, said).await;
    assert!(heard.contains("354 ") && heard.ends_with("221 bye\r\n"), "{heard}");
    let mails = catcher.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].envelope_from, "a@x.example");
    assert_eq!(mails[0].envelope_to, ["b@x.example"]);
    assert_eq!(mails[0].raw, b"Subject: hi\r\n\r\n.dot\r\n");
    assert!(catcher.find(mails[0].id).is_some());
    assert!(catcher.find(Uuid::nil()).is_none());
}

#[tokio::test]
async fn the_newest_come_first_and_the_oldest_go() {
    let catcher = start(2);
    for n in 0..3 {
        let said = format!("HELO me\r\nMAIL FROM:<>\r\nRCPT TO:<b@x>\r\nDATA\r\nmail {n}\r\n.\r\nQUIT\r\n");
        talk_with(&catcher, &said).await;
    }
    let kept: Vec<Vec<u8>> = catcher.mails().iter().map(|mail| mail.raw.clone()).collect();
    assert_eq!(kept, [b"mail 2\r\n".to_vec(), b"mail 1\r\n".to_vec()]);
}

#[tokio::test]
async fn nonsense_is_answered_and_bounded() {
    let catcher = start(2);
    let heard = talk_with(&catcher, "DATA\r\nRCPT TO:<b@x>\r\nMAIL x\r\nMAIL FRÖM:<a>\r\nWHAT\r\nQUIT\r\n").await;
    for code in ["503 RCPT", "503 MAIL", "501 MAIL", "502 "] {
        assert!(heard.contains(code), "{code} in {heard}");
    }
    assert!(talk_with(&catcher, &"x".repeat(5000)).await.ends_with("500 line too long\r\n"));
    let large = format!("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@x>\r\nDATA\r\n{}\r\n.\r\nQUIT\r\n", "x".repeat(2 << 20));
    assert!(talk_with(&catcher, &large).await.contains("552 "));
    assert!(catcher.mails().is_empty());
}

#[tokio::test]
async fn dropping_it_frees_the_port() {
    let catcher = start(1);
    let address = catcher.address();
    drop(catcher);
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still listening");
}
