//! Places outside, as the settings of the sealed log name them.

use super::text::is_local;
use super::{Fault, fault};
use crate::base::note;
use crate::base::syslog::Target;
use crate::config::Config;

/// Every fault of the places to which copies and events go.
pub(super) fn check(config: &Config, faults: &mut Vec<Fault>) {
    let audit = &config.audit;
    if audit.origin.as_deref().is_some_and(|origin| !note::named(origin)) {
        faults.push(fault(
            "audit.origin",
            "cannot be the name of a log",
            "write it without spaces and \"+\", like \"pulih.example.go.id/log\"",
        ));
    }
    for (key, target) in [("audit.copy_syslog", &audit.copy_syslog), ("audit.stream_syslog", &audit.stream_syslog)] {
        if target.as_deref().is_some_and(|target| Target::parse(target).is_none()) {
            faults.push(fault(
                key,
                "is no syslog server",
                "write it like \"tls://log.example.go.id:6514\" or \"tcp://10.0.0.7:514\"",
            ));
        }
    }
    if let Some(url) = &audit.copy_http {
        if let Err((wrong, mend)) = address(url) {
            faults.push(fault("audit.copy_http", wrong, mend));
        }
    } else if audit.copy_http_token.is_some() {
        faults.push(fault("audit.copy_http", "is missing while its token is set", "set it, or leave the token out"));
    }
    for (key, file) in [("audit.copy_file", &audit.copy_file), ("audit.stream_file", &audit.stream_file)] {
        if file.as_ref().is_some_and(|file| !file.is_absolute()) {
            faults.push(fault(key, "is no whole path", "write it like \"/mnt/elsewhere/checkpoints\""));
        }
    }
    if audit.copy_file.is_some() && audit.copy_file == audit.stream_file {
        faults.push(fault("audit.stream_file", "is the same as audit.copy_file", "name another file"));
    }
}

/// Whether a checkpoint and its token can be posted there.
fn address(url: &str) -> Result<(), (&'static str, &'static str)> {
    let like = "write it like \"https://witness.example.go.id/pulih\"";
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme)) else {
        return Err(("does not begin with https://", like));
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(("holds a user name or password", "leave it out; set audit.copy_http_token"));
    }
    if authority.is_empty() || !url.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(("is no address", like));
    }
    let host = match authority.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    if scheme == "http" && !is_local(host) {
        return Err(("is http, and its token would cross the network in plain text", "take an https address"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn places_that_cannot_be_reached_are_named() {
        let mut config = Config::default();
        let keys = |config: &Config| {
            let mut faults = Vec::new();
            check(config, &mut faults);
            faults.iter().map(|fault| fault.key).collect::<Vec<_>>()
        };
        assert!(keys(&config).is_empty());
        config.audit.origin = Some("pulih.example/log".to_owned());
        config.audit.copy_syslog = Some("tls://log.example:6514".to_owned());
        config.audit.copy_file = Some(PathBuf::from("/mnt/checkpoints"));
        for right in ["https://witness.example/pulih?a=b", "http://127.0.0.1:7/x", "http://[::1]:7", "http://localhost"]
        {
            config.audit.copy_http = Some(right.to_owned());
            assert!(keys(&config).is_empty(), "{right}");
        }
        for wrong in ["witness", "ftp://x", "https://", "https://a b", "https://me:pw@x/", "http://witness.example/"] {
            config.audit.copy_http = Some(wrong.to_owned());
            assert_eq!(keys(&config), ["audit.copy_http"], "{wrong}");
        }
        config.audit.copy_http = None;
        config.audit.copy_http_token = Some("secret".into());
        config.audit.origin = Some("two words".to_owned());
        config.audit.copy_syslog = Some("udp://log.example:514".to_owned());
        config.audit.stream_syslog = Some("log.example".to_owned());
        config.audit.stream_file = config.audit.copy_file.clone();
        assert_eq!(
            keys(&config),
            ["audit.origin", "audit.copy_syslog", "audit.stream_syslog", "audit.copy_http", "audit.stream_file"]
        );
        config.audit.stream_file = Some(PathBuf::from("events"));
        assert_eq!(keys(&config).last(), Some(&"audit.stream_file"));
    }
}
