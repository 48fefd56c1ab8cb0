# What Google would answer, for the tests of this module and of what uses it: `mock_provider "google" { source = "…/standby/tests/mocks" }`.
mock_data "google_compute_zones" {
  defaults = {
    names = [
      "europe-west1-b", "europe-west1-c", "europe-west1-d", "europe-west3-a", "europe-west3-b", "europe-west3-c",
      "europe-west4-a", "europe-west4-b", "europe-west4-c", "us-central1-a", "us-central1-b",
    ]
  }
}

mock_data "google_compute_machine_types" {
  defaults = {
    machine_types = [
      { name = "n2-standard-8" },
      { name = "e2-standard-4" },
      { name = "e2-standard-8" },
    ]
  }
}

mock_resource "google_service_account" {
  defaults = {
    name   = "projects/my-standbys/serviceAccounts/watchdog-node@my-standbys.iam.gserviceaccount.com"
    email  = "watchdog-node@my-standbys.iam.gserviceaccount.com"
    member = "serviceAccount:watchdog-node@my-standbys.iam.gserviceaccount.com"
  }
}
