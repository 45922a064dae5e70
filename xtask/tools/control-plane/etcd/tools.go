//go:build tools

// Package etcd pins the store of the control plane, for machines without Debian's package.
package etcd

import _ "go.etcd.io/etcd/server/v3"
