# The length of the policies. IAM limits all inline policies of a role together to 10,240 characters, and does not count
# white space:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

locals {
  max_policy_characters = 10240

  # Names of secrets with more characters do not fit into a policy with the other statements. The policy then has the
  # common prefix of the names. Only secrets of this deployment have it.
  max_secret_characters = 8000

  # Secrets Manager appends a hyphen and six random characters to the name of a secret.
  secret_prefix = "${local.arn_prefix}:secretsmanager:${local.arn_tail}:secret:${local.prefix}"
  named_secret_arns = {
    for folder, names in { sources = keys(var.sources), destinations = local.destinations_with_secret } :
    folder => [for name in names : "${local.secret_prefix}/${folder}/${name}-??????"]
  }
  secret_arns = {
    for folder, arns in local.named_secret_arns : folder =>
    length(jsonencode(arns)) <= local.max_secret_characters ? arns : ["${local.secret_prefix}/${folder}/*"]
  }

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
