# The variable `sources` has the members and values of senders/schema.json. Terraform ignores members that a type does
# not have, so a member that is missing in the type would have no effect.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sources = {
    x = {
      scheme = {
        algorithm = "jwt"
        key       = {}
        signature = { in = ["body"], names = ["v1"], pairs = {} }
        timestamp = { in = "claim:iat" }
        jwt       = { algorithms = ["RS256"] }
      }
      handshakes = [{ method = "GET", when = {} }]
      response   = { status = 200 }
    }
  }
  routes = {
    events = { source = "events", destinations = ["sink"] }
    x      = { source = "x", destinations = ["sink"] }
  }
}

run "members_equal_those_of_the_schema" {
  command = plan

  assert {
    condition = alltrue([
      for schema in [jsondecode(file("${local.senders_folder}/schema.json"))["$defs"]] : alltrue([
        for pair in [
          [var.sources.x.scheme, schema.description],
          [var.sources.x.scheme.key, schema.description.properties.key],
          [var.sources.x.scheme.signature, schema.signature],
          [var.sources.x.scheme.signature.pairs, schema.signature.properties.pairs],
          [var.sources.x.scheme.timestamp, schema.description.properties.timestamp],
          [var.sources.x.scheme.jwt, schema.description.properties.jwt],
          [var.sources.x.handshakes[0], schema.handshake],
          [var.sources.x.response, schema.response],
        ] : keys(pair[0]) == keys(pair[1].properties)
      ])
    ])
    error_message = "a member of `sources` has no counterpart in senders/schema.json, or the other way round"
  }
}

run "values_equal_those_of_the_schema" {
  command = plan

  assert {
    condition = alltrue([
      for schema in [jsondecode(file("${local.senders_folder}/schema.json"))["$defs"]] : alltrue([
        for pair in [
          [local.algorithms, schema.description.properties.algorithm.enum],
          [local.digests, schema.description.properties.digest.enum],
          [local.key_encodings, schema.description.properties.key.properties.encoding.enum],
          [local.key_derivations, schema.description.properties.key.properties.derive.enum],
          [local.signature_encodings, schema.signature.properties.encoding.enum],
          [local.time_units, schema.description.properties.timestamp.properties.unit.enum],
          [local.jwt_algorithms, schema.description.properties.jwt.properties.algorithms.items.enum],
          [local.handshake_methods, schema.handshake.properties.method.enum],
        ] : toset(pair[0]) == toset(pair[1])
      ])
    ])
    error_message = "a value in schemes.tf has no counterpart in senders/schema.json, or the other way round"
  }
}
