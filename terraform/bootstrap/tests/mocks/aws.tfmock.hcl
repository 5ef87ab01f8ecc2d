# The mocked provider invents random strings; what ARNs and names are made of is given here. Every test plans only: what
# the last step of a test would destroy is the state bucket, and that is refused.

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "123456789012"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition = "aws"
  }
}
