//! What a failed `kubectl` means, read from what it says: its exit code is 1 for nearly everything.

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No answer, or only answers that say "later" (429, 5xx): the same call may succeed later.
    Unreachable,
    /// 401 or 403.
    Forbidden,
    /// Another field manager owns a field, or the object has changed meanwhile.
    Conflict,
    /// The server's validation or admission refused the object.
    Invalid,
    /// 404.
    NotFound,
    /// 409 on a creation.
    AlreadyExists,
    /// We were asked to stop.
    Interrupted,
    /// Anything else.
    Other,
}

/// Texts of kubectl and of the Go libraries under it, in order of precedence.
const SAYINGS: &[(Fault, &[&str])] = &[
    (Fault::AlreadyExists, &["(AlreadyExists)"]),
    (Fault::Conflict, &["(Conflict)", "Apply failed with", "conflict occurred", "conflicts with"]),
    (
        Fault::Invalid,
        &[
            "(Invalid)",
            "(BadRequest)",
            "is invalid",
            "violates PodSecurity",
            "strict decoding error",
            "denied the request",
            "no matches for kind",
            "exceeded quota",
        ],
    ),
    (
        Fault::Forbidden,
        &[
            "(Forbidden)",
            "(Unauthorized)",
            "is forbidden",
            "must be logged in",
            "asked for the client to provide credentials",
        ],
    ),
    (
        Fault::Unreachable,
        &[
            "(ServiceUnavailable)",
            "(TooManyRequests)",
            "(Timeout)",
            "(ServerTimeout)",
            "(InternalError)",
            "currently unable to handle the request",
            "an error on the server",
            "connection refused",
            "connection reset",
            "EOF",
            "i/o timeout",
            "no such host",
            "no route to host",
            "network is unreachable",
            "deadline exceeded",
            "Client.Timeout",
            "request canceled",
            "TLS handshake",
            "Unable to connect to the server",
            "connection lost",
            "broken pipe",
            "no answer within",
        ],
    ),
    (Fault::NotFound, &["(NotFound)", "not found", "could not find the requested resource"]),
];

impl Fault {
    /// Reads what kubectl wrote to standard error.
    #[must_use]
    pub fn read(stderr: &str) -> Self {
        let says = |words: &&[&str]| words.iter().any(|word| stderr.contains(word));
        SAYINGS.iter().find(|(_, words)| says(words)).map_or(Self::Other, |(fault, _)| *fault)
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn what_kubectl_says_is_understood() {
        for (said, fault) in [
            ("Error from server (Forbidden): deployments.apps is forbidden: User \"x\" cannot patch", Fault::Forbidden),
            ("error: You must be logged in to the server (Unauthorized)", Fault::Forbidden),
            ("error: Apply failed with 1 conflict: conflict with \"kubectl-edit\": .spec.replicas", Fault::Conflict),
            ("Error from server (Conflict): Operation cannot be fulfilled on leases", Fault::Conflict),
            ("Error from server (AlreadyExists): leases \"x\" already exists", Fault::AlreadyExists),
            ("The Deployment \"x\" is invalid: spec.replicas: Invalid value", Fault::Invalid),
            (
                "Error from server (Forbidden): pods \"x\" is forbidden: violates PodSecurity \"restricted:v1.33\"",
                Fault::Invalid,
            ),
            ("Error from server (NotFound): namespaces \"x\" not found", Fault::NotFound),
            ("Unable to connect to the server: dial tcp 127.0.0.1:1: connect: connection refused", Fault::Unreachable),
            (
                "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port? connection refused",
                Fault::Unreachable,
            ),
            (
                "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
                Fault::Unreachable,
            ),
            ("Get \"http://127.0.0.1:1/api\": EOF", Fault::Unreachable),
            ("Error from server (TooManyRequests): slow down", Fault::Unreachable),
            (
                "Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded)",
                Fault::Unreachable,
            ),
            ("error: unknown flag: --x", Fault::Other),
        ] {
            assert_eq!(Fault::read(said), fault, "{said}");
        }
    }
}
