//! Programs of others that know codes and QR codes: what they say weighs more than what we say of ourselves.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use super::house::TestApp;

/// What `oathtool` prints, line by line.
pub fn oathtool(args: &[&str]) -> Vec<String> {
    let out = run("oathtool", args, &[], "oathtool");
    assert!(out.status.success(), "oathtool {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The code that `oathtool` makes of a Secret Key at the time of a house.
pub fn code(app: &TestApp, secret: &str) -> String {
    let now = format!("--now=@{}", app.app.clock().now().timestamp());
    oathtool(&["--totp", "--base32", &now, secret]).concat()
}

/// What `zbarimg` reads from a picture, if it finds a QR code there.
pub fn zbarimg(png: &[u8]) -> Option<String> {
    let mut file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
    file.write_all(png).unwrap();
    let path = file.path().to_str().unwrap();
    let args = ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path];
    let out = run("zbarimg", &args, &[], "zbar-tools");
    // 4: nothing was found
    assert!(matches!(out.status.code(), Some(0 | 4)), "zbarimg: {}", String::from_utf8_lossy(&out.stderr));
    let read = String::from_utf8(out.stdout).unwrap();
    read.lines().next().map(str::to_owned)
}

/// What a script in Python that may import `pyotp` prints, line by line.
pub fn pyotp(script: &str, input: &str) -> Vec<String> {
    let out = run(python(), &["-c", script], input.as_bytes(), "python3-pyotp");
    assert!(out.status.success(), "{script}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// A Python that has `pyotp`: the system's own may not be the first on the path.
fn python() -> &'static str {
    static PYTHON: OnceLock<&str> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let has = |python: &&str| {
            let tried = Command::new(python).args(["-c", "import pyotp"]).stderr(Stdio::null()).status();
            tried.is_ok_and(|status| status.success())
        };
        ["python3", "/usr/bin/python3"].into_iter().find(has).unwrap_or_else(|| panic!("{}", needs("python3-pyotp")))
    })
}

fn needs(package: &str) -> String {
    format!("the tests need {package}: apt-get install {package} (or `make setup`)")
}

fn run(program: &str, args: &[&str], input: &[u8], package: &str) -> Output {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{}: {e}", needs(package)));
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    // beside the reading, so that neither waits for the other's full pipe
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let out = child.wait_with_output().unwrap();
    // who does not read its input to the end says why itself
    let _ = writer.join().unwrap();
    out
}
