# The way back to a portal that has a login page of its own.
way-back = Back to { $name }
way-on = Continue to { $name }
way-next-title = Activate TOTP at { $name }
way-next-text = One more step: activate TOTP on the new device through { $name }. One account is for one device only.
way-next-2 = Continue to { $name } and log in there. Scan the QR code, or type the Secret Key if the QR cannot be scanned.
way-until = You can continue from this browser until { $time }.
way-taken = { $name } has received your permission to activate. Log in there to finish.
way-nothing = This browser carries no permission to activate for { $name }. Continue in the browser where you pressed OK, or open the activation link from your email.
way-here-text = This account also has a password here.
way-here = Activate TOTP here
