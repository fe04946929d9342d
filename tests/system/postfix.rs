//! Postfix with `OpenDKIM`, with settings, queue and ports of its own, in a temporary folder.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pulih::base::clock;

use crate::support::house::free_port;
use crate::support::installation::Installation;

/// Whose mails are signed.
pub const DOMAIN: &str = "people.example";
/// By which selector.
pub const SELECTOR: &str = "uji";
/// The address whose mail goes through `pulih mail ingest`.
pub const PIPED: &str = "pipa@lpse.example";

const INSTALL: &str = "apt-get install postfix opendkim opendkim-tools (or `make setup-system`)";

/// The MTA.
pub struct Postfix {
    /// Port of the listener whose mails are signed.
    pub signing: u16,
    /// Port of the one whose mails are not.
    pub open: u16,
    milter: u16,
    lmtp: u16,
    opendkim: Option<Child>,
    home: tempfile::TempDir,
}

impl Postfix {
    /// Makes folders and the signing key; nothing runs yet.
    pub fn plan(lmtp: u16) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for folder in ["etc", "queue", "data", "dkim", "pipe"] {
            fs::create_dir(home.path().join(folder)).unwrap();
        }
        run("opendkim-genkey", &["-b", "2048", "-d", DOMAIN, "-s", SELECTOR, "-D", &text(&home.path().join("dkim"))]);
        let (signing, open, milter) = (free_port(), free_port(), free_port());
        Self { signing, open, milter, lmtp, opendkim: None, home }
    }

    /// The record of the signing key.
    pub fn record(&self) -> String {
        let zone = fs::read_to_string(self.home.path().join(format!("dkim/{SELECTOR}.txt"))).unwrap();
        zone.split('"').skip(1).step_by(2).collect()
    }

    /// Starts both, for that installation.
    pub async fn start(&mut self, house: &Installation) {
        self.start_opendkim();
        let pipe = self.pipe(house).await;
        let home = text(self.home.path());
        let owner = |path: &str, name: &str| {
            run("chown", &[name, &format!("{home}/{path}")]);
        };
        owner("data", "postfix");
        let Self { signing, open, milter, lmtp, .. } = self;
        let (signing, open, milter, lmtp) = (*signing, *open, *milter, *lmtp);
        fs::write(
            self.home.path().join("etc/main.cf"),
            format!(
                "compatibility_level = 3.6\nqueue_directory = {home}/queue\ndata_directory = {home}/data\n\
                 command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\n\
                 setgid_group = postdrop\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
                 myhostname = mx.lpse.example\nmydestination =\nmynetworks = 127.0.0.0/8\nalias_maps =\n\
                 alias_database =\nlocal_recipient_maps =\nrelay_domains = lpse.example, {DOMAIN}\n\
                 transport_maps = inline:{{ {{{PIPED}=pulih:}} {{lpse.example=lmtp:inet:127.0.0.1:{lmtp}}} \
                 {{{DOMAIN}=lmtp:inet:127.0.0.1:{lmtp}}} }}\n\
                 pulih_destination_recipient_limit = 1\nmaillog_file = {home}/log\nmaillog_file_prefixes = {home}\n\
                 smtpd_recipient_restrictions = permit_mynetworks, reject\ndisable_dns_lookups = yes\n\
                 milter_default_action = tempfail\nminimal_backoff_time = 5s\n"
            ),
        )
        .unwrap();
        fs::write(
            self.home.path().join("etc/master.cf"),
            format!(
                "127.0.0.1:{signing} inet n - n - - smtpd\n  -o smtpd_milters=inet:127.0.0.1:{milter}\n\
                 127.0.0.1:{open} inet n - n - - smtpd\n{SERVICES}{pipe}"
            ),
        )
        .unwrap();
        run("postfix", &["-c", &format!("{home}/etc"), "start"]);
        self.answers(signing, "postfix");
        self.answers(open, "postfix");
    }

    /// How mail is piped into that installation: as the user whose database it is, since a pipe is never root's.
    async fn pipe(&self, house: &Installation) -> String {
        let folder = self.home.path().join("pipe");
        let sockets = house.value("show unix_socket_directories").await;
        let (uid, gid) = fs::metadata(sockets).map(|is| (is.uid(), is.gid())).unwrap();
        let user = run("id", &["-un", &uid.to_string()]);
        let setting = |name: &str| house.environment().iter().rfind(|(n, _)| n == name).unwrap().1.clone();
        let keys = folder.join("keys");
        run("cp", &["-r", &setting("PULIH_KEYS__DIR"), &text(&keys)]);
        run("chown", &["-R", &format!("{uid}:{gid}"), &text(&keys)]);
        // the program lies where only its builder may enter
        fs::copy(env!("CARGO_BIN_EXE_pulih"), folder.join("pulih")).unwrap();
        let variables = house.environment().iter().filter(|(name, _)| name != "PULIH_KEYS__DIR");
        let variables =
            variables.map(|(name, value)| format!("export {name}='{value}'\n")).collect::<Vec<_>>().concat();
        let (program, keys) = (folder.join("pulih"), text(&keys));
        let script =
            format!("#!/bin/sh\n{variables}export PULIH_KEYS__DIR='{keys}'\nexec {} \"$@\"\n", program.display());
        let path = folder.join("run");
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        chown(&path, Some(uid), Some(gid)).unwrap();
        format!(
            "pulih unix - n n - 2 pipe\n  flags=DRq user={} null_sender=\n  argv={} mail ingest --client ${{client_address}} \
             --helo ${{client_helo}} --sender ${{sender}} --recipient ${{recipient}}\n",
            user.trim(),
            path.display()
        )
    }

    fn start_opendkim(&mut self) {
        let home = text(self.home.path());
        fs::write(
            self.home.path().join("dkim/opendkim.conf"),
            format!(
                "Mode s\nDomain {DOMAIN}\nSelector {SELECTOR}\nKeyFile {home}/dkim/{SELECTOR}.private\n\
                 Socket inet:{}@127.0.0.1\nCanonicalization relaxed/simple\nInternalHosts 127.0.0.1\n\
                 RequireSafeKeys no\nSyslog no\nOversignHeaders From\n",
                self.milter
            ),
        )
        .unwrap();
        // it ends with the test, also where that is killed
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "opendkim", "-f", "-x", &format!("{home}/dkim/opendkim.conf")]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        self.opendkim = Some(command.spawn().expect("setpriv is missing: apt-get install util-linux"));
        self.answers(self.milter, "opendkim");
    }

    fn answers(&self, port: u16, what: &str) {
        let began = clock::instant();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(15), "{what} does not answer ({INSTALL}): {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Tries at once again what is deferred.
    pub fn flush(&self) {
        run("postqueue", &["-c", &text(&self.home.path().join("etc")), "-f"]);
    }

    /// What Postfix logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let etc = text(&self.home.path().join("etc"));
        let _ = Command::new("postfix").args(["-c", &etc, "stop"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if let Some(mut opendkim) = self.opendkim.take() {
            let _ = opendkim.kill();
            let _ = opendkim.wait();
        }
        if std::thread::panicking() {
            eprintln!("Postfix's log:\n{}", self.log());
        }
    }
}

/// What Postfix is made of, none of it in a chroot.
const SERVICES: &str = "pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 5 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

fn text(path: &Path) -> String {
    PathBuf::from(path).into_os_string().into_string().unwrap()
}

/// Runs a program that has to succeed; what it said.
fn run(program: &str, arguments: &[&str]) -> String {
    let out = Command::new(program).args(arguments).output();
    let out = out.unwrap_or_else(|e| panic!("{program}: {e}: {INSTALL}"));
    assert!(out.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}
