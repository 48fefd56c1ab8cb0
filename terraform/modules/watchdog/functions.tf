# The functions, each with its own account, its own secret and no more room than it was measured to need.
locals {
  # docs/cost.md has the measurements. A whole processor each: more than one call at once takes one, and a cold start is a second of it.
  sizes = {
    # One deadline of 25 s for all that is probed, then at the worst 10 s of the store, two pokes and a ping: 46 s.
    watch   = { timeout = 55, concurrency = 10, instances = 1 + var.shards }
    witness = { timeout = 30, concurrency = 10, instances = 2 }
    # Begins no message after 50 s; the last one may need 40.
    deliver = { timeout = 100, concurrency = 10, instances = 2 }
    # Asks nothing after its lease of 70 s.
    provision = { timeout = 80, concurrency = 4, instances = 2 }
    # What is public can cost two instances, however often it is called.
    heartbeat = { timeout = 30, concurrency = 40, instances = 2 }
    gate      = { timeout = 30, concurrency = 40, instances = 2 }
    ack       = { timeout = 30, concurrency = 20, instances = 2 }
    # One instance: it reads the store once in ten seconds for all who look at it, and answers them from what it remembers.
    status = { timeout = 30, concurrency = 80, instances = 1 }
    daily  = { timeout = 120, concurrency = 1, instances = 1 }
  }
  memory = "512Mi"

  reads_keys = [for name, access in local.database_access : name if contains(keys(access), "keys")]
  woken = {
    watch = {
      DELIVER_URL   = "deliver"
      PROVISION_URL = "provision"
      WITNESS_URLS  = "witness"
    }
    heartbeat = { WATCH_URL = "watch" }
    ack       = { WATCH_URL = "watch" }
  }
  environment = {
    for name in keys(local.functions) : name => merge(
      {
        WATCHDOG_CONFIG      = "/etc/watchdog/watchdog.yaml"
        GOOGLE_CLOUD_PROJECT = var.project
      },
      contains(local.reads_keys, name) ? { KEYS_PROJECT = local.keys_home } : {},
      { for variable, function in lookup(local.woken, name, {}) : variable => local.urls[function] if contains(keys(local.functions), function) },
      name == "provision" && var.monitoring != null ? { PROVISION_OLD_AFTER_HOURS = tostring(var.monitoring.old_machine_hours) } : {},
    )
  }
}

resource "google_cloudfunctions2_function" "of" {
  #checkov:skip=CKV_GCP_124:what is called from outside a network (by a house, a phone, another function) must be reached from there; IAM, or a check of its own, says who may
  for_each = local.deployed

  project  = each.value.project
  location = each.value.region
  name     = each.value.service
  labels   = merge(local.labels, { part = each.key })

  build_config {
    runtime           = "nodejs24"
    entry_point       = each.key
    service_account   = "projects/${each.value.project}/serviceAccounts/${local.emails["build/${local.place[each.key]}"]}"
    docker_repository = google_artifact_registry_repository.functions["${local.place[each.key]}/${each.value.region}"].id

    source {
      storage_source {
        bucket = google_storage_bucket_object.bundle[local.place[each.key]].bucket
        object = google_storage_bucket_object.bundle[local.place[each.key]].name
      }
    }
  }

  service_config {
    service_account_email            = local.emails[each.key]
    available_memory                 = local.memory
    available_cpu                    = "1"
    timeout_seconds                  = local.sizes[each.key].timeout
    max_instance_request_concurrency = local.sizes[each.key].concurrency
    max_instance_count               = local.sizes[each.key].instances
    min_instance_count               = 0
    all_traffic_on_latest_revision   = true
    # The clock calls it from within the project; everything else has a caller outside, and IAM or a check of its own.
    ingress_settings      = each.key == "daily" ? "ALLOW_INTERNAL_ONLY" : "ALLOW_ALL"
    environment_variables = local.environment[each.key]

    dynamic "secret_environment_variables" {
      for_each = length(each.value.secrets) > 0 ? ["WATCHDOG_SECRETS"] : []
      content {
        key        = secret_environment_variables.value
        project_id = each.value.project
        secret     = google_secret_manager_secret.function[each.key].secret_id
        # Pinned: what runs is what was tried, and an instance reads it once.
        version = tostring(try(var.secret_versions[each.key].version, 0))
      }
    }

    secret_volumes {
      mount_path = "/etc/watchdog"
      project_id = each.value.project
      secret     = google_secret_manager_secret.config[local.place[each.key]].secret_id

      versions {
        version = google_secret_manager_secret_version.config[local.place[each.key]].version
        path    = "watchdog.yaml"
      }
    }
  }

  lifecycle {
    precondition {
      condition     = length(setsubtract(each.value.secrets, try(var.secret_versions[each.key].names, []))) == 0
      error_message = "${each.key} lacks ${join(", ", setsubtract(each.value.secrets, try(var.secret_versions[each.key].names, [])))}: run `watchdog secrets set . NAME` for each, and apply again. Nothing was changed."
    }
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build,
    google_service_account.build,
    google_firestore_database.default,
    google_firestore_database.inbox,
    google_firestore_database.keys,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_source,
    google_project_iam_member.database,
    google_secret_manager_secret_iam_member.config,
    google_secret_manager_secret_iam_member.function,
  ]
}

# Who may call which function. The platform checks it before any of our code runs.
locals {
  # Whoever calls these has no account: each checks a token or a signature itself.
  public = ["heartbeat", "gate", "ack", "status"]

  calls = merge(
    { for job, function in local.called : "scheduler/${function}" => { function = function, member = local.emails["scheduler"] } },
    merge([
      for caller, variables in local.woken : {
        for function in values(variables) : "${caller}/${function}" => { function = function, member = local.emails[caller] }
        if contains(keys(local.deployed), function)
      } if contains(keys(local.deployed), caller)
    ]...),
  )
}

resource "google_cloud_run_v2_service_iam_member" "caller" {
  for_each = local.calls

  project  = local.deployed[each.value.function].project
  location = local.deployed[each.value.function].region
  name     = google_cloudfunctions2_function.of[each.value.function].name
  role     = "roles/run.invoker"
  member   = "serviceAccount:${each.value.member}"

  depends_on = [google_service_account.function, google_service_account.scheduler]
}

resource "google_cloud_run_v2_service_iam_member" "public" {
  for_each = toset([for name in local.public : name if contains(keys(local.deployed), name)])

  project  = local.deployed[each.value].project
  location = local.deployed[each.value].region
  name     = google_cloudfunctions2_function.of[each.value].name
  role     = "roles/run.invoker"
  member   = "allUsers"
}
