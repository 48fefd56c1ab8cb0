# The least: a house whose ports are watched, and one person who is told. No machine is ever made, and nothing is handed over.
provider "google" {
  project = var.project
  region  = var.region
}

module "watchdog" {
  source = "../../modules/watchdog"

  name              = var.name
  project           = var.project
  region            = var.region
  witness_region    = var.witness_region
  keepers           = var.keepers
  monitoring        = { emails = var.emails }
  deployment        = var.deployment
  role_suffix       = var.role_suffix
  secret_versions   = var.secret_versions
  database_location = var.database_location
  keep_databases    = var.keep_databases
  backups           = var.backups
}

# Databases that are there already (after a removal, which leaves them, or made by hand) are taken over instead of made.
import {
  for_each = setintersection(var.existing_databases, ["default"])
  to       = module.watchdog.google_firestore_database.default
  id       = "projects/${var.project}/databases/(default)"
}

import {
  for_each = setintersection(var.existing_databases, ["inbox"])
  to       = module.watchdog.google_firestore_database.inbox
  id       = "projects/${var.project}/databases/inbox"
}

import {
  for_each = setintersection(var.existing_databases, ["keys"])
  to       = module.watchdog.google_firestore_database.keys
  id       = "projects/${var.project}/databases/keys"
}
