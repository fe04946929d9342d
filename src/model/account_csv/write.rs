//! Accounts written out as CSV.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::WriterBuilder;

use super::{HEADER, is_formula};

/// One account as it is written out; hashes and secrets never are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// User ID.
    pub user_id: String,
    /// Tipe User, as its word.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Registered address; empty where there is none.
    pub email: String,
    /// Second address; empty where there is none.
    pub email_2: String,
    /// Whether it is protected.
    pub protected: bool,
}

/// Writes accounts in the form of [`HEADER`], formulas made harmless.
pub struct Writer<W: Write>(csv::Writer<W>);

impl<W: Write> Writer<W> {
    /// Begins with the header.
    pub fn new(out: W) -> io::Result<Self> {
        let mut rows = WriterBuilder::new().from_writer(out);
        rows.write_record(HEADER)?;
        Ok(Self(rows))
    }

    /// Adds a line.
    pub fn write(&mut self, row: &Row) -> io::Result<()> {
        let protected = if row.protected { "true" } else { "false" };
        let cells = [&row.user_id, &row.kind, &row.name, &row.email, &row.email_2, "", "", protected];
        Ok(self.0.write_record(cells.map(|cell| harmless(cell)).iter().map(|cell| cell.as_bytes()))?)
    }

    /// Sees that everything is written.
    pub fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A cell that no spreadsheet takes for a formula.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}
