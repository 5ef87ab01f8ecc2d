# A user pool for services: they get tokens for POST /events with client credentials. The pool has no users.

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
    scope_description = "Send events"
  }
}

# The only secret in the Terraform state: Cognito generates it, and the provider stores it as `client_secret`. It gives
# access to POST /events only. Restrict read access to the state bucket; no output contains the secret. A service that
# must not share the secret needs its own client, which is created outside Terraform. An HTTP API accepts tokens of this
# client only.
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
