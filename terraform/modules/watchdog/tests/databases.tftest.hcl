# The databases: what they keep, what they find, and what cannot be lost.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "three_databases_that_nobody_deletes_by_mistake" {
  command = plan

  assert {
    condition     = { for key, each in { default = google_firestore_database.default, inbox = google_firestore_database.inbox, keys = google_firestore_database.keys } : key => each.name } == { default = "(default)", inbox = "inbox", keys = "keys" }
    error_message = "three, by these names"
  }
  assert {
    condition     = alltrue([for each in [google_firestore_database.default, google_firestore_database.inbox, google_firestore_database.keys] : each.delete_protection_state == "DELETE_PROTECTION_ENABLED" && each.deletion_policy == "ABANDON" && each.type == "FIRESTORE_NATIVE"])
    error_message = "protected, and left where they are by a destroy"
  }
}

run "only_the_keys_can_be_read_as_they_were" {
  command = plan

  assert {
    condition     = [for each in [google_firestore_database.default, google_firestore_database.inbox, google_firestore_database.keys] : each.name if each.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"] == ["keys"]
    error_message = "it costs, and is worth it for the keys"
  }
  assert {
    condition     = google_firestore_backup_schedule.keys_daily[0].database == "keys" && google_firestore_backup_schedule.keys_weekly[0].database == "keys" && google_firestore_backup_schedule.state[0].database == "(default)"
    error_message = "backups"
  }
}

run "state_can_be_given_up_and_keys_cannot" {
  command = plan
  variables {
    keep_databases = false
    backups        = false
  }

  assert {
    condition     = google_firestore_database.default.deletion_policy == "DELETE" && google_firestore_database.inbox.delete_protection_state == "DELETE_PROTECTION_DISABLED"
    error_message = "whoever wants them gone gets them gone"
  }
  assert {
    condition     = google_firestore_database.keys.deletion_policy == "ABANDON" && google_firestore_database.keys.delete_protection_state == "DELETE_PROTECTION_ENABLED"
    error_message = "who may sign is never deleted by software"
  }
  assert {
    condition     = length(google_firestore_backup_schedule.keys_daily) == 0
    error_message = "no backups"
  }
}

run "nothing_is_indexed_but_what_is_looked_for" {
  command = plan

  assert {
    condition     = alltrue([for each in google_firestore_field.none : each.field == "*" && length(each.index_config[0].indexes) == 0])
    error_message = "every collection is without indexes"
  }
  assert {
    condition     = sort([for each in google_firestore_field.single : "${each.database}/${each.collection}/${each.field}"]) == tolist(["(default)/outbox/dueAt", "(default)/outbox/settledAt", "inbox/events/site"])
    error_message = "but three fields"
  }
  assert {
    condition = sort([for each in google_firestore_index.composite : "${each.collection}: ${join(", ", [for field in each.fields : "${field.field_path} ${field.order}"])}"]) == tolist([
      "incidents: site ASCENDING, openedAt DESCENDING",
      "outbox: site ASCENDING, dueAt ASCENDING",
    ])
    error_message = "and two composites"
  }
}

run "history_ends_by_itself" {
  command = plan

  assert {
    condition     = google_firestore_field.expiring["default/history"].field == "expiresAt" && length(google_firestore_field.expiring["default/history"].ttl_config) == 1
    error_message = "rollups have a field that says when they end"
  }
  assert {
    condition     = keys(google_firestore_field.expiring) == ["default/history"] && google_firestore_field.expiring["default/history"].database == "(default)"
    error_message = "and nothing else ends by itself"
  }
  assert {
    condition     = length(google_firestore_field.none["default/history"].index_config[0].indexes) == 0 && length(google_firestore_field.expiring["default/history"].index_config[0].indexes) == 0
    error_message = "rollups are not indexed, nor is when they end"
  }
}

run "who_writes_the_keys_is_written_down" {
  command = plan

  assert {
    condition     = google_project_iam_audit_config.firestore.service == "datastore.googleapis.com" && one(google_project_iam_audit_config.firestore.audit_log_config).log_type == "DATA_WRITE"
    error_message = "writes are in the audit log"
  }
  assert {
    condition     = try(length(one(google_project_iam_audit_config.firestore.audit_log_config).exempted_members), 0) == 0
    error_message = "and those of nobody are left out"
  }
}

run "they_may_be_elsewhere" {
  command = plan
  variables {
    database_location = "eur3"
  }

  assert {
    condition     = alltrue([for each in [google_firestore_database.default, google_firestore_database.inbox, google_firestore_database.keys] : each.location_id == "eur3"])
    error_message = "in a multi-region"
  }
}
