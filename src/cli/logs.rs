//! How this process writes its log, and what it says when it panics.

use std::backtrace::Backtrace;
use std::io::Write as _;
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

use super::failure::Failure;
use crate::config::{Log, LogFormat};

/// Starts the log on stderr: JSON lines for machines or text for people.
pub(super) fn start(log: &Log) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|e| Failure::new(format!("log.filter is no filter: {e}")))?;
    // at its lowest level the IMAP client writes passwords and mails, which no wider filter of ours asks for
    let quiet = "async_imap=warn".parse().map_err(|e| Failure::new(format!("the log cannot be filtered: {e}")))?;
    let filter = filter.add_directive(quiet);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogFormat::Text => lines.with_ansi(false).try_init(),
    };
    started.map_err(|e| Failure::new(format!("cannot start the log: {e}")))
}

/// Makes a panic one line of JSON, in the log's own form.
pub(super) fn panics() {
    std::panic::set_hook(Box::new(|panic| {
        let line = panic_line(panic, &Backtrace::force_capture().to_string());
        let _ = writeln!(std::io::stderr(), "{line}");
    }));
}

/// Only a message that was fixed when the program was built is shown: a formatted one may hold what people typed.
fn panic_line(panic: &PanicHookInfo<'_>, trace: &str) -> String {
    let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(message withheld)");
    let place = panic.location().map(ToString::to_string);
    let time = crate::base::clock::Clock::system().now().to_rfc3339();
    let ours: Vec<&str> = trace.lines().map(str::trim).filter(|line| line.contains("pulih::")).take(12).collect();
    serde_json::json!({
        "timestamp": time, "level": "ERROR", "target": "panic", "message": message, "at": place, "trace": ours,
    })
    .to_string()
}
