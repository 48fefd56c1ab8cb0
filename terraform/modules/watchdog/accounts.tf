# An account for each function, one that calls what is called by the clock, and one that builds. None of them has a key.
resource "google_service_account" "function" {
  for_each = local.functions

  project      = each.value.project
  account_id   = each.value.service
  display_name = "basement-watchdog: ${each.key}"

  depends_on = [google_project_service.api]
}

resource "google_service_account" "scheduler" {
  project      = var.project
  account_id   = "${var.name}-scheduler"
  display_name = "basement-watchdog: calls watch, provision and daily"

  depends_on = [google_project_service.api]
}

resource "google_service_account" "build" {
  for_each = local.projects

  project      = each.value
  account_id   = "${var.name}-build"
  display_name = "basement-watchdog: builds the functions"

  depends_on = [google_project_service.api]
}

# What may be done in a database. Firestore's own roles are broader: they see all databases and their settings.
# https://cloud.google.com/firestore/docs/security/iam : databases.get begins and ends a transaction, and shows nothing.
locals {
  database_roles = {
    # Documents by name.
    glance = ["datastore.databases.get", "datastore.entities.get"]
    read   = ["datastore.databases.get", "datastore.entities.get", "datastore.entities.list"]
    # Documents by name, made and changed; nothing is deleted or looked through.
    note = ["datastore.databases.get", "datastore.entities.get", "datastore.entities.create", "datastore.entities.update"]
    # Rows are looked through and settled; nothing is deleted.
    settle = ["datastore.databases.get", "datastore.entities.get", "datastore.entities.list", "datastore.entities.create", "datastore.entities.update"]
    write  = ["datastore.databases.get", "datastore.entities.get", "datastore.entities.list", "datastore.entities.create", "datastore.entities.update", "datastore.entities.delete"]
  }

  # Who may do what in which database, and nothing else anywhere. No function but these has any line here, and none writes `keys`.
  database_access = {
    watch     = { default = "write", inbox = "write", keys = "glance" }
    deliver   = { default = "settle" }
    provision = { default = "write", keys = "glance" }
    heartbeat = { inbox = "note" }
    gate      = { keys = "glance" }
    # What may be acknowledged is what is open now.
    ack    = { default = "glance", inbox = "note" }
    status = { default = "read" }
    daily  = { default = "write", inbox = "write" }
  }

  database_bindings = merge([
    for name, access in local.database_access : {
      for database, role in access : "${name}/${database}" => { function = name, database = database, role = role }
    } if contains(keys(local.functions), name)
  ]...)

  # A custom role is of a project: those of the keys' own project are made there as well.
  roles_of_place = {
    for place, project in local.projects : place => distinct([
      for each in values(local.database_bindings) : each.role if local.databases[each.database].place == place
    ])
  }
}

resource "google_project_iam_custom_role" "database" {
  for_each = merge([
    for place, roles in local.roles_of_place : { for role in roles : "${place}/${role}" => { place = place, role = role } }
  ]...)

  project     = local.projects[each.value.place]
  role_id     = "${local.role_prefix}_${each.value.role}"
  title       = "basement-watchdog: ${each.value.role} documents"
  permissions = local.database_roles[each.value.role]
  stage       = "GA"

  depends_on = [google_project_service.api]
}

# IAM of Firestore knows databases, not collections: hence three of them.
# https://cloud.google.com/firestore/docs/manage-databases#database-access
resource "google_project_iam_member" "database" {
  for_each = local.database_bindings

  project = local.databases[each.value.database].project
  role    = "projects/${local.databases[each.value.database].project}/roles/${local.role_prefix}_${each.value.role}"
  member  = "serviceAccount:${local.emails[each.value.function]}"

  condition {
    title      = "only the database ${each.value.database}"
    expression = "resource.name == \"projects/${local.databases[each.value.database].project}/databases/${local.databases[each.value.database].id}\""
  }

  depends_on = [google_project_iam_custom_role.database, google_service_account.function]
}

# A handover is judged by what `watch` has seen: whoever hands over reads it.
resource "google_project_iam_member" "evidence" {
  for_each = var.keepers

  project = var.project
  role    = "roles/datastore.viewer"
  member  = each.value

  condition {
    title      = "only what the watchdog has seen"
    expression = "resource.name == \"projects/${var.project}/databases/(default)\" || resource.name == \"projects/${var.project}/databases/inbox\""
  }
}

# Persons, by name. They are the only ones whom this module lets write who may sign.
resource "google_project_iam_member" "keeper" {
  for_each = var.keepers

  project = local.keys_home
  role    = "roles/datastore.user"
  member  = each.value

  condition {
    title      = "only the database keys"
    expression = "resource.name == \"projects/${local.keys_home}/databases/keys\""
  }
}
