//! What holds where nothing is set.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;

use super::{
    Captcha, CaptchaMode, Database, Keys, Limits, LimitsMode, Link, Locale, Log, LogFormat, MailTls, Manual, Reset,
    Retention, Server, Session, Smtp, Totp,
};
use crate::base::totp::Params;

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::from([127, 0, 0, 1]), 8080),
            ops_listen: SocketAddr::new(IpAddr::from([127, 0, 0, 1]), 8081),
            base_url: String::new(),
            trusted_proxies: Vec::new(),
            workers: 0,
            agency: "LPSE".to_owned(),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: SecretString::from(String::new()), owner_url: None, pool: 16, ca: None }
    }
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: 587,
            tls: MailTls::Starttls,
            ca: None,
            username: None,
            password: None,
            helo: "localhost".to_owned(),
            from_address: String::new(),
            bounce_address: None,
            from_name: "Reset TOTP LPSE".to_owned(),
            connections: 32,
            timeout_seconds: 60,
        }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self { dir: PathBuf::from("/etc/pulih/keys") }
    }
}

impl Default for Captcha {
    fn default() -> Self {
        Self { mode: CaptchaMode::Pow, work: 50_000, pictures_per_10_min: 30 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            mode: LimitsMode::On,
            pair_per_hour: 3,
            pair_per_day: 6,
            letters_per_hour: 3,
            network_per_10_min: 10,
            wall_per_second: 50,
            codes_per_5_min: 5,
            codes_per_hour: 20,
            codes_per_day: 50,
            codes_in_row: 100,
            passwords_per_5_min: 10,
            staff_per_5_min: 10,
            searches_per_hour: 100,
            reveals_per_hour: 30,
            hurried_per_10_min: 20,
            sprayed_per_10_min: 20,
            key_per_second: 200,
            portal_notices_per_day: 5_000,
        }
    }
}

impl Default for Link {
    fn default() -> Self {
        Self { ttl_minutes: 360, step_minutes: 10 }
    }
}

impl Default for Reset {
    fn default() -> Self {
        Self { delay_hours: 0, care_delay_hours: 24, care_days: 7, require_password: false }
    }
}

impl Default for Manual {
    fn default() -> Self {
        Self { wait_hours: 24, lost_mailbox_hours: 168, urgent_minutes: 60, approval_hours: 48 }
    }
}

impl Default for Totp {
    fn default() -> Self {
        let Params { algorithm, digits, period } = Params::default();
        Self { required: true, issuer: String::new(), algorithm, digits, period }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self { step_minutes: 20, idle_minutes: 30, absolute_hours: 12 }
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self { zone: chrono_tz::Asia::Jakarta }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            unmatched_days: 30,
            links_days: 30,
            sessions_days: 30,
            evidence_days: 365,
            raw_mail_days: 365,
            events_years: 10,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Json, filter: "info".to_owned() }
    }
}
