# A rollback leaves a marker in the description of the alias (scripts/alias.sh). Each plan explains it.

locals {
  rolled_back_functions = {
    for name, function in merge(
      { ingest = module.ingest, process = module.process }, { for function in module.recover : "recover" => function },
      ) : name => try(
      regex("^rolled back from (?P<from>[0-9]+) to (?P<to>[0-9]+) at (?P<at>[^ ]+): (?P<reason>.*)$",
      function.alias_description),
      null,
    )
  }

  rolled_back = { for name, marker in local.rolled_back_functions : name => marker if marker != null }
}

check "no_function_is_rolled_back" {
  assert {
    condition = length(local.rolled_back) == 0
    error_message = join(" ", concat(
      [
        for name, marker in local.rolled_back :
        "${name} was rolled back from version ${marker.from} to ${marker.to} at ${marker.at}: ${marker.reason}."
      ],
      [
        "An apply does not move it. `scripts/release.sh ${var.environment}` leaves it at this version, and releases",
        "the next version that an apply publishes. To release the same version again, add `--again`.",
      ],
    ))
  }
}
