# A valid configuration. Each test changes one value.

region       = "eu-west-1"
environments = ["dev", "prod", "staging"]

github_owner         = "octo-org"
github_repository    = "hookline"
github_owner_id      = 123456
github_repository_id = 9876543210
