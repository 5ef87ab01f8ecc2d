locals {
  # Where scripts/packages.sh and `cargo harness package` put the packages; null if each package has its own path.
  package_folder = (
    var.packages.version != null
    ? "${path.root}/.hookline/${var.packages.version}/${var.architecture}"
    : var.packages.directory
  )

  # Path of each function's package.
  packages = {
    for name in ["ingest", "process", "recover"] : name => (
      local.package_folder == null ? var.packages[name] : "${local.package_folder}/${name}/bootstrap.zip"
    )
  }
}
