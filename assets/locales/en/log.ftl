# The log for those who read it elsewhere
refusal-key-required-title = A log key is needed
refusal-key-required-text = Programs with a log key read this address. Ask the operator for a key. One that was revoked or has expired opens nothing.
