# Regions of all partitions: the state bucket and the roles exist in each of them.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "accepts_govcloud" {
  command = plan

  variables {
    region = "us-gov-west-1"
  }
}

run "accepts_china" {
  command = plan

  variables {
    region = "cn-north-1"
  }
}

run "accepts_sovereign_cloud" {
  command = plan

  variables {
    region = "eusc-de-east-1"
  }
}

run "rejects_isolated_region" {
  command = plan

  variables {
    region = "us-iso-east-1"
  }

  expect_failures = [var.region]
}

run "rejects_availability_zone" {
  command = plan

  variables {
    region = "eu-west-1a"
  }

  expect_failures = [var.region]
}
