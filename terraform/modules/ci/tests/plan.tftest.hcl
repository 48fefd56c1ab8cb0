# Who may plan, and that a plan is all that it may do.
mock_provider "google" {}

variables {
  project      = "my-watchdog"
  repository   = "maria/basement"
  state_bucket = "my-watchdog-state"
}

run "one_repository_and_one_ref_are_believed" {
  command = plan

  assert {
    condition     = google_iam_workload_identity_pool_provider.github.attribute_condition == "assertion.repository == \"maria/basement\" && assertion.ref == \"refs/heads/main\""
    error_message = "both"
  }
  assert {
    condition     = google_iam_workload_identity_pool_provider.github.oidc[0].issuer_uri == "https://token.actions.githubusercontent.com"
    error_message = "and only what GitHub signs"
  }
}

run "it_changes_nothing" {
  command = plan

  assert {
    condition     = toset([for each in google_project_iam_member.plan : each.role]) == toset(["roles/viewer", "roles/iam.securityReviewer", "roles/serviceusage.serviceUsageConsumer"]) && google_storage_bucket_iam_member.state.role == "roles/storage.objectViewer"
    error_message = "it reads"
  }
}

run "a_project_by_its_number" {
  command = plan
  variables {
    project = "123"
  }
  expect_failures = [var.project]
}

run "a_name_in_capitals" {
  command = plan
  variables {
    name = "Watchdog"
  }
  expect_failures = [var.name]
}

run "a_repository_by_its_address" {
  command = plan
  variables {
    repository = "https://github.com/maria/basement"
  }
  expect_failures = [var.repository]
}

run "any_ref" {
  command = plan
  variables {
    ref = "main"
  }
  expect_failures = [var.ref]
}

run "a_bucket_by_its_address" {
  command = plan
  variables {
    state_bucket = "gs://my-watchdog-state"
  }
  expect_failures = [var.state_bucket]
}

run "the_project_of_the_keys_as_well" {
  command = plan
  variables {
    more_projects = ["my-keys"]
  }

  assert {
    condition     = length(google_project_iam_member.plan) == 6 && toset([for each in google_project_iam_member.plan : each.project]) == toset(["my-watchdog", "my-keys"])
    error_message = "three roles in each"
  }
}

run "another_project_by_its_name" {
  command = plan
  variables {
    more_projects = ["My keys"]
  }
  expect_failures = [var.more_projects]
}
