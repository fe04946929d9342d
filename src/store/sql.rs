//! A statement written in SQL, prepared once for each connection.
//!
//! `diesel::sql_query` is prepared anew at every call; this is the same with its preparation kept. Each `{}` in the
//! text takes the next value.

use std::borrow::Cow;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

/// A row that is a number.
#[derive(QueryableByName)]
pub struct Count {
    /// How many.
    #[diesel(sql_type = sql_types::BigInt)]
    pub count: i64,
}

/// A row that is an id.
#[derive(QueryableByName)]
pub struct Id {
    /// Whose.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
}

/// A value of a statement.
pub enum Value<'a> {
    Uuid(Option<Uuid>),
    Uuids(Vec<Uuid>),
    Text(Option<&'a str>),
    Texts(Vec<&'a str>),
    Bytes(Option<&'a [u8]>),
    ByteRows(Vec<&'a [u8]>),
    Small(Option<i16>),
    Smalls(Vec<i16>),
    Int(i32),
    Big(i64),
    Bigs(Vec<i64>),
    Bool(bool),
    Time(Option<DateTime<Utc>>),
    Json(Option<&'a serde_json::Value>),
}

macro_rules! from {
    ($($from:ty => |$v:ident| $make:expr;)*) => {$(
        impl<'a> From<$from> for Value<'a> {
            fn from($v: $from) -> Self {
                $make
            }
        }
    )*};
}

from! {
    Uuid => |v| Self::Uuid(Some(v));
    Option<Uuid> => |v| Self::Uuid(v);
    Vec<Uuid> => |v| Self::Uuids(v);
    &'a str => |v| Self::Text(Some(v));
    Option<&'a str> => |v| Self::Text(v);
    Vec<&'a str> => |v| Self::Texts(v);
    &'a [u8] => |v| Self::Bytes(Some(v));
    &'a [u8; 32] => |v| Self::Bytes(Some(v));
    Option<&'a [u8]> => |v| Self::Bytes(v);
    Vec<&'a [u8]> => |v| Self::ByteRows(v);
    i16 => |v| Self::Small(Some(v));
    Option<i16> => |v| Self::Small(v);
    Vec<i16> => |v| Self::Smalls(v);
    i32 => |v| Self::Int(v);
    i64 => |v| Self::Big(v);
    Vec<i64> => |v| Self::Bigs(v);
    bool => |v| Self::Bool(v);
    DateTime<Utc> => |v| Self::Time(Some(v));
    Option<DateTime<Utc>> => |v| Self::Time(v);
    Option<&'a serde_json::Value> => |v| Self::Json(v);
}

/// A statement with its values.
pub struct Sql<'a> {
    text: Cow<'static, str>,
    values: Vec<Value<'a>>,
}

/// Starts a statement.
pub fn sql<'a>(text: &'static str) -> Sql<'a> {
    Sql { text: Cow::Borrowed(text), values: Vec::new() }
}

impl<'a> Sql<'a> {
    /// Gives the next `{}` its value.
    pub fn bind(mut self, value: impl Into<Value<'a>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Goes on with another piece of fixed text.
    pub fn add(mut self, piece: &'static str) -> Self {
        self.text.to_mut().push_str(piece);
        self
    }

    /// Says which types its columns have, in their order: rows are then read by position instead of by name, which is
    /// worth its words where there are thousands.
    pub fn of<T>(self) -> Typed<'a, T> {
        Typed(self, PhantomData)
    }

    /// The only row, or `NotFound`; not before the server said that the statement ended.
    ///
    /// The method of this name in `RunQueryDsl` answers with the first row that arrives. A statement outside a
    /// transaction commits after its rows were made: a server that is shut down in between sends the rows and keeps
    /// nothing, and a check that is deferred to the commit fails unseen.
    pub async fn get_result<T>(self, connection: &mut AsyncPgConnection) -> QueryResult<T>
    where
        T: QueryableByName<Pg> + Send + 'static,
    {
        self.load::<T>(connection).await?.into_iter().next().ok_or(diesel::result::Error::NotFound)
    }
}

impl QueryFragment<Pg> for Sql<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut values = self.values.iter();
        for (i, piece) in self.text.split("{}").enumerate() {
            if i > 0 {
                match values.next() {
                    Some(value) => value.push(&mut out)?,
                    None => return Err(mismatch(&self.text)),
                }
            }
            out.push_sql(piece);
        }
        values.next().map_or(Ok(()), |_| Err(mismatch(&self.text)))
    }
}

fn mismatch(text: &str) -> diesel::result::Error {
    diesel::result::Error::QueryBuilderError(format!("values and places differ in: {text}").into())
}

impl Value<'_> {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        use sql_types as t;
        match self {
            Self::Uuid(v) => out.push_bind_param::<t::Nullable<t::Uuid>, _>(v),
            Self::Uuids(v) => out.push_bind_param::<t::Array<t::Uuid>, _>(v),
            Self::Text(v) => out.push_bind_param::<t::Nullable<t::Text>, _>(v),
            Self::Texts(v) => out.push_bind_param::<t::Array<t::Text>, _>(v),
            Self::Bytes(v) => out.push_bind_param::<t::Nullable<t::Binary>, _>(v),
            Self::ByteRows(v) => out.push_bind_param::<t::Array<t::Binary>, _>(v),
            Self::Small(v) => out.push_bind_param::<t::Nullable<t::SmallInt>, _>(v),
            Self::Smalls(v) => out.push_bind_param::<t::Array<t::SmallInt>, _>(v),
            Self::Int(v) => out.push_bind_param::<t::Integer, _>(v),
            Self::Bigs(v) => out.push_bind_param::<t::Array<t::BigInt>, _>(v),
            Self::Big(v) => out.push_bind_param::<t::BigInt, _>(v),
            Self::Bool(v) => out.push_bind_param::<t::Bool, _>(v),
            Self::Time(v) => out.push_bind_param::<t::Nullable<t::Timestamptz>, _>(v),
            Self::Json(v) => out.push_bind_param::<t::Nullable<t::Jsonb>, _>(v),
        }
    }
}

impl QueryId for Sql<'_> {
    type QueryId = ();
    // the text itself is the key of the statement cache
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql<'_> {
    type SqlType = sql_types::Untyped;
}

/// A statement whose columns have these types, in this order.
pub struct Typed<'a, T>(Sql<'a>, PhantomData<T>);

impl<T> QueryFragment<Pg> for Typed<'_, T> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<T> QueryId for Typed<'_, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T: 'static> Query for Typed<'_, T> {
    type SqlType = T;
}

#[cfg(test)]
mod tests {
    use diesel_async::{AsyncConnection, SimpleAsyncConnection};

    use super::*;
    use crate::base::cluster::{Cluster, Options};

    #[derive(Debug, QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Integer)]
        id: i32,
    }

    #[tokio::test]
    async fn a_row_whose_commit_fails_is_no_answer() {
        let cluster = Cluster::start(Options::default()).unwrap();
        let mut connection = AsyncPgConnection::establish(&cluster.url("postgres", "postgres")).await.unwrap();
        connection.batch_execute("create temp table t (id int unique deferrable initially deferred)").await.unwrap();
        let twice = sql("insert into t values ({}), (7) returning id");
        let answer = twice.bind(7).get_result::<Row>(&mut connection).await;
        assert!(matches!(&answer, Err(diesel::result::Error::DatabaseError(..))), "{answer:?}");
        let answer = sql("select id from t where id = {}").bind(7).get_result::<Row>(&mut connection).await;
        assert!(matches!(&answer, Err(diesel::result::Error::NotFound)), "{answer:?}");
        let once = sql("insert into t values ({}) returning id").bind(7).get_result::<Row>(&mut connection).await;
        assert_eq!(once.unwrap().id, 7);
    }
}
