# The places of secrets: one for each function that may have any, which that function alone may read. Values come from `watchdog secrets set`, never from here.
locals {
  # One for each that may ever have any: a function that comes later, or reads its first secret later, finds its place. An empty one costs nothing.
  secret_places = {
    for name in ["watch", "witness", "deliver", "heartbeat", "gate", "ack", "status"] : name => {
      project = name == "gate" ? local.keys_home : var.project
      id      = "${var.name}-${name}"
    }
  }
  secretive = { for name, each in local.functions : name => each if length(each.secrets) > 0 }
}

resource "google_secret_manager_secret" "function" {
  for_each = local.secret_places

  project   = each.value.project
  secret_id = each.value.id
  labels    = merge(local.labels, { part = each.key })

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "function" {
  for_each = local.secretive

  project   = each.value.project
  secret_id = google_secret_manager_secret.function[each.key].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${local.emails[each.key]}"

  depends_on = [google_service_account.function]
}

# The configuration. It holds no secret, but where the houses are: so it lies where secrets lie, and not in the state.
resource "google_secret_manager_secret" "config" {
  for_each = local.projects

  project   = each.value
  secret_id = "${var.name}-config"
  labels    = merge(local.labels, { part = "config" })

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_version" "config" {
  for_each = local.projects

  secret         = google_secret_manager_secret.config[each.key].id
  secret_data_wo = file(local.config_path)
  # Another text is another version, which the functions are then told of.
  secret_data_wo_version = parseint(substr(var.deployment.config.sha256, 0, 8), 16)

  lifecycle {
    # The functions read the old one until they know the new one.
    create_before_destroy = true

    precondition {
      condition     = fileexists(local.config_path)
      error_message = "There is no ${var.deployment.config.path} in the folder of this root module: put your watchdog.yaml there and run `watchdog deploy prepare .`"
    }
    precondition {
      condition     = try(filesha256(local.config_path) == var.deployment.config.sha256, true)
      error_message = "${var.deployment.config.path} has changed since `watchdog deploy prepare`: run it again, so that it is checked and what follows from it is known."
    }
    precondition {
      condition     = try(length(filebase64(local.config_path)) <= 87384, true)
      error_message = "${var.deployment.config.path} has over 64 KiB, which is all that Secret Manager takes: drop comments, or split the sites over two watchdogs."
    }
  }
}

resource "google_secret_manager_secret_iam_member" "config" {
  for_each = local.functions

  project   = each.value.project
  secret_id = google_secret_manager_secret.config[local.place[each.key]].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${local.emails[each.key]}"

  depends_on = [google_service_account.function]
}
