# What the module refuses. Each run has one thing wrong.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "a_project_by_its_name" {
  command = plan
  variables {
    project = "My watchdog"
  }
  expect_failures = [var.project]
}

run "a_project_by_its_number" {
  command = plan
  variables {
    project = "123456789012"
  }
  expect_failures = [var.project]
}

run "keys_in_a_project_that_cannot_be" {
  command = plan
  variables {
    keys_project = "KEYS"
  }
  expect_failures = [var.keys_project]
}

run "keys_in_the_same_project" {
  command = plan
  variables {
    keys_project = "my-watchdog"
  }
  expect_failures = [var.keys_project]
}

run "a_name_that_is_too_long" {
  command = plan
  variables {
    name = "a-watchdog-at-home"
  }
  expect_failures = [var.name]
}

run "a_zone_for_a_region" {
  command = plan
  variables {
    region = "europe-west1-b"
  }
  expect_failures = [var.region]
}

run "a_witness_nowhere" {
  command = plan
  variables {
    witness_region = "somewhere"
  }
  expect_failures = [var.witness_region]
}

run "a_witness_at_the_same_place" {
  command = plan
  variables {
    witness_region = "europe-west1"
  }
  expect_failures = [var.witness_region]
}

run "databases_nowhere" {
  command = plan
  variables {
    database_location = "EU"
  }
  expect_failures = [var.database_location]
}

run "nobody_keeps_the_keys" {
  command = plan
  variables {
    keepers = []
  }
  expect_failures = [var.keepers]
}

run "a_group_keeps_the_keys" {
  command = plan
  variables {
    keepers = ["group:ops@example.com"]
  }
  expect_failures = [var.keepers]
}

run "an_account_keeps_the_keys" {
  command = plan
  variables {
    keepers = ["serviceAccount:ci@my-watchdog.iam.gserviceaccount.com"]
  }
  expect_failures = [var.keepers]
}

run "a_version_that_is_none" {
  command = plan
  variables {
    secret_versions = { deliver = { version = 0, names = ["PAGER_URL"] } }
  }
  expect_failures = [var.secret_versions]
}

run "no_shard" {
  command = plan
  variables {
    shards = 0
  }
  expect_failures = [var.shards]
}

run "half_past_late" {
  command = plan
  variables {
    daily_at = "24:30"
  }
  expect_failures = [var.daily_at]
}

run "an_alert_that_nobody_gets" {
  command = plan
  variables {
    monitoring = {}
  }
  expect_failures = [var.monitoring]
}

run "nobody_is_told_when_the_watchdog_stops" {
  command = plan
  variables {
    monitoring = null
  }
  expect_failures = [check.somebody_watches_the_watchdog]
}

run "a_budget_of_no_account" {
  command = plan
  variables {
    budget = { billing_account = "my card", amount = 20 }
  }
  expect_failures = [var.budget]
}

run "a_budget_of_nothing" {
  command = plan
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", amount = 0 }
  }
  expect_failures = [var.budget]
}

run "labels_in_capitals" {
  command = plan
  variables {
    labels = { Team = "Home" }
  }
  expect_failures = [var.labels]
}

run "labels_of_our_own" {
  command = plan
  variables {
    labels = { part = "mine" }
  }
  expect_failures = [var.labels]
}

run "a_project_without_billing" {
  command = plan
  override_data {
    target = data.google_project.of
    values = { number = "123456789012", billing_account = "" }
  }
  expect_failures = [check.somebody_pays]
}

run "standbys_without_templates" {
  command = plan
  variables {
    standby = null
  }
  expect_failures = [check.standbys_have_templates]
}

run "a_function_of_another_release" {
  command = plan
  variables {
    deployment = {
      version          = "0.1.0"
      bundle           = { path = "tests/fixture/functions.zip", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }
      config           = { path = "tests/fixture/watchdog.yaml", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }
      functions        = { watch = { secrets = [] }, deliver = { secrets = [] }, daily = { secrets = [] }, status = { secrets = [] }, oracle = { secrets = [] } }
      sites            = ["home"]
      signers          = []
      urls             = {}
      heartbeats       = []
      fences           = []
      gate_public_keys = []
    }
    standby = null
  }
  expect_failures = [var.deployment]
}

run "no_watch" {
  command = plan
  variables {
    deployment = {
      version          = "0.1.0"
      bundle           = { path = "tests/fixture/functions.zip", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }
      config           = { path = "tests/fixture/watchdog.yaml", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }
      functions        = { deliver = { secrets = [] }, daily = { secrets = [] }, status = { secrets = [] } }
      sites            = ["home"]
      signers          = []
      urls             = {}
      heartbeats       = []
      fences           = []
      gate_public_keys = []
    }
    standby = null
  }
  expect_failures = [var.deployment]
}

run "two_sites_with_one_name" {
  command = plan
  variables {
    deployment = {
      version          = "0.1.0"
      bundle           = { path = "tests/fixture/functions.zip", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }
      config           = { path = "tests/fixture/watchdog.yaml", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }
      functions        = { watch = { secrets = [] }, deliver = { secrets = [] }, daily = { secrets = [] }, status = { secrets = [] } }
      sites            = ["home", "home"]
      signers          = []
      urls             = {}
      heartbeats       = []
      fences           = []
      gate_public_keys = []
    }
    standby = null
  }
  expect_failures = [var.deployment]
}

run "a_hash_that_is_none" {
  command = plan
  variables {
    deployment = {
      version          = "0.1.0"
      bundle           = { path = "tests/fixture/functions.zip", sha256 = "abc" }
      config           = { path = "tests/fixture/watchdog.yaml", sha256 = "abc" }
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
  expect_failures = [var.deployment]
}

run "a_suffix_in_capitals" {
  command = plan
  variables {
    role_suffix = "-B"
  }
  expect_failures = [var.role_suffix]
}
