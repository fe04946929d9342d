//! What happens when everything happens at once (quality C1, C2, C5, C6), and the transaction that everything rests on.

mod courier;
mod kirim;
mod link;
mod press;
mod second;
mod transaction;
