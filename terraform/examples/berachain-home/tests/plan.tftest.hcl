# The example as it is, with its own configuration.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_compute_zones" {
    defaults = { names = ["europe-west3-a", "europe-west3-b", "europe-west3-c", "europe-west4-a", "europe-west4-b"] }
  }
  mock_data "google_compute_machine_types" {
    defaults = { machine_types = [{ name = "n2-standard-8" }] }
  }
}

variables {
  project = "my-watchdog"
  keepers = ["user:maria@example.com"]
  emails  = ["maria@example.com"]
  images = {
    execution = "ghcr.io/berachain/bera-reth@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    consensus = "ghcr.io/berachain/beacon-kit@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    logs      = "docker.io/fluent/fluent-bit@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
  }
  addresses = ["A1B2C3D4E5F60718293A4B5C6D7E8F9001122334"]
}

run "everything_of_it" {
  command = plan

  assert {
    condition     = length(output.watchdog.functions) == 9 && length(output.watchdog.jobs) == 3
    error_message = "nine functions, three jobs"
  }
  assert {
    condition     = toset([for each in output.watchdog.standbys.templates : each.name]) == toset(["bw-berachain-europe-west3", "bw-berachain-drill-europe-west3"])
    error_message = "the templates that the configuration names"
  }
  assert {
    condition     = output.watchdog.keys_project == "my-watchdog" && output.watchdog.databases.keys.project == "my-watchdog"
    error_message = "where the keys are"
  }
  assert {
    condition     = alltrue([for each in output.basement.heartbeats : startswith(each.url, output.basement.heartbeat_url)])
    error_message = "where the house sends"
  }
}

run "the_zeros_of_the_example_are_refused" {
  command = plan
  variables {
    images = {
      execution = "docker.io/x/y@sha256:0000000000000000000000000000000000000000000000000000000000000000"
      consensus = "docker.io/x/y@sha256:0000000000000000000000000000000000000000000000000000000000000000"
      logs      = "docker.io/x/y@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    }
  }
  expect_failures = [var.images]
}

run "only_what_there_can_be_is_taken_over" {
  command = plan
  variables {
    existing_databases = ["mine"]
  }
  expect_failures = [var.existing_databases]
}
