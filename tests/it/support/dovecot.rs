//! Dovecot as a process of its own, on loopback, in a folder of its own: a real mailbox.

#![allow(dead_code, reason = "tests use different parts of it")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pulih::base::clock;
use rustix::process::{Pid, Signal, kill_process};

/// Whose mailbox it is, and the password.
pub const USER: &str = "helpdesk@lpse.example";
/// The password.
pub const PASSWORD: &str = "kotak-surat 7";
/// The folder to which mail is moved.
pub const DONE: &str = "Diambil";
/// Where Debian keeps `nobody`.
const NOBODY: u32 = 65_534;

/// A mailbox.
pub struct Dovecot {
    /// Port of IMAP.
    pub port: u16,
    process: Option<Child>,
    home: tempfile::TempDir,
}

impl Dovecot {
    /// Starts it; LMTP listens at the given port where there is one.
    pub fn start(port: u16, lmtp: Option<u16>) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for folder in ["new", "cur", "tmp"] {
            fs::create_dir_all(home.path().join("mail/Maildir").join(folder)).unwrap();
        }
        for folder in ["mail", "mail/Maildir", "mail/Maildir/new", "mail/Maildir/cur", "mail/Maildir/tmp"] {
            own(&home.path().join(folder));
        }
        fs::write(home.path().join("users"), format!("{USER}:{{PLAIN}}{PASSWORD}::::::\n")).unwrap();
        fs::write(home.path().join("dovecot.conf"), settings(home.path(), port, lmtp)).unwrap();
        let mut made = Self { port, process: None, home };
        made.begin();
        made
    }

    /// The settings that read it.
    pub fn environment(&self) -> Vec<(String, String)> {
        [
            ("PULIH_INBOUND__IMAP_HOST", "127.0.0.1"),
            ("PULIH_INBOUND__IMAP_PORT", &self.port.to_string()),
            ("PULIH_INBOUND__IMAP_TLS", "none"),
            ("PULIH_INBOUND__IMAP_USERNAME", USER),
            ("PULIH_INBOUND__IMAP_PASSWORD", PASSWORD),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// Starts it again after `stop`.
    pub fn begin(&mut self) {
        // it ends with the test, also where that is killed
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "dovecot", "-F", "-c"]).arg(self.home.path().join("dovecot.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().expect("setpriv is missing: apt-get install util-linux"));
        let began = clock::instant();
        while !self.answers() {
            assert!(
                began.elapsed() < Duration::from_secs(10),
                "Dovecot does not answer (apt-get install dovecot-imapd dovecot-lmtpd, or `make setup`): {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn answers(&self) -> bool {
        let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) else { return false };
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).is_ok_and(|_| line.starts_with("* OK"))
    }

    /// Ends it, and every session with it.
    pub fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let _ = kill_process(Pid::from_child(&process), Signal::TERM);
        let began = clock::instant();
        while process.try_wait().unwrap().is_none() {
            if began.elapsed() > Duration::from_secs(5) {
                let _ = process.kill();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // its sessions hear of it a little later
        std::thread::sleep(Duration::from_millis(200));
    }

    /// Delivers a mail as a delivery agent does (maildir: written aside, then moved in).
    pub fn deliver(&self, raw: &[u8]) {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let count = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}.{}_{count}.here", clock::Clock::system().now().timestamp(), std::process::id());
        let aside = self.folder("").join("tmp").join(&name);
        fs::write(&aside, raw).unwrap();
        own(&aside);
        fs::rename(aside, self.folder("").join("new").join(name)).unwrap();
    }

    /// The mails of a folder (`""` is INBOX): their maildir flags and their bytes.
    pub fn mails(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        for part in ["new", "cur"] {
            for file in fs::read_dir(self.folder(folder).join(part)).into_iter().flatten().flatten() {
                let name = file.file_name().into_string().unwrap();
                // what was renamed since is found under its new name the next time
                let Ok(raw) = fs::read(file.path()) else { continue };
                found.push((name.split_once(":2,").map(|(_, flags)| flags.to_owned()).unwrap_or_default(), raw));
            }
        }
        found
    }

    /// How many mails of INBOX are seen, and how many there are.
    pub fn seen(&self) -> (usize, usize) {
        let mails = self.mails("");
        (mails.iter().filter(|(flags, _)| flags.contains('S')).count(), mails.len())
    }

    /// Keeps every session from changing a folder, as another program that holds it would, until it is let go.
    pub fn hold(&self, folder: &str) -> PathBuf {
        let lock = self.folder(folder).join("dovecot-uidlist.lock");
        fs::write(&lock, "").unwrap();
        own(&lock);
        lock
    }

    /// Forgets all UIDs: the folder gets another UIDVALIDITY.
    pub fn forget_uids(&self) {
        for file in fs::read_dir(self.folder("")).unwrap().flatten() {
            if file.file_name().to_string_lossy().starts_with("dovecot") {
                fs::remove_file(file.path()).unwrap();
            }
        }
        // a UIDVALIDITY is made of the time, in seconds
        std::thread::sleep(Duration::from_millis(1_100));
    }

    /// The end of its log.
    pub fn log(&self) -> String {
        let log = fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    fn folder(&self, name: &str) -> PathBuf {
        let inbox = self.home.path().join("mail/Maildir");
        if name.is_empty() { inbox } else { inbox.join(format!(".{name}")) }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            eprintln!("Dovecot's log ends with:\n{}", self.log());
        }
    }
}

/// Who we are, and who owns mail: Dovecot serves no mail of root's.
fn us() -> (u32, u32) {
    (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw())
}

fn own(path: &Path) {
    if us().0 == 0 {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

fn settings(home: &Path, port: u16, lmtp: Option<u16>) -> String {
    let (uid, gid) = us();
    let home = home.display();
    let (owner, group) = if uid == 0 { (NOBODY, NOBODY) } else { (uid, gid) };
    // root leaves its rights to the package's users; anybody else has none to leave
    let users = if uid == 0 {
        String::new()
    } else {
        let name = |flags: &str| {
            let out = Command::new("id").arg(flags).output().unwrap().stdout;
            String::from_utf8(out).unwrap().trim().to_owned()
        };
        let (user, group) = (name("-un"), name("-gn"));
        format!("default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\n")
    };
    let listener = lmtp.map_or(String::new(), |port| {
        format!("service lmtp {{\n  inet_listener lmtp {{\n    port = {port}\n  }}\n}}\n")
    });
    format!(
        "base_dir = {home}/run\nstate_dir = {home}/run\nlog_path = {home}/log\nprotocols = imap lmtp\n\
         listen = 127.0.0.1\nssl = no\ndisable_plaintext_auth = no\nfirst_valid_uid = 1\n{users}\
         mail_location = maildir:~/Maildir\nmaildir_stat_dirs = yes\nmailbox_idle_check_interval = 1 secs\n\
         passdb {{\n  driver = passwd-file\n  args = username_format=%u {home}/users\n}}\n\
         userdb {{\n  driver = static\n  args = uid={owner} gid={group} home={home}/mail allow_all_users=yes\n}}\n\
         namespace inbox {{\n  inbox = yes\n  mailbox {DONE} {{\n    auto = create\n  }}\n}}\n\
         service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n\
         service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {port}\n  }}\n  \
         inet_listener imaps {{\n    port = 0\n  }}\n}}\n{listener}\
         protocol lmtp {{\n  postmaster_address = postmaster@lpse.example\n}}\n"
    )
}
