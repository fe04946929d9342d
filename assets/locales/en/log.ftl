# The log for those who read it elsewhere
refusal-key-required-title = A key is needed
refusal-key-required-text = Programs with a log key or a portal key use this address. Ask the operator for a key. One that was revoked or has expired opens nothing.

# The day's checkpoint for auditors
letter-checkpoint = Log checkpoint
mail-checkpoint-subject = Daily checkpoint of the audit log
mail-checkpoint-preheader = Keep this email. With it the log can be checked without trusting the server.
mail-checkpoint-intro = This is a signed checkpoint over the whole audit log. With it you can prove later that no record up to now was changed or removed.
mail-fact-log-size = Records
mail-checkpoint-keep = Keep this email outside the server. Do not delete or change it.
mail-checkpoint-check = To check the log against it: copy the text above, from its first line to the line of the signature, into a file, then run pulih audit verify --against FILE.
