//go:build tools

// Package kwok pins the simulated kubelet that the deploy tests run against.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
