//! Completes each operation: the problems that its codes mean, the headers that every answer has, and the
//! `Idempotency-Key`.

use super::codes::{ALWAYS, KEYED, named};
use super::links;
use crate::problem::{Code, PROBLEM_JSON, type_uri};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::Modify;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Content, ContentBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder};

/// See the module.
pub(super) struct Complete;

impl Modify for Complete {
    fn modify(&self, document: &mut OpenApi) {
        document.components.get_or_insert_default().examples = examples();
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                complete(operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten()
}

fn complete(operation: &mut Operation) {
    let extensions = operation.extensions.take().unwrap_or_default();
    let mut codes: BTreeSet<Code> = ALWAYS.iter().copied().collect();
    let names = extensions.get("x-problem-codes").and_then(Value::as_array).cloned().unwrap_or_default();
    let found: Option<Vec<_>> = names.iter().map(|name| named(name.as_str().unwrap_or_default())).collect();
    match found {
        Some(found) => codes.extend(found.into_iter().flatten()),
        // Left where a test finds it.
        None => operation.extensions = Some(extensions.clone()),
    }
    if extensions.contains_key("x-idempotency-key") {
        codes.extend(KEYED);
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.row().status).or_default().push(code);
    }
    for (status, codes) in by_status {
        add_problem(operation, status, &codes);
    }
    links::add(operation);
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.headers.insert("X-Correlation-ID".to_owned(), RefOr::T(correlation_id()));
        }
    }
}

fn add_problem(operation: &mut Operation, status: u16, codes: &[Code]) {
    let titles: Vec<String> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
    let described = ResponseBuilder::new().description(titles.join(", ")).build();
    let response = operation.responses.responses.entry(status.to_string()).or_insert(RefOr::T(described));
    let RefOr::T(response) = response else { return };
    response.content.insert(PROBLEM_JSON.to_owned(), RefOr::T(content(codes)));
    if codes.iter().all(|code| code.row().retry_after_s.is_some()) {
        let seconds = header(Type::Integer, "Seconds after which repeating the request may help");
        response.headers.insert("Retry-After".to_owned(), RefOr::T(seconds));
    }
    note(response);
}

/// A response has a description, whatever the endpoint said.
fn note(response: &mut Response) {
    if response.description.is_empty() {
        "A problem".clone_into(&mut response.description);
    }
}

fn content(codes: &[Code]) -> Content {
    let examples = codes.iter().map(|code| {
        let name = code.as_str();
        (name, RefOr::<Example>::Ref(Ref::new(format!("#/components/examples/{name}"))))
    });
    let schema = Some(RefOr::<utoipa::openapi::Schema>::Ref(Ref::from_schema_name("Problem")));
    ContentBuilder::new().schema(schema).examples_from_iter(examples).build()
}

/// A problem of each kind.
fn examples() -> BTreeMap<String, RefOr<Example>> {
    let example = |code: &Code| {
        let row = code.row();
        let value = json!({
            "type": type_uri(*code), "title": row.title, "status": row.status, "detail": row.remedy,
            "code": row.code, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        });
        (row.code.to_owned(), RefOr::T(ExampleBuilder::new().summary(row.title).value(Some(value)).build()))
    };
    Code::ALL.iter().map(example).collect()
}

fn correlation_id() -> Header {
    header(Type::String, "The request's X-Correlation-ID, or a new one")
}

fn header(of: Type, description: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(of)).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

fn idempotency_key() -> utoipa::openapi::path::Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .pattern(Some("^[!-~]{1,255}$"))
        .examples(["rebalance-2026-01-05-growth"]);
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Makes repetitions safe: the same key with the same request is answered as the first one was, for 24 hours",
        ))
        .schema(Some(schema))
        .build()
}
