# The least: a house whose ports are watched, and one person who is told. No machine is ever made, and nothing is handed over.
provider "google" {
  project = var.project
  region  = var.region
}

module "watchdog" {
  source = "../../modules/watchdog"

  project         = var.project
  region          = var.region
  witness_region  = var.witness_region
  keepers         = var.keepers
  monitoring      = { emails = var.emails }
  deployment      = var.deployment
  secret_versions = var.secret_versions
}

# Databases that are there already (after a removal, which leaves them, or made by hand) are taken over instead of made.
import {
  for_each = var.existing_databases
  to       = module.watchdog.google_firestore_database.of[each.value]
  id       = "projects/${var.project}/databases/${each.value == "default" ? "(default)" : each.value}"
}
