# Secrets: their places here, their values never.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "a_function_reads_its_secrets_once_in_a_pinned_version" {
  command = plan

  assert {
    condition = { for name, each in google_cloudfunctions2_function.of : name => join(" ", [for secret in each.service_config[0].secret_environment_variables : "${secret.key} ${secret.secret} ${secret.version}"]) if length(each.service_config[0].secret_environment_variables) > 0 } == {
      ack       = "WATCHDOG_SECRETS watchdog-ack 1"
      deliver   = "WATCHDOG_SECRETS watchdog-deliver 3"
      gate      = "WATCHDOG_SECRETS watchdog-gate 1"
      heartbeat = "WATCHDOG_SECRETS watchdog-heartbeat 1"
      status    = "WATCHDOG_SECRETS watchdog-status 1"
      watch     = "WATCHDOG_SECRETS watchdog-watch 2"
    }
    error_message = "one JSON secret for each function that needs one"
  }
}

run "no_secret_is_in_plain_environment" {
  command = plan

  assert {
    condition = length(setintersection(
      flatten([for each in google_cloudfunctions2_function.of : keys(each.service_config[0].environment_variables)]),
      flatten([for each in values(var.deployment.functions) : each.secrets]),
    )) == 0
    error_message = "what the configuration calls a secret is nobody's plain variable"
  }
}

run "the_first_apply_makes_places_and_no_functions" {
  command = plan
  variables {
    secret_versions = {}
  }
  expect_failures = [check.secrets_are_set]

  assert {
    condition     = length(google_cloudfunctions2_function.of) == 0 && length(google_cloud_scheduler_job.of) == 0
    error_message = "no function can be made whose secret has no version"
  }
  assert {
    condition     = length(google_secret_manager_secret.function) == 7 && length(google_service_account.function) == 9 && google_firestore_database.keys.name == "keys"
    error_message = "everything else is made"
  }
  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.public) == 0 && length(google_cloud_run_v2_service_iam_member.caller) == 0
    error_message = "nobody may call what is not there"
  }
}

run "a_secret_that_is_missing_stops_before_anything_changes" {
  command = plan
  variables {
    secret_versions = {
      watch     = { version = 2, names = ["DEADMAN_URL"] }
      deliver   = { version = 3, names = ["ACK_KEY"] }
      heartbeat = { version = 1, names = ["HEARTBEAT_TOKEN"] }
      gate      = { version = 1, names = ["FENCE_MINI1_TOKEN", "GATE_KEY"] }
      ack       = { version = 1, names = ["ACK_KEY"] }
      status    = { version = 1, names = ["STATUS_TOKEN"] }
    }
  }
  expect_failures = [google_cloudfunctions2_function.of]
}

run "a_function_without_any_version_is_missing_too" {
  command = plan
  variables {
    secret_versions = { deliver = { version = 3, names = ["ACK_KEY", "PAGER_URL"] } }
  }
  expect_failures = [google_cloudfunctions2_function.of]
}

run "a_configuration_that_changed_since_it_was_checked_is_refused" {
  command = plan
  variables {
    deployment = {
      version          = "0.1.0"
      bundle           = { path = "tests/fixture/functions.zip", sha256 = "d96c16ed99c26150d62ff6e5a677dcd7c818091692adceb47b29880096bd6ab1" }
      config           = { path = "tests/fixture/watchdog.yaml", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }
      functions        = { watch = { secrets = [] }, deliver = { secrets = [] }, daily = { secrets = [] }, status = { secrets = [] } }
      sites            = ["home"]
      signers          = []
      urls             = {}
      heartbeats       = []
      fences           = []
      gate_public_keys = []
    }
    standby = null
  }
  expect_failures = [google_secret_manager_secret_version.config]
}

run "a_bundle_that_is_another_one_is_refused" {
  command = plan
  variables {
    deployment = {
      version          = "0.1.0"
      bundle           = { path = "tests/fixture/functions.zip", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }
      config           = { path = "tests/fixture/watchdog.yaml", sha256 = "88539bd7267c3cbf7a2db53023408d402d93aced5ad5b958759af965107f7ede" }
      functions        = { watch = { secrets = [] }, deliver = { secrets = [] }, daily = { secrets = [] }, status = { secrets = [] } }
      sites            = ["home"]
      signers          = []
      urls             = {}
      heartbeats       = []
      fences           = []
      gate_public_keys = []
    }
    standby = null
  }
  expect_failures = [google_storage_bucket_object.bundle]
}

run "a_function_that_comes_later_finds_its_place" {
  command = plan
  variables {
    deployment = {
      version          = "0.1.0"
      bundle           = { path = "tests/fixture/functions.zip", sha256 = "d96c16ed99c26150d62ff6e5a677dcd7c818091692adceb47b29880096bd6ab1" }
      config           = { path = "tests/fixture/watchdog.yaml", sha256 = "88539bd7267c3cbf7a2db53023408d402d93aced5ad5b958759af965107f7ede" }
      functions        = { watch = { secrets = [] }, deliver = { secrets = [] }, daily = { secrets = [] }, status = { secrets = [] } }
      sites            = ["home"]
      signers          = []
      urls             = {}
      heartbeats       = []
      fences           = []
      gate_public_keys = []
    }
    standby = null
  }

  assert {
    condition     = contains(keys(google_secret_manager_secret.function), "ack") && output.watchdog.places.ack.id == "watchdog-ack" && length(google_secret_manager_secret_iam_member.function) == 0
    error_message = "before there is an ack there is a place for its secrets, which nobody can read"
  }
}

run "addresses_of_the_configuration_that_lead_elsewhere_are_told_of" {
  command = plan
  variables {
    region = "europe-west4"
  }
  expect_failures = [check.addresses_in_the_configuration]
}
