# The example as it is, with its own configuration.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project = "my-watchdog"
  keepers = ["user:maria@example.com"]
  emails  = ["maria@example.com"]
}

run "what_is_needed_and_no_more" {
  command = plan

  assert {
    condition     = keys(output.watchdog.functions) == ["daily", "deliver", "status", "watch", "witness"]
    error_message = "no house that calls, no acknowledgement, no gate, no machines: ${join(", ", keys(output.watchdog.functions))}"
  }
  assert {
    condition     = output.watchdog.standbys == null && output.basement.heartbeat_url == null && output.basement.gate_url == null
    error_message = "nothing of the rest"
  }
  assert {
    condition     = keys(output.watchdog.jobs) == ["daily", "watch"]
    error_message = "two jobs"
  }
}

run "only_what_there_can_be_is_taken_over" {
  command = plan
  variables {
    existing_databases = ["mine"]
  }
  expect_failures = [var.existing_databases]
}
