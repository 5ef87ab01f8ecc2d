# The mocked provider returns random strings, so this file sets the values that ARNs and names contain. Every test only
# plans: after an apply the test would have to destroy the state bucket, which is protected.

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "123456789012"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition  = "aws"
    dns_suffix = "amazonaws.com"
  }
}
