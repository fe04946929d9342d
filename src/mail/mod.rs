//! MIME: letters and the way they are sent.
