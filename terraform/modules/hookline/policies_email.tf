# The permissions to send e-mail. For each e-mail, SES evaluates the sender's identity, the identity's configuration set
# and, in the SES sandbox, the recipients' identities:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html,
# https://github.com/aws/aws-cdk/issues/34402 (default configuration set)

locals {
  emails = { for name, destination in var.destinations : name => destination if destination.kind == "email" }

  email_addresses = distinct(flatten([
    for email in local.emails : concat([email.from], tolist(coalesce(email.to, [])))
  ]))

  # The identities that can cover an address: the address, the address without its label (`+…`), its domain and each
  # parent domain. SES uses the most specific one that is verified.
  # https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
  email_identities = {
    for address in local.email_addresses : address => distinct(concat(
      [address, replace(address, "/\\+[^@]*@/", "@")],
      [
        for first in range(length(split(".", split("@", address)[1])) - 1) : join(".", slice(
          split(".", lower(split("@", address)[1])), first, length(split(".", split("@", address)[1])),
        ))
      ],
    ))
  }

  configuration_sets = distinct(compact([for email in local.emails : email.configuration_set]))

  # Process can send e-mail only from the destination's sender to the destination's recipients. Destinations with the
  # same addresses share a statement.
  email_permissions = distinct([
    for email in local.emails : {
      resources = tolist([
        for identity in distinct(concat(
          email.identity == null ? local.email_identities[email.from] : [email.identity],
          flatten([for address in tolist(coalesce(email.to, [])) : local.email_identities[address]]),
        )) : "${local.arn_prefix}:ses:${local.arn_tail}:identity/${identity}"
      ])
      conditions = tolist([
        { test = "StringEquals", variable = "ses:FromAddress", values = tolist([email.from]) },
        { test = "ForAllValues:StringEquals", variable = "ses:Recipients", values = tolist(coalesce(email.to, [])) },
      ])
    }
  ])

  email_statements = concat(
    [for index, permission in local.email_permissions : merge(permission, {
      sid     = "Email${index}"
      actions = ["ses:SendEmail"]
    })],
    # This statement alone permits no e-mail: SES also evaluates the sender's identity.
    [{
      sid     = "UseConfigurationSets"
      actions = ["ses:SendEmail"]
      resources = [
        for name in local.configuration_sets : "${local.arn_prefix}:ses:${local.arn_tail}:configuration-set/${name}"
      ]
    }],
  )
}
