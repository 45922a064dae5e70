//! One path with its methods.

use crate::middleware::within_deadline;
use crate::problem::Problem;
use actix_web::guard::{Any, Get, Head};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, web};

/// A path that answers to some methods; to all others with 405 and a complete `Allow`.
pub(crate) struct Endpoint {
    resource: Resource,
    methods: Vec<Method>,
    timed: bool,
}

impl Endpoint {
    /// The path, as a route template.
    pub(crate) fn at(path: &str) -> Self {
        Self { resource: web::resource(path), methods: Vec::new(), timed: true }
    }

    /// Leaves the deadline to the handlers: the use case behind them must not be cut off while it writes.
    pub(crate) fn minding_the_deadline(mut self) -> Self {
        self.timed = false;
        self
    }

    /// GET, and HEAD with it.
    pub(crate) fn get<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.extend([Method::GET, Method::HEAD]);
        let route = web::route().guard(Any(Get()).or(Head())).to(handler);
        Self { resource: self.resource.route(route), ..self }
    }

    /// POST.
    pub(crate) fn post<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.method(Method::POST, handler)
    }

    /// PUT.
    pub(crate) fn put<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.method(Method::PUT, handler)
    }

    /// DELETE.
    pub(crate) fn delete<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.method(Method::DELETE, handler)
    }

    fn method<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push(method.clone());
        Self { resource: self.resource.route(web::method(method).to(handler)), ..self }
    }

    /// Adds the path to the application.
    pub(crate) fn register(self, cfg: &mut ServiceConfig) {
        let methods = self.methods;
        let refuse = move || {
            let problem = Problem::method_not_allowed(&methods);
            async move { Err::<HttpResponse, _>(problem) }
        };
        let resource = self.resource.default_service(web::to(refuse));
        if self.timed {
            cfg.service(resource.wrap(from_fn(within_deadline)));
        } else {
            cfg.service(resource);
        }
    }
}
