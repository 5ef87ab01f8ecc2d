# Every name in AWS begins with this prefix. An apply in the wrong workspace would create a second service, so the
# checks of the environment are preconditions of the prefix.

locals {
  prefix = "${var.name}-${var.environment}"
}
