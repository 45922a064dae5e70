//! The inbound HTTP interface: routes, wire types, problems, OpenAPI.
