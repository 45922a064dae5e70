// The image for all platforms. `cargo xtask image` adds tags, labels and attestations, which depend on the commit.

target "service" {
  context    = "."
  dockerfile = "docker/Dockerfile"
  target     = "service"
  platforms  = ["linux/amd64", "linux/arm64"]
}

target "simulator" {
  context    = "."
  dockerfile = "docker/Dockerfile"
  target     = "simulator"
  tags       = ["globeco-simulator:local"]
}

group "default" {
  targets = ["service"]
}
