//! Limits of networks: harder work, a cap on pictures, and whom a forwarding header is believed from.

use chrono::TimeDelta;
use pulih::base::slots;
use pulih::config::CaptchaMode;
use pulih::workers::counter;
use reqwest::{Method, StatusCode};

use super::opening;
use crate::support::browser::Browser;
use crate::support::house::{Plan, TestApp};
use crate::support::kode;

fn pow(plan: &mut Plan) {
    plan.config.captcha.mode = CaptchaMode::Pow;
    plan.config.captcha.work = 50;
    plan.config.limits.pair_per_hour = 99;
    plan.config.limits.pair_per_day = 99;
    plan.config.server.trusted_proxies = vec!["127.0.0.1".to_owned()];
}

/// The most hashes that a form asks of the client at `from`.
async fn work(browser: &Browser, path: &str, from: &str) -> u32 {
    let page = browser.answer(browser.request(Method::GET, path).header("x-forwarded-for", from)).await;
    kode::data(&page, "max").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_network_works_harder_and_is_never_shut_out() {
    let app = TestApp::with(pow).await;
    let browser = app.browser();
    for n in 0..10 {
        assert_eq!(work(&browser, "/reset-totp", "2001:db8:1:2::7").await, 50, "Kirim {n}");
        let from = format!("2001:db8:1:2:{n:x}::{n}");
        let answer = kode::kirim(&browser, &format!("A{n}"), &from).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
    assert_eq!(app.value("select string_agg(distinct network, ' ') from request").await, "2001:db8:1:2::/64");
    assert_eq!(work(&browser, "/reset-totp", "2001:db8:1:2:ffff::1").await, 100, "one /64 is one client");
    assert_eq!(work(&browser, "/reset-totp", "2001:db8:1:3::1").await, 50, "its neighbour is another");
    assert_eq!(kode::kirim(&browser, "A10", "2001:db8:1:2::7").await.status, StatusCode::SEE_OTHER);

    // the servers tell one another
    let (second, url, running) = app.second();
    let elsewhere = Browser::new(&url);
    assert_eq!(work(&elsewhere, "/reset-totp", "2001:db8:1:2::7").await, 50);
    counter::step(&app.app).await.unwrap();
    counter::step(&second).await.unwrap();
    assert_eq!(work(&elsewhere, "/reset-totp", "2001:db8:1:2::7").await, 100);
    running.stop.cancel();
    running.ended().await;

    app.advance(TimeDelta::minutes(10)).await;
    assert_eq!(work(&browser, "/reset-totp", "2001:db8:1:2::7").await, 50, "ten minutes on it is forgotten");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_work_has_a_cap() {
    let app = TestApp::with(|plan| {
        pow(plan);
        plan.config.captcha.work = 150_000;
    })
    .await;
    let browser = app.browser();
    let mut asked = Vec::new();
    for more in [0, 10, 10, 20, 1_000] {
        let slot = slots::slot(app.app.clock().now());
        for _ in 0..more {
            app.app.networks().hit("198.51.100.7", "kirim", slot);
        }
        asked.push(work(&browser, "/reset-totp", "198.51.100.7").await);
    }
    assert_eq!(asked, [150_000, 300_000, 400_000, 400_000, 400_000]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answered_pictures_have_a_cap_of_their_own() {
    let app = TestApp::with(|plan| {
        pow(plan);
        plan.config.captcha.pictures_per_10_min = 4;
    })
    .await;
    let browser = app.browser();
    for n in 0..4 {
        let answer = kode::picture(&browser, &format!("A{n}"), "wrong", "203.0.113.9").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    }
    let answer = kode::picture(&browser, "A4", "wrong", "203.0.113.9").await;
    let (header, words) = opening(&app, &answer);
    assert!(header <= app.app.clock().now() + TimeDelta::minutes(10) && words >= header - TimeDelta::minutes(1));
    assert_eq!(kode::picture(&browser, "A5", "wrong", "203.0.113.10").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(kode::kirim(&browser, "A6", "203.0.113.9").await.status, StatusCode::SEE_OTHER, "work is still taken");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_forwarding_header_is_believed_from_a_stranger() {
    let app = TestApp::with(|plan| {
        pow(plan);
        plan.config.server.trusted_proxies.clear();
    })
    .await;
    let browser = app.browser();
    for n in 0..11 {
        kode::kirim(&browser, &format!("A{n}"), &format!("203.0.113.{n}")).await;
    }
    assert_eq!(work(&browser, "/reset-totp", "203.0.113.99").await, 100, "all of them are one peer");
    assert_eq!(app.value("select string_agg(distinct network, ' ') from request").await, "127.0.0.1");
    app.settle().await;
    app.end().await;
}
