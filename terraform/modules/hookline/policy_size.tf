# The length of the policies. IAM limits all inline policies of a role together to 10,240 characters, and does not count
# white space:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

locals {
  max_policy_characters = 10240

  # The policy `telemetry` of modules/function has at most 329 characters and the name of the function.
  telemetry_characters = { for name in keys(local.statements) : name => 329 + length("${local.prefix}-${name}") }

  # Like the provider, this writes a list of one element as the element.
  statement_json = {
    for name, statements in local.role_statements : name => [
      for statement in statements : replace(jsonencode(merge(
        { Sid = statement.sid, Effect = "Allow", Action = statement.actions, Resource = statement.resources },
        { for key, value in {
          Condition = { for condition in statement.conditions : condition.test => {
            (condition.variable) = condition.values
          } }
        } : key => value if length(value) > 0 },
      )), "/\\[(\"[^\"]*\")\\]/", "$1")
    ]
  }

  policy_characters = {
    for name, statements in local.statement_json : name =>
    local.telemetry_characters[name] + length("{\"Version\":\"2012-10-17\",\"Statement\":[${join(",", statements)}]}")
  }

  # The longest statements first, for the error message.
  longest_statements = {
    for name, statements in local.statement_json : name => join(", ", slice(
      [for entry in reverse(sort([for statement in statements : format("%06d %s", length(statement), statement)])) :
        format("%s (%d)", regex("\"Sid\":\"([^\"]*)\"", entry)[0], length(entry) - 7)
      ], 0, min(3, length(statements)),
    ))
  }
}
