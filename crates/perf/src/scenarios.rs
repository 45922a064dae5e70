//! The scenarios and the limits that each is held against: the performance sections of the project's brief.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::client::{Client, Request};
use crate::load::{self, Load};
use crate::memory;
use crate::numbers::Samples;
use crate::report;
use crate::rows::{Limit, Metric, Row};
use crate::stand::Stand;
use crate::world::{Model, World};

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Portfolios of the large rebalance.
    pub(crate) portfolios: usize,
    /// Problems for each case of the solver.
    pub(crate) problems: u64,
    /// Length of one series.
    series: Duration,
    /// Length of the mixed load; the brief says 15 seconds.
    mixed: Duration,
    /// Rebalances in the large listing, and portfolios of each.
    listing: (usize, usize),
}

impl Scale {
    pub(crate) const FULL: Self = Self {
        portfolios: 1000,
        problems: 2000,
        series: Duration::from_secs(5),
        mixed: Duration::from_secs(15),
        listing: (20, 100),
    };
    pub(crate) const SMOKE: Self = Self {
        portfolios: 50,
        problems: 100,
        series: Duration::from_millis(500),
        mixed: Duration::from_millis(1500),
        listing: (2, 10),
    };
}

/// The longest that a large listing may take, seconds.
const LISTING_LIMIT: f64 = 2.0;

/// Measures everything that goes over HTTP.
pub(crate) fn measure(stand: &Stand, scale: &Scale) -> Result<Vec<Row>> {
    let world = World::prepare(&stand.control, scale.portfolios)?;
    let service = &stand.service;
    let mut rows = Vec::new();
    let (idle, _) = memory::resident(stand.service_id())?;
    rows.extend(health(service, scale)?);
    rows.extend(models(service, &world, scale)?);
    rows.extend(mixed(service, &world, scale)?);
    rows.extend(users(service, &world, scale)?);
    rows.extend(large(service, &world, scale)?);
    let (_, peak) = memory::resident(stand.service_id())?;
    rows.push(Row::new("memory", "resident, idle", "MB", Limit::None, idle));
    rows.push(Row::new("memory", "resident, at its highest", "MB", Limit::None, peak));
    Ok(rows)
}

/// One series of a fixed request.
fn series(service: &Client, request: &Request, rate: f64, duration: Duration, users: usize) -> Samples {
    load::run(Load { rate, duration, users }, &|_| succeeds(service, request))
}

fn succeeds(service: &Client, request: &Request) -> bool {
    service.send(request).is_ok_and(|(status, _)| (200..300).contains(&status))
}

fn health(service: &Client, scale: &Scale) -> Result<Vec<Row>> {
    let paths = [
        ("/health/live", "liveness", &[Metric::Mean(10.0), Metric::Success(99.9)][..]),
        ("/health/ready", "readiness", &[Metric::Mean(50.0), Metric::Success(99.0)]),
        ("/health/health", "health", &[Metric::Mean(100.0), Metric::Success(99.0)]),
    ];
    let mut rows = Vec::new();
    for (path, name, metrics) in paths {
        report::progress(name)?;
        let samples = series(service, &Request::Get(path.into()), 50.0, scale.series, 2);
        rows.extend(Row::of("health", name, &samples, metrics));
    }
    report::progress("10 simultaneous health checks")?;
    let samples = series(service, &Request::Get("/health/health".into()), 200.0, scale.series, 10);
    let metrics = [Metric::Mean(50.0), Metric::P95(100.0), Metric::Success(99.0)];
    rows.extend(Row::of("health", "10 at once", &samples, &metrics));
    Ok(rows)
}

fn models(service: &Client, world: &World, scale: &Scale) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    report::progress("model create")?;
    let created = load::run(Load { rate: 20.0, duration: scale.series, users: 4 }, &|number| {
        succeeds(
            service,
            &Request::Post("/api/v1/models".into(), Some(world.model(&format!("created {number}"), 50, 10))),
        )
    });
    let metrics = [Metric::Mean(500.0), Metric::P95(500.0), Metric::Success(90.0)];
    rows.extend(Row::of("API", "model create", &created, &metrics));

    report::progress("model list")?;
    let listed = series(service, &Request::Get("/api/v1/models".into()), 20.0, scale.series, 4);
    let metrics = [Metric::Mean(200.0), Metric::P95(200.0), Metric::Success(95.0)];
    rows.extend(Row::of("API", "model list", &listed, &metrics));

    report::progress("model update")?;
    let model = world.create(service, "updated", 50, 10)?;
    let version = AtomicU64::new(model.version);
    let updated = load::run(Load { rate: 20.0, duration: scale.series, users: 1 }, &|number| {
        let mut body = world.model(&format!("updated {number}"), 50, 10);
        body["version"] = version.load(Ordering::SeqCst).into();
        let path = format!("/api/v1/model/{}", model.model_id);
        service.read::<Model>(&Request::Put(path, body)).is_ok_and(|model| {
            version.store(model.version, Ordering::SeqCst);
            true
        })
    });
    rows.extend(Row::of("API", "model update", &updated, &[Metric::P95(300.0), Metric::Success(95.0)]));

    report::progress("rebalancing")?;
    let model = world.create(service, "rebalanced", 50, 10)?;
    let rebalanced = series(service, &rebalance(&model), 2.0, scale.series * 2, 2);
    let metrics = [Metric::Mean(5000.0), Metric::P95(5000.0), Metric::Success(80.0)];
    rows.extend(Row::of("API", "rebalancing", &rebalanced, &metrics));
    Ok(rows)
}

fn rebalance(model: &Model) -> Request {
    Request::Post(format!("/api/v1/model/{}/rebalance", model.model_id), None)
}

/// What users do, by turns: mostly reading, sometimes writing, now and then a rebalance.
fn turn(service: &Client, world: &World, model: &Model, tag: &str, number: u64) -> (Kind, bool) {
    let get = |path: String| succeeds(service, &Request::Get(path));
    match number % 20 {
        7 => {
            let body = world.model(&format!("{tag} {number}"), 50, 5);
            (Kind::Write, succeeds(service, &Request::Post("/api/v1/models".into(), Some(body))))
        }
        13 => (Kind::Complex, succeeds(service, &rebalance(model))),
        turn if turn % 4 == 0 => (Kind::Read, get("/api/v1/rebalances?limit=5&view=summary".into())),
        turn if turn % 4 == 1 => (Kind::Read, get("/health/ready".into())),
        _ => (Kind::Read, get(format!("/api/v1/model/{}", model.model_id))),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
    Complex,
}

/// The brief's mixed load, then the targets that hold for the service as a whole: 120 requests per second of all
/// kinds, each kind under its own limit.
fn mixed(service: &Client, world: &World, scale: &Scale) -> Result<Vec<Row>> {
    let model = world.create(service, "mixed", 50, 10)?;
    report::progress("mixed load")?;
    let load = Load { rate: 25.0, duration: scale.mixed, users: 10 };
    let samples = load::run(load, &|number| turn(service, world, &model, "mixed", number).1);
    let mut rows = Row::of("load", "mixed, 15 s", &samples, &[Metric::Throughput(10.0), Metric::Success(90.0)]);
    report::progress("all targets at once")?;
    let load = Load { rate: 120.0, duration: scale.mixed, users: 32 };
    let kinds = [
        (Kind::Read, "read operations", Metric::P95(200.0)),
        (Kind::Write, "write operations", Metric::P95(500.0)),
        (Kind::Complex, "complex operations", Metric::P95(5000.0)),
    ];
    let times = std::sync::Mutex::new(Vec::new());
    let samples = load::run(load, &|number| {
        let started = Instant::now();
        let (kind, succeeded) = turn(service, world, &model, "targets", number);
        times.lock().is_ok_and(|mut times| {
            times.push((kind, started.elapsed()));
            succeeded
        })
    });
    let times = times.into_inner().unwrap_or_default();
    for (kind, name, metric) in kinds {
        let own = times.iter().filter(|(found, _)| *found == kind).map(|(_, time)| *time).collect();
        rows.extend(Row::of("targets", name, &Samples::new(own, 0, scale.mixed), &[metric]));
    }
    rows.extend(Row::of("targets", "all", &samples, &[Metric::Throughput(100.0), Metric::Errors(1.0)]));
    rows.push(Row::new("targets", "availability during the run", "%", Limit::AtLeast(99.9), samples.success() * 100.0));
    Ok(rows)
}

/// 10 and 50 users at once.
fn users(service: &Client, world: &World, scale: &Scale) -> Result<Vec<Row>> {
    let model = world.create(service, "users", 50, 10)?;
    let mut rows = Vec::new();
    for (users, rate, least) in [(10, 60.0, 50.0), (50, 110.0, 100.0)] {
        report::progress(&format!("{users} users"))?;
        let tag = format!("{users} users");
        let load = Load { rate, duration: scale.series, users };
        let samples = load::run(load, &|number| turn(service, world, &model, &tag, number).1);
        rows.extend(Row::of("load", &tag, &samples, &[Metric::Throughput(least), Metric::Success(95.0)]));
    }
    Ok(rows)
}

/// Sizes beyond the brief: a model of 1,000 portfolios, and a listing of 20 rebalances of 100 portfolios each.
#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn large(service: &Client, world: &World, scale: &Scale) -> Result<Vec<Row>> {
    report::progress("large rebalance")?;
    let model = world.create(service, "large", 50, scale.portfolios)?;
    let started = Instant::now();
    let (status, _) = service.send(&rebalance(&model)).context("the large rebalance")?;
    ensure!(status == 200, "the large rebalance was answered {status}");
    let name = format!("rebalance of {} portfolios", scale.portfolios);
    let mut rows = vec![Row::new("sizes", &name, "s", Limit::None, started.elapsed().as_secs_f64())];

    report::progress("large listing")?;
    let (rebalances, portfolios) = scale.listing;
    let model = world.create(service, "listed", 50, portfolios)?;
    for _ in 0..rebalances {
        let (status, _) = service.send(&rebalance(&model))?;
        ensure!(status == 200, "a rebalance for the listing was answered {status}");
    }
    let started = Instant::now();
    let (status, bytes) = service.send(&Request::Get(format!("/api/v1/rebalances?limit={rebalances}")))?;
    let took = started.elapsed().as_secs_f64();
    ensure!(status == 200, "the listing was answered {status}");
    let name = format!("listing of {rebalances} × {portfolios} × 50 ({:.1} MB)", bytes as f64 / 1e6);
    rows.push(Row::new("sizes", &name, "s", Limit::AtMost(LISTING_LIMIT), took));
    Ok(rows)
}
