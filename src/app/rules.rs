//! Rules that the settings decide, in the shape the model asks for.

use chrono::TimeDelta;

use super::App;
use crate::config::{EnrolFirst, LimitsMode};
use crate::model::budget::{Budget, Window};
use crate::model::delay::DelayRules;
use crate::model::permission;
use crate::model::proposal::Waits;
use crate::model::session::Lives;
use crate::store::link::Link;
use crate::store::session::Session;
use crate::store::staff::limit::Counted;

impl App {
    /// How long sessions live.
    pub fn lives(&self) -> Lives {
        let session = self.config().session;
        let minutes = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        Lives {
            step_minutes: minutes(session.step_minutes),
            idle_minutes: minutes(session.idle_minutes),
            absolute_minutes: minutes(session.absolute_hours.saturating_mul(60)),
        }
    }

    /// Wrong codes after a right password; none where limits are off.
    pub fn code_budget(&self) -> Option<Budget<3>> {
        let limits = self.config().limits;
        self.has_limits().then_some(Budget {
            windows: [
                Window { span: TimeDelta::minutes(5), most: limits.codes_per_5_min },
                Window { span: TimeDelta::hours(1), most: limits.codes_per_hour },
                Window { span: TimeDelta::days(1), most: limits.codes_per_day },
            ],
        })
    }

    /// Wrong passwords for one User ID from one network; none where limits are off.
    pub fn password_budget(&self) -> Option<Budget<1>> {
        let limits = self.config().limits;
        self.has_limits()
            .then_some(Budget { windows: [Window { span: TimeDelta::minutes(5), most: limits.passwords_per_5_min }] })
    }

    /// Wrong passwords for one user name of the desk from one network; none where limits are off.
    pub fn staff_password_budget(&self) -> Option<Budget<1>> {
        let most = self.config().limits.staff_per_5_min;
        self.has_limits().then_some(Budget { windows: [Window { span: TimeDelta::minutes(5), most }] })
    }

    /// What one person of the desk may do in an hour; none where limits are off.
    pub fn hourly_budget(&self, what: Counted) -> Option<Budget<1>> {
        let limits = self.config().limits;
        let most = match what {
            Counted::Reveal => limits.reveals_per_hour,
            _ => limits.searches_per_hour,
        };
        self.has_limits().then_some(Budget { windows: [Window { span: TimeDelta::hours(1), most }] })
    }

    /// Wrong codes of one person of the desk; none where limits are off.
    pub fn staff_code_budget(&self) -> Option<Budget<2>> {
        let most = self.config().limits.staff_per_5_min;
        self.has_limits().then_some(Budget {
            windows: [
                Window { span: TimeDelta::minutes(5), most },
                Window { span: TimeDelta::days(1), most: most.saturating_mul(5) },
            ],
        })
    }

    /// Whether an account that never had TOTP may enrol with the password alone.
    pub fn password_enrols_first(&self) -> bool {
        self.config().enrol.first == EnrolFirst::Password
    }

    /// Whether a reset of that account would wait, or need somebody of the desk.
    pub fn is_careful(&self, session: &Session) -> bool {
        session.protected
            || session.held_until.is_some_and(|until| until > session.now)
            || !self.delays().of_reset(session.protected, session.changed_at, session.now).is_zero()
    }

    /// Working time within which a case should be answered.
    pub fn answer_within(&self) -> TimeDelta {
        TimeDelta::hours(self.config().desk.answer_hours.into())
    }

    /// Whether limits hold.
    pub fn has_limits(&self) -> bool {
        self.config().limits.mode == LimitsMode::On
    }

    /// How long resets wait.
    pub fn delays(&self) -> DelayRules {
        let reset = self.config().reset;
        DelayRules {
            always: TimeDelta::hours(reset.delay_hours.into()),
            care: TimeDelta::hours(reset.care_delay_hours.into()),
            care_for: TimeDelta::days(reset.care_days.into()),
            protected: TimeDelta::hours(self.config().manual.wait_hours.into()),
        }
    }

    /// Whether OK asks the password: by the settings, and always where a mail permits the reset and there is one to ask.
    pub fn asks_password(&self, link: &Link) -> bool {
        if link.is_permit() { link.password_hash.is_some() } else { self.config().reset.require_password }
    }

    /// How long a reset waits that is confirmed now: where a mail permits it, its notice's wait at least.
    pub fn delay_of(&self, link: &Link) -> TimeDelta {
        let usual = self.delays().of_reset(link.protected, link.changed_at, link.now);
        if link.is_permit() { usual.max(permission::wait(link.password_hash.is_some())) } else { usual }
    }

    /// How long what the desk agreed to waits.
    pub fn waits(&self) -> Waits {
        let manual = self.config().manual;
        Waits {
            usual: TimeDelta::hours(manual.wait_hours.into()),
            lost_mailbox: TimeDelta::hours(manual.lost_mailbox_hours.into()),
            urgent: TimeDelta::minutes(manual.urgent_minutes.into()),
        }
    }

    /// Hours in which somebody has to agree.
    pub fn approval_hours(&self) -> i32 {
        i32::try_from(self.config().manual.approval_hours).unwrap_or(i32::MAX)
    }
}
