# The integrity page: what a verification finds
integrity-unfinished = The verification could not be finished
integrity-unfinished-text = The last attempt ended { $time }. Until one succeeds, nothing proves that the records are whole. Call the operator of the server, then start the verification again.
finding-personal-gone = Personal details are gone, and no erasure is recorded.
finding-back-dated = The record is much earlier than those before it: it was back-dated.
finding-passed-by = The record was not sealed, though later ones were.
finding-entries-beyond = The copy holds more records than were signed.
finding-entries-torn = A bundle of records cannot be read.
finding-checkpoints-gone = Checkpoints between two others are gone.
finding-checkpoint-back = A checkpoint is dated before the one before it.
finding-leaf-twice = A record has two numbers.
finding-uneven = Records and their numbers do not match one to one.
finding-unfinished = The verification could not be finished.
