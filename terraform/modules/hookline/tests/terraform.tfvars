# A valid configuration. Each test changes one value of it.

environment = "test"
region      = "eu-west-1"

packages = {
  ingest  = "tests/fixtures/package.zip"
  process = "tests/fixtures/package.zip"
}

sources = {
  github = { sender = "github" }
}

destinations = {
  sink = { kind = "http", url = "https://sink.example.com/hooks" }
}

routes = {
  github = { source = "github", destinations = ["sink"] }
  events = { source = "events", destinations = ["sink"] }
}
