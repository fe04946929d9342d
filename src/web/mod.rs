//! The face people see: reads requests, proves them, lets actions act, and draws the answer.

pub mod api;
pub mod assets;
pub mod bearer;
pub mod body;
pub mod captcha;
pub mod compress;
pub mod cookies;
pub mod desk;
pub mod edge;
pub mod errors;
pub mod fields;
pub mod follower;
pub mod forgery;
pub mod gate;
pub mod headers;
pub mod holding;
pub mod house;
pub mod lang;
pub mod live;
pub mod ops;
pub mod pages;
pub mod proof;
pub mod routes;
pub mod tally;
pub mod upload;
pub mod wall;
pub mod way_back;
pub mod wire;

pub use body::{Field, Form, Trouble};
pub use desk::{DeskSession, On};
pub use edge::Client;
pub use forgery::{Browser, Sent};
pub use holding::{Holding, SignedIn};
pub use house::House;
