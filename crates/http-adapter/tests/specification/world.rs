//! A whole service on fakes, and what callers see of it.

use crate::contract;
use crate::stores::{self, Stores};
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::Service;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::Bytes;
use application::{Application, Ports, Settings, Unobserved};
use domain::{Balances, Holding, Reserve};
use futures::Stream;
use futures::future::{FutureExt, LocalBoxFuture};
use futures::stream::poll_fn;
use http_adapter::{HttpConfig, HttpState, app};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use port_contracts::builders::{decimal, portfolio_id, security_id};
use port_contracts::{
    FakeAccounting, FakeClock, FakeDirectory, FakeIds, FakePrices, FakeSecurities, FakeUpstreamHealth, FaultPlan,
    Faulty,
};
use serde_json::Value;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// The fakes behind a service, and the service.
pub(crate) struct World {
    pub(crate) accounting: Arc<FakeAccounting>,
    pub(crate) prices: Arc<FakePrices>,
    pub(crate) securities: Arc<FakeSecurities>,
    pub(crate) directory: Arc<FakeDirectory>,
    pub(crate) upstream_health: Arc<FakeUpstreamHealth>,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) stores: Stores,
    pub(crate) model_faults: FaultPlan,
    pub(crate) rebalance_faults: FaultPlan,
    pub(crate) request_faults: FaultPlan,
    pub(crate) health_faults: FaultPlan,
    pub(crate) state: HttpState,
    pub(crate) application: Arc<Application>,
    serve: Serve,
}

type Serve = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Answer>>;

/// What a caller got.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Status and problem code, after a look at the envelope.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16(), "{problem}");
        for member in ["type", "title", "detail", "trace_id"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member} in {problem}");
        }
        (self.status.as_u16(), problem["code"].as_str().expect("a code").to_owned())
    }

    /// Pointer and code of each entry of `errors[]`.
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let problem = self.json();
        let rows = problem["errors"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| (text(&row["pointer"]), text(&row["code"]))).collect()
    }

    /// The answer, which must have this status.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A service that behaves as `change` says.
    pub(crate) async fn with(change: impl FnOnce(&mut HttpConfig)) -> Self {
        Self::configured(change, |_| ()).await
    }

    pub(crate) async fn configured(change: impl FnOnce(&mut HttpConfig), settle: impl FnOnce(&mut Settings)) -> Self {
        let stores = stores::open().await;
        let [model_faults, rebalance_faults, request_faults, health_faults] = [(); 4].map(|()| FaultPlan::default());
        let (accounting, prices) = (Arc::new(FakeAccounting::default()), Arc::new(FakePrices::default()));
        let (securities, directory) = (Arc::new(FakeSecurities::default()), Arc::new(FakeDirectory::default()));
        let (upstream_health, clock) = (Arc::new(FakeUpstreamHealth::default()), Arc::new(FakeClock::default()));
        let ports = Ports {
            models: Arc::new(Faulty::new(Arc::clone(&stores.models), model_faults.clone())),
            rebalances: Arc::new(Faulty::new(Arc::clone(&stores.rebalances), rebalance_faults.clone())),
            requests: Arc::new(Faulty::new(Arc::clone(&stores.requests), request_faults.clone())),
            store_health: Arc::new(Faulty::new(Arc::clone(&stores.health), health_faults.clone())),
            accounting: Arc::clone(&accounting) as _,
            prices: Arc::clone(&prices) as _,
            securities: Arc::clone(&securities) as _,
            directory: Arc::clone(&directory) as _,
            upstream_health: Arc::clone(&upstream_health) as _,
            clock: Arc::clone(&clock) as _,
            ids: Arc::new(FakeIds::default()),
            observer: Arc::new(Unobserved),
        };
        let mut settings = Settings {
            solver_workers: 2,
            optimization_timeout: Duration::from_secs(10),
            parallel_reads: 8,
            reserve: Reserve::NONE,
            busy_for: Duration::from_mins(1),
        };
        settle(&mut settings);
        let application = Arc::new(Application::new(ports, &settings).expect("threads can be started"));
        let mut config = HttpConfig::default();
        change(&mut config);
        let state = state(Arc::clone(&application), config);
        let serve = serve(&state).await;
        Self {
            accounting,
            prices,
            securities,
            directory,
            upstream_health,
            clock,
            stores,
            model_faults,
            rebalance_faults,
            request_faults,
            health_faults,
            state,
            application,
            serve,
        }
    }

    /// The same service, but its metrics cannot be written without a panic.
    pub(crate) async fn whose_metrics_panic(mut self) -> Self {
        let meter = SdkMeterProvider::default().meter("test");
        let config = HttpConfig::default();
        let panics = Arc::new(|| -> Result<String, _> { panic!("a secret") });
        self.state = HttpState::new(Arc::clone(&self.application), config, &meter, panics);
        self.serve = serve(&self.state).await;
        self
    }

    /// The chunks of the body of a GET, as they are polled.
    pub(crate) async fn body(&self, path: &str) -> impl Stream<Item = Bytes> + use<> {
        let service = init_service(app(&self.state)).await;
        let response = service.call(TestRequest::get().uri(path).to_request()).await.expect("an answer");
        let mut body = Box::pin(response.into_body());
        poll_fn(move |cx| body.as_mut().poll_next(cx).map(|chunk| chunk.map(|bytes| bytes.expect("not cut"))))
    }

    /// Sends a request and holds the answer against the OpenAPI document.
    pub(crate) async fn send(&self, request: TestRequest) -> Answer {
        (self.serve)(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl AsRef<str>) -> Answer {
        self.send(with_body(Method::POST, path, body.as_ref())).await
    }

    pub(crate) async fn put(&self, path: &str, body: impl AsRef<str>) -> Answer {
        self.send(with_body(Method::PUT, path, body.as_ref())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(TestRequest::delete().uri(path)).await
    }

    pub(crate) async fn delete_with(&self, path: &str, body: impl AsRef<str>) -> Answer {
        self.send(with_body(Method::DELETE, path, body.as_ref())).await
    }

    /// A POST under a key.
    pub(crate) async fn keyed(&self, key: &str, path: &str, body: &str) -> Answer {
        self.send(with_body(Method::POST, path, body).insert_header(("Idempotency-Key", key))).await
    }

    /// Creates a model and returns its id.
    pub(crate) async fn create(&self, body: impl AsRef<str>) -> String {
        let answer = self.post("/api/v1/models", body).await.expect(201);
        answer.json()["model_id"].as_str().expect("an id").to_owned()
    }

    /// Securities 1 to 4 are A, B, C and D of the worked example of the optimizer; portfolio 1 holds A and D.
    pub(crate) fn with_worked_example(&self) {
        for (n, ticker, price) in [(1, "A", "101.00"), (2, "B", "133.00"), (3, "C", "57.00"), (4, "D", "20.00")] {
            self.securities.set(security_id(n), ticker);
            self.prices.set(ticker, price);
        }
        self.accounting.set(portfolio_id(1), balances("420.00", &[(1, "10"), (4, "3.5")]));
        self.directory.set(portfolio_id(1), "Portfolio 1");
        // Known, and never funded.
        self.directory.set(portfolio_id(2), "Portfolio 2");
    }
}

fn with_body(method: Method, path: &str, body: &str) -> TestRequest {
    let request = TestRequest::default().method(method).uri(path);
    if body.is_empty() {
        return request;
    }
    request.insert_header(("Content-Type", "application/json")).set_payload(body.to_owned())
}

/// State that counts on instruments of its own.
fn state(application: Arc<Application>, config: HttpConfig) -> HttpState {
    let registry = prometheus::Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .without_units()
        .without_counter_suffixes()
        .without_target_info()
        .build()
        .expect("an exporter");
    let provider = SdkMeterProvider::builder().with_reader(exporter).build();
    let meter = provider.meter("test");
    let text = Arc::new(move || {
        // Kept alive by the closure: without it nothing would be collected.
        let _provider = &provider;
        Ok(prometheus::TextEncoder::new().encode_to_string(&registry.gather())?)
    });
    HttpState::new(application, config, &meter, text)
}

async fn serve(state: &HttpState) -> Serve {
    let service = Rc::new(init_service(app(state)).await);
    Rc::new(move |request: TestRequest| {
        let service = Rc::clone(&service);
        async move {
            let request = request.to_request();
            let (method, path) = (request.method().clone(), request.path().to_owned());
            let response = match service.call(request).await {
                Ok(response) => response.into_parts().1,
                Err(error) => error.error_response(),
            };
            let (head, body) = response.into_parts();
            let body = to_bytes(body).await.unwrap_or_else(|error| panic!("the body was cut: {error}"));
            let answer = Answer { status: head.status(), headers: head.headers().clone(), body };
            contract::check(&method, &path, &answer);
            answer
        }
        .boxed_local()
    })
}

/// Cash, and units by security number.
pub(crate) fn balances(cash: &str, holdings: &[(u32, &str)]) -> Balances {
    let holdings = holdings.iter().map(|(n, units)| Holding { security_id: security_id(*n), quantity: decimal(units) });
    Balances { cash: decimal(cash), holdings: holdings.collect() }
}

/// A position as callers write it.
pub(crate) fn position(security: u32, target: &str, low: &str, high: &str) -> String {
    let id = security_id(security);
    format!(r#"{{"security_id":"{id}","target":{target},"low_drift":{low},"high_drift":{high}}}"#)
}

/// A model as callers write it: name, positions, portfolio numbers.
pub(crate) fn model(name: &str, positions: &[String], portfolios: &[u32]) -> String {
    let ids: Vec<_> = portfolios.iter().map(|n| format!("\"{}\"", portfolio_id(*n))).collect();
    format!(r#"{{"name":"{name}","positions":[{}],"portfolios":[{}]}}"#, positions.join(","), ids.join(","))
}

/// The model of the worked example.
pub(crate) fn worked_example(portfolios: &[u32]) -> String {
    let positions =
        [position(1, "0.40", "0.08", "0.08"), position(2, "0.30", "0.10", "0.10"), position(3, "0.25", "0.10", "0.10")];
    model("Worked example", &positions, portfolios)
}
