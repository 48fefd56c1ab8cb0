# Two homes, an Ethereum and a Berachain one, each with standbys; the keys database and the gate have a project of their own.
provider "google" {
  project = var.project
  region  = var.region
  # The API of budgets wants to know whose quota a person's own login uses.
  billing_project       = var.project
  user_project_override = true
}

# The nodes that `provision` makes when the house is dark: what lies on them, and the network that they are in.
module "standby" {
  source = "../../modules/standby"

  name     = var.name
  standbys = var.deployment.standbys
  nodes = {
    ethereum = {
      images          = var.ethereum_images
      checkpoint_urls = var.checkpoint_urls
      indices         = var.indices
    }
    berachain = {
      images    = var.berachain_images
      addresses = var.addresses
    }
  }
}

module "watchdog" {
  source = "../../modules/watchdog"

  name              = var.name
  project           = var.project
  keys_project      = var.keys_project
  region            = var.region
  witness_region    = var.witness_region
  keepers           = var.keepers
  monitoring        = { emails = var.emails }
  budget            = var.budget
  deployment        = var.deployment
  role_suffix       = var.role_suffix
  secret_versions   = var.secret_versions
  database_location = var.database_location
  keep_databases    = var.keep_databases
  backups           = var.backups
  labels            = var.labels

  standby = {
    project              = module.standby.project
    network              = module.standby.network
    node_service_account = module.standby.node_service_account
    templates            = module.standby.templates
  }
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
  id       = "projects/${coalesce(var.keys_project, var.project)}/databases/keys"
}
