# One deployment from its first apply on: what comes, what stays, and what never is made anew. The runs follow each other on one state.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "first" {
  command = apply
  variables {
    secret_versions = {}
  }
  expect_failures = [check.secrets_are_set]

  assert {
    condition     = length(output.watchdog.functions) == 0 && length(output.watchdog.places) == 7 && output.watchdog.databases.keys.location == "europe-west1"
    error_message = "databases and places, no functions"
  }
}

run "second" {
  command = apply

  assert {
    condition     = length(output.watchdog.functions) == 9 && output.watchdog.secrets.deliver.version == 3
    error_message = "the functions, with the secrets that were set"
  }
  assert {
    condition     = length(google_cloud_scheduler_job.of) == 3
    error_message = "and the clock"
  }
}

run "the_functions_move_and_the_databases_stay" {
  command = plan
  variables {
    region = "europe-west4"
  }
  expect_failures = [check.addresses_in_the_configuration]

  assert {
    condition     = google_firestore_database.default.location_id == "europe-west1" && google_firestore_database.inbox.location_id == "europe-west1" && google_firestore_database.keys.location_id == "europe-west1"
    error_message = "a database in another place would be an empty one"
  }
  assert {
    condition     = output.watchdog.databases.keys.location == "europe-west1" && output.watchdog.functions.watch.region == "europe-west4"
    error_message = "and what is told of them is where they are"
  }
  assert {
    condition     = google_storage_bucket.source["main"].location == "EUROPE-WEST1" || google_storage_bucket.source["main"].location == "europe-west1"
    error_message = "the bucket of the sources stays, too"
  }
}

run "another_release_changes_the_functions_only" {
  command = plan
  variables {
    deployment = {
      version          = "0.2.0"
      bundle           = { path = "tests/fixture/watchdog.yaml", sha256 = "88539bd7267c3cbf7a2db53023408d402d93aced5ad5b958759af965107f7ede" }
      config           = { path = "tests/fixture/watchdog.yaml", sha256 = "88539bd7267c3cbf7a2db53023408d402d93aced5ad5b958759af965107f7ede" }
      functions        = { watch = { secrets = ["DEADMAN_URL"] }, deliver = { secrets = ["ACK_KEY", "PAGER_URL"] }, daily = { secrets = [] }, status = { secrets = ["STATUS_TOKEN"] }, ack = { secrets = ["ACK_KEY"] } }
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
    condition     = alltrue([for each in google_cloudfunctions2_function.of : each.build_config[0].source[0].storage_source[0].object == "functions-88539bd7267c3cbf7a2db53023408d402d93aced5ad5b958759af965107f7ede.zip"])
    error_message = "all are of the new bundle"
  }
  assert {
    condition     = length(google_secret_manager_secret.function) == 7 && google_firestore_database.keys.deletion_policy == "ABANDON"
    error_message = "places stay for what is not needed now"
  }
}
