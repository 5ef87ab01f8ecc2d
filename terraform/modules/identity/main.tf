# Machines only: services that post to /events get a token by client credentials. The pool holds no users.

resource "aws_cognito_user_pool" "this" {
  name                = var.prefix
  deletion_protection = var.deletion_protection ? "ACTIVE" : "INACTIVE"

  admin_create_user_config {
    allow_admin_create_user_only = true
  }
}

resource "aws_cognito_user_pool_domain" "this" {
  domain       = var.domain
  user_pool_id = aws_cognito_user_pool.this.id
}

resource "aws_cognito_resource_server" "this" {
  identifier   = var.prefix
  name         = "${var.prefix} events"
  user_pool_id = aws_cognito_user_pool.this.id

  scope {
    scope_name        = "events.write"
    scope_description = "Post events"
  }
}

# The exception to "no secret in state": Cognito makes this client's secret itself, and the provider keeps it as the
# attribute client_secret. It opens POST /events and nothing else. So the state bucket is to be read by few, no output
# names the secret, and a service that must not share it gets a client of its own, made outside Terraform. (An HTTP API takes
# the tokens of this client alone.)
resource "aws_cognito_user_pool_client" "this" {
  name         = "${var.prefix}-events"
  user_pool_id = aws_cognito_user_pool.this.id

  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = aws_cognito_resource_server.this.scope_identifiers
  access_token_validity                = 60

  token_validity_units {
    access_token = "minutes"
  }
}
