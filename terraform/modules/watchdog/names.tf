# Names, places and addresses, all known before anything is made: no function waits for another one's address.
data "google_project" "of" {
  for_each = local.projects

  project_id = each.value
}

locals {
  labels = merge(var.labels, { app = "basement-watchdog" })

  # The keys have a project of their own, or share the one of everything else.
  projects    = merge({ main = var.project }, var.keys_project == null ? {} : { keys = var.keys_project })
  keys_place  = var.keys_project == null ? "main" : "keys"
  keys_home   = local.projects[local.keys_place]
  place       = { for name in keys(var.deployment.functions) : name => name == "gate" ? local.keys_place : "main" }
  database_at = coalesce(var.database_location, var.region)

  # Those that there are: the configuration says which are needed, and whoever wants no witness has none.
  functions = {
    for name, needs in var.deployment.functions : name => {
      project = local.projects[local.place[name]]
      region  = name == "witness" ? var.witness_region : var.region
      service = "${var.name}-${name}"
      secrets = needs.secrets
    } if name != "witness" || var.witness_region != null
  }

  # https://cloud.google.com/run/docs/triggering/https-request#deterministic : a label of DNS has at most 63 characters.
  urls = {
    for name, each in local.functions :
    name => "https://${each.service}-${data.google_project.of[local.place[name]].number}.${each.region}.run.app"
  }

  # Before the first secret is set there can be no function: the platform refuses one whose secret has no version.
  is_ready = length(var.secret_versions) > 0 || alltrue([for each in values(local.functions) : length(each.secrets) == 0])
  deployed = { for name, each in local.functions : name => each if local.is_ready }

  # As Google makes them; whoever is named here is made before (`depends_on`).
  emails = merge(
    { for name, each in local.functions : name => "${each.service}@${each.project}.iam.gserviceaccount.com" },
    { scheduler = "${var.name}-scheduler@${var.project}.iam.gserviceaccount.com" },
    { for place, project in local.projects : "build/${place}" => "${var.name}-build@${project}.iam.gserviceaccount.com" },
  )
  role_prefix = "${replace(var.name, "-", "_")}${var.role_suffix}"

  config_path = "${path.root}/${var.deployment.config.path}"
  bundle_path = "${path.root}/${var.deployment.bundle.path}"
}
