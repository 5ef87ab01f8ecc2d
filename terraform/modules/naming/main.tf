# Why a module for one string: every name in AWS begins with it, so an apply in the wrong workspace would make a second
# service. The refusal therefore sits in front of everything that has a name.

locals {
  prefix = "${var.name}-${var.environment}"
}
