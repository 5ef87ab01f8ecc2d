# A configuration that is right in every way; each test changes one thing of it.

region       = "eu-west-1"
environments = ["dev", "prod", "staging"]

github_owner         = "octo-org"
github_repository    = "hookline"
github_owner_id      = 123456
github_repository_id = 9876543210
