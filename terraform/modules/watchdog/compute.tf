# What `provision` may do with Compute Engine: exactly the calls that it can make, on machines of ours, as the one account of the nodes.
locals {
  provisions  = contains(keys(local.functions), "provision") && var.deployment.standbys != null
  permissions = [for permission in local.product.compute_permissions : permission if startswith(permission, "compute.")]
  prefix      = try(var.deployment.standbys.prefix, "")
  ours = {
    for kind, folder in { Instance = "instances", Disk = "disks", Snapshot = "snapshots" } :
    kind => "resource.type == \"compute.googleapis.com/${kind}\" && resource.name.extract(\"/${folder}/{name}\").startsWith(\"${local.prefix}-\")"
  }
}

resource "google_project_iam_custom_role" "provision" {
  count = local.provisions ? 1 : 0

  project     = var.deployment.standbys.project
  role_id     = "${local.role_prefix}_provision"
  title       = "basement-watchdog: makes and deletes standbys"
  permissions = local.permissions
  stage       = "GA"

  depends_on = [google_project_service.api]
}

# Machines, disks and snapshots by the prefix of their names; what has another type (zones, templates, networks) is only read or used.
# https://cloud.google.com/iam/docs/conditions-resource-attributes : a condition on names must let other types through, or no list works.
resource "google_project_iam_member" "provision" {
  count = local.provisions ? 1 : 0

  project = var.deployment.standbys.project
  role    = "projects/${var.deployment.standbys.project}/roles/${local.role_prefix}_provision"
  member  = "serviceAccount:${local.emails["provision"]}"

  condition {
    title      = "only what begins with ${local.prefix}-"
    expression = "${join(" || ", [for condition in values(local.ours) : "(${condition})"])} || (${join(" && ", [for kind in keys(local.ours) : "resource.type != \"compute.googleapis.com/${kind}\""])})"
  }

  depends_on = [google_project_iam_custom_role.provision, google_service_account.function]
}

resource "google_project_iam_custom_role" "act_as" {
  count = local.provisions ? 1 : 0

  project     = var.deployment.standbys.project
  role_id     = "${local.role_prefix}_act_as"
  title       = "basement-watchdog: gives a machine its account"
  permissions = ["iam.serviceAccounts.actAs"]
  stage       = "GA"

  depends_on = [google_project_service.api]
}

# On the one account that may write logs and metrics, and on no other.
resource "google_service_account_iam_member" "provision" {
  count = local.provisions && var.standby != null ? 1 : 0

  service_account_id = var.standby.node_service_account.name
  role               = "projects/${var.deployment.standbys.project}/roles/${local.role_prefix}_act_as"
  member             = "serviceAccount:${local.emails["provision"]}"

  lifecycle {
    precondition {
      condition     = var.standby.project == var.deployment.standbys.project
      error_message = "standbys.project of watchdog.yaml is ${var.deployment.standbys.project}, but the templates are made in ${var.standby.project}: write the same in both."
    }
    precondition {
      condition     = length(setsubtract([for each in var.deployment.standbys.templates : "${each.region}/${each.name}"], [for each in var.standby.templates : "${each.region}/${each.name}"])) == 0
      error_message = "watchdog.yaml names templates that are not made: ${join(", ", setsubtract([for each in var.deployment.standbys.templates : "${each.region}/${each.name}"], [for each in var.standby.templates : "${each.region}/${each.name}"]))}. The module standby makes those of `deployment.standbys.templates`: pass it that."
    }
  }

  depends_on = [google_project_iam_custom_role.act_as, google_service_account.function]
}

# With standbys in the configuration and no module for them, `provision` would fail each minute.
check "standbys_have_templates" {
  assert {
    condition     = !local.provisions || var.standby != null
    error_message = "watchdog.yaml has standbys, but this root module has no module standby: nothing can be made when a house is dark."
  }
}
