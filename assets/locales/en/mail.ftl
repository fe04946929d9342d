# Letters. Foreign values come masked and on one line.

mail-moment =
    { $day } { $month ->
        [m01] January
        [m02] February
        [m03] March
        [m04] April
        [m05] May
        [m06] June
        [m07] July
        [m08] August
        [m09] September
        [m10] October
        [m11] November
       *[m12] December
    } { $year }, { $hour }:{ $minute } { $zone }
mail-hours =
    { $form ->
        [one] { $count } hour
       *[other] { $count } hours
    }
mail-minutes =
    { $form ->
        [one] { $count } minute
       *[other] { $count } minutes
    }

mail-greeting = Dear { $name },
mail-fact-asked = Asked
mail-fact-done = Reset
mail-fact-confirmed = Confirmed
mail-fact-effective = Takes effect
mail-fact-cancelled = Cancelled
mail-fact-activated = Activated
mail-fact-disabled = Disabled
mail-fact-claimed = Connected
mail-fact-renewed = Renewed
mail-fact-changed = Changed
mail-fact-address = New address
mail-fact-last-code = Last wrong code
mail-fact-way = Via
mail-fact-reference = Request number
mail-way-link = The link sent to the registered address
mail-way-desk = Helpdesk, approved by a second person
mail-way-portal = The portal where you sign in
mail-way-not-me = The link “This is not me”
mail-no-code = This email contains no TOTP code. Codes exist only in the authenticator app on your phone.
mail-not-me = This is not me

mail-link-subject = Confirmation of your Reset TOTP request
mail-link-preheader = The link is valid for { $ttl } and works once. This email contains no TOTP code.
mail-link-intro = You (or someone) asked for a TOTP reset for User ID { $user }.
mail-link-press = Press Reset TOTP, then follow the page that opens.
mail-link-button = Reset TOTP
mail-link-copy = The button does not work? Copy this link into a browser:
mail-link-ttl = The link is valid for { $ttl } from when this email was sent, and works once. A late link can be exchanged for a new one.
mail-link-not-me = Was this not you? Your TOTP has not changed. Cancel this request with the link below.

mail-done-subject = Your TOTP has been reset
mail-done-preheader = TOTP on the old device no longer works. Your password has not changed.
mail-done-intro = TOTP for User ID { $user } has been reset.
mail-done-old = TOTP on the old device no longer works. Your password has not changed.
mail-done-next = What comes next: activate TOTP. Log in with your User ID and password, then scan the QR code with your authenticator app.
mail-done-open = What comes next: activate TOTP. Open this link on the phone or PC where you want to activate it.
mail-done-until = The link is valid until { $until }, and works once. Too late? Log in again and follow the page.
mail-done-not-me = Was this not you? Tell us at once with the link below, or call the helpdesk.

mail-scheduled-subject = Your TOTP reset is scheduled
mail-scheduled-preheader = The reset takes effect on { $at }. Until then you can cancel it.
mail-scheduled-intro = The TOTP reset for User ID { $user } is confirmed and now waits.
mail-scheduled-approval = This account is protected: staff must agree first. Without approval within 48 hours the reset is cancelled.
mail-scheduled-until = Until then your old TOTP works, and the reset can still be cancelled.
mail-scheduled-why = The wait protects your account. We write again once the reset is done.
mail-scheduled-not-me = Was this not you? Cancel the reset with the link below.

mail-cancelled-subject = Your TOTP reset request was cancelled
mail-cancelled-preheader = Your TOTP and your password have not changed.
mail-cancelled-intro = The request to reset TOTP for User ID { $user } was cancelled.
mail-cancelled-unchanged = Your TOTP and your password have not changed. The reset links in earlier emails no longer work.
mail-cancelled-held = For safety, TOTP resets of this account are held until { $until }. Need one sooner? Write to the helpdesk.
mail-cancelled-again = Still need a reset? Make a new request with “Reset TOTP?” on the login page.
mail-cancelled-not-me = Does something about your account look wrong? Tell the helpdesk with the link below.

mail-hint-subject = Your TOTP reset request
mail-hint-preheader = We cannot send a reset link yet. Here is why.
mail-hint-intro = You (or someone) asked for a TOTP reset for User ID { $user }. We cannot send a reset link yet.
mail-hint-form-button = Fill in the form again
mail-hint-wrong-type = The user type that was chosen does not match this account.
mail-hint-wrong-type-next = Fill in the form again and choose the other user type.
mail-hint-locked = This account is locked.
mail-hint-locked-next = Write to the helpdesk to have it unlocked.
mail-hint-no-factor = TOTP is not active on this account, so there is nothing to reset.
mail-hint-no-factor-next = Log in with your User ID and password, then activate TOTP.
mail-hint-held = TOTP resets of this account are held after a report of “This is not me”.
mail-hint-held-next = Need a reset now? Write to the helpdesk.
mail-hint-protected = This account is protected. Two members of staff decide on its reset.
mail-hint-protected-next = Write to the helpdesk to begin.
mail-hint-frozen = TOTP resets on the web are paused for the moment.
mail-hint-frozen-next = Try again later, or write to the helpdesk if it is urgent.
mail-hint-delayed = A TOTP reset of this account is confirmed and waiting for its time.
mail-hint-delayed-next = There is no need to ask again. We write to you as soon as it is done.
mail-hint-not-me = Was this not you? Your account has not changed. Tell us with the link below.

mail-activate-subject = Your link to activate TOTP
mail-activate-preheader = The link is valid for { $ttl } and works once. This email contains no TOTP code.
mail-activate-intro = You (or someone) asked for a link to activate TOTP for User ID { $user }.
mail-activate-open = Open this link on the phone or PC where you want to activate TOTP.
mail-activate-button = Activate TOTP
mail-activate-password = You will be asked for your password. The link alone lets nobody in.
mail-activate-portal = The link leads you on to { $portal }. Log in there as usual; the link alone lets nobody in.
mail-activate-ttl = The link is valid for { $ttl } from when this email was sent, and works once. Too late? Log in again and follow the page.
mail-activate-not-me = Was this not you? Tell us at once with the link below, or call the helpdesk.

mail-activated-subject = Your TOTP is active
mail-activated-preheader = From now on login asks for a code from your authenticator app.
mail-activated-intro = TOTP for User ID { $user } is now active.
mail-activated-device = One account, one device. TOTP on the old device no longer works.
mail-activated-codes = Keep your recovery codes in a safe place. Each of them works once.
mail-activated-not-me = Was this not you? Open the link below at once so that this account can be locked, or call the helpdesk.

mail-disabled-subject = Your TOTP was disabled
mail-disabled-preheader = At your next login you will be asked to scan a new QR code.
mail-disabled-intro = TOTP for User ID { $user } was disabled.
mail-disabled-old = Codes from your authenticator app and old recovery codes no longer work. Your password has not changed.
mail-disabled-next = At your next login you will be asked to scan a new QR code.
mail-disabled-not-me = Was this not you? Open the link below at once so that this account can be locked, or call the helpdesk.

mail-codes-renewed-subject = Your recovery codes were renewed
mail-codes-renewed-preheader = The ten recovery codes you had no longer work.
mail-codes-renewed-intro = The recovery codes for User ID { $user } were made anew.
mail-codes-renewed-old = The old recovery codes no longer work. Keep the new ones in a safe place. Each of them works once.
mail-codes-renewed-app = Your TOTP and your password have not changed.
mail-codes-renewed-not-me = Was this not you? Open the link below at once so that this account can be locked, or call the helpdesk.

mail-portal-claimed-subject = Your account was connected to a portal
mail-portal-claimed-preheader = Your TOTP and your recovery codes have not changed.
mail-portal-claimed-intro = The account with User ID { $user } is now connected to the portal below.
mail-portal-claimed-then = That portal may keep your account's details up to date, and check TOTP codes when you log in there.
mail-portal-claimed-app = Your TOTP and your recovery codes have not changed.
mail-portal-claimed-not-me = Do you not use this portal? Open the link below at once so that this account can be locked, or call the helpdesk.

mail-password-changed-subject = Your password was changed
mail-password-changed-preheader = All other sessions were ended. Your TOTP has not changed.
mail-password-changed-intro = The password for User ID { $user } was changed.
mail-password-changed-sessions = All other sessions were ended. Your TOTP has not changed.
mail-password-changed-delay = For safety, TOTP resets of this account are delayed for the next few days.
mail-password-changed-not-me = Was this not you? Open the link below at once so that this account can be locked, or call the helpdesk.

mail-codes-failing-subject = Wrong TOTP codes again and again
mail-codes-failing-preheader = The password was right, but the codes were wrong. Not you? Change your password at once.
mail-codes-failing-intro = Someone typed ten wrong TOTP codes in a row for User ID { $user }.
mail-codes-failing-known = The password was right, so someone else may know it. Your TOTP and your password have not changed.
mail-codes-failing-clock = Was it you? First compare your phone’s clock on the page “Check the clock” of our site.
mail-codes-failing-reset = New phone, or app deleted? Choose “Reset TOTP?” on the login page.
mail-codes-failing-not-me = Was this not you? Change your password at once, or open the link below so that this account can be locked.

mail-manual-scheduled-subject = TOTP Reset by the Helpdesk Scheduled
mail-manual-scheduled-preheader = The reset takes effect { $at }. Until then you can cancel it.
mail-manual-scheduled-intro = The helpdesk is going to reset the TOTP of User ID { $user }.
mail-manual-scheduled-until = Until then the old TOTP stays valid and the reset can still be cancelled.
mail-manual-scheduled-cancel = Did you not ask for it? Cancel it at once by this link, or call the helpdesk.
mail-manual-scheduled-button = Cancel the reset

mail-manual-cancelled-subject = TOTP Reset by the Helpdesk Cancelled
mail-manual-cancelled-intro = The TOTP reset by the helpdesk for User ID { $user } will not happen.
mail-manual-cancelled-unchanged = Your TOTP and your password stay as they are. Still need a reset? Call the helpdesk.

mail-address-changed-subject = Registered Email Address Changed
mail-address-changed-preheader = TOTP resets of this account wait for the next few days.
mail-address-changed-intro = The registered email address of User ID { $user } was changed.
mail-address-changed-delay = For safety, TOTP resets of this account wait for the next few days.
mail-address-changed-not-me = Did you not ask for it? Tell us at once by the link below, or call the helpdesk.

mail-foot-why = An automatic email from { $agency }. Your reply reaches the helpdesk.
mail-foot-never = Staff never ask for your password, Secret Key or TOTP code.
mail-foot-desk = Helpdesk
mail-reply-subject = The helpdesk answered request { $reference }
mail-reply-preheader = The helpdesk answered your request.
mail-fact-user = User ID
