mail-fact-came = Received
mail-acknowledged-subject = Your email was received: request { $reference }
mail-acknowledged-preheader = Staff will look at it. Your TOTP has not changed.
mail-acknowledged-intro = An email from this address reached the helpdesk and staff will look at it. Your TOTP has not changed.
mail-acknowledged-hours = Staff work { $hours }.
mail-acknowledged-send = If something is missing, answer this email with your name and User ID. The reference is in the subject.
mail-acknowledged-never = Do not send passwords, Secret Keys or TOTP codes. Staff never ask for them. Was it not you who wrote? Answer this email.
letter-acknowledged = Acknowledgement of an email
