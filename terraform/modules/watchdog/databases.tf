# Three databases: the state, what the public functions may write, and who may sign.
locals {
  databases = {
    default = { id = "(default)", place = "main", project = var.project }
    inbox   = { id = "inbox", place = "main", project = var.project }
    keys    = { id = "keys", place = local.keys_place, project = local.keys_home }
  }

  product = jsondecode(file("${path.module}/product.json"))
  by_id   = { for key, each in local.databases : each.id => key }

  # Its own default would index every field of every document, both ways.
  collections = { for each in local.product.indexes : "${local.by_id[each.database]}/${each.collection}" => each }
  fields = merge([
    for name, each in local.collections : { for field in each.single : "${name}/${field.field}" => merge(field, { of = name }) }
  ]...)
  composites = merge([
    for name, each in local.collections : {
      for fields in each.composite : "${name}/${join(",", [for field in fields : field.field])}" => { of = name, fields = fields }
    }
  ]...)

  # Documents that end by themselves, a day or so after the time in this field.
  expiring = { for name, each in local.collections : name => each.expiring if each.expiring != null }
}

# The free tier is of the one database of a project that was made first: this must be it.
# https://cloud.google.com/firestore/pricing
resource "google_firestore_database" "default" {
  project                           = var.project
  name                              = "(default)"
  location_id                       = local.database_at
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "PESSIMISTIC"
  delete_protection_state           = var.keep_databases ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.keep_databases ? "ABANDON" : "DELETE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_DISABLED"

  # It cannot be moved: another place would be another database, empty, in its stead.
  lifecycle {
    ignore_changes = [location_id]
  }

  depends_on = [google_project_service.api]
}

resource "google_firestore_database" "inbox" {
  project                           = var.project
  name                              = "inbox"
  location_id                       = local.database_at
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "PESSIMISTIC"
  delete_protection_state           = var.keep_databases ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.keep_databases ? "ABANDON" : "DELETE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_DISABLED"

  # It cannot be moved: another place would be another database, empty, in its stead.
  lifecycle {
    ignore_changes = [location_id]
  }

  depends_on = [google_firestore_database.default]
}

# Who may sign: never deleted by software, and every state of the last seven days can be read.
resource "google_firestore_database" "keys" {
  project                           = local.keys_home
  name                              = "keys"
  location_id                       = local.database_at
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "PESSIMISTIC"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"

  # It cannot be moved: another place would be another database, empty, in its stead.
  lifecycle {
    ignore_changes = [location_id]
  }

  depends_on = [google_firestore_database.default]
}

locals {
  # By what others call them, so that whatever is of a database is made after it.
  made = {
    default = google_firestore_database.default.name
    inbox   = google_firestore_database.inbox.name
    keys    = google_firestore_database.keys.name
  }
  # Where they really are.
  placed = {
    default = google_firestore_database.default.location_id
    inbox   = google_firestore_database.inbox.location_id
    keys    = google_firestore_database.keys.location_id
  }
}

# Nothing is indexed …
resource "google_firestore_field" "none" {
  for_each = local.collections

  project    = local.databases[split("/", each.key)[0]].project
  database   = local.made[split("/", each.key)[0]]
  collection = each.value.collection
  field      = "*"

  index_config {}
}

# … but what is looked for.
resource "google_firestore_field" "single" {
  for_each = local.fields

  project    = local.databases[split("/", each.value.of)[0]].project
  database   = local.made[split("/", each.value.of)[0]]
  collection = local.collections[each.value.of].collection
  field      = each.value.field

  index_config {
    indexes {
      order       = each.value.order
      query_scope = "COLLECTION"
    }
  }

  depends_on = [google_firestore_field.none]
}

resource "google_firestore_index" "composite" {
  for_each = local.composites

  project     = local.databases[split("/", each.value.of)[0]].project
  database    = local.made[split("/", each.value.of)[0]]
  collection  = local.collections[each.value.of].collection
  query_scope = "COLLECTION"

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path = fields.value.field
      order      = fields.value.order
    }
  }
}

resource "google_firestore_field" "expiring" {
  for_each = local.expiring

  project    = local.databases[split("/", each.key)[0]].project
  database   = local.made[split("/", each.key)[0]]
  collection = split("/", each.key)[1]
  field      = each.value

  index_config {}
  ttl_config {}
}

# After any restore of `keys` every holder is first written as none: docs/deploy.md says how.
resource "google_firestore_backup_schedule" "keys_daily" {
  count = var.backups ? 1 : 0

  project   = local.keys_home
  database  = google_firestore_database.keys.name
  retention = "604800s"

  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "keys_weekly" {
  count = var.backups ? 1 : 0

  project   = local.keys_home
  database  = google_firestore_database.keys.name
  retention = "8467200s"

  weekly_recurrence {
    day = "SUNDAY"
  }
}

resource "google_firestore_backup_schedule" "state" {
  count = var.backups ? 1 : 0

  project   = var.project
  database  = google_firestore_database.default.name
  retention = "2419200s"

  weekly_recurrence {
    day = "MONDAY"
  }
}

# Who wrote the keys database is written down, whoever it was: a write of anybody but a keeper is told of (`monitoring`). The minute's writes of
# the functions stand there too, some 0.4 GiB a month of the 50 that are free.
resource "google_project_iam_audit_config" "firestore" {
  project = local.keys_home
  service = "datastore.googleapis.com"

  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
