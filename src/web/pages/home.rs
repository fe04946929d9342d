//! Beranda.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{frame, page};
use crate::views;
use crate::web::House;
use crate::web::lang::Spoken;

/// `GET /`
pub async fn home(req: HttpRequest, house: web::Data<House>, spoken: Spoken) -> HttpResponse {
    page(StatusCode::OK, views::home::page(&frame(&house, &req, spoken, None)))
}
