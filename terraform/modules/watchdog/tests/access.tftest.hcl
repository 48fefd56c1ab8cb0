# Who may do what: the table of the architecture, line by line. Each run is a "may" or a "may not".
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "each_function_has_an_account_of_its_own" {
  command = plan

  assert {
    condition     = length(distinct([for each in google_service_account.function : each.account_id])) == 9
    error_message = "nine functions, nine accounts"
  }
  assert {
    condition     = alltrue([for name, each in google_cloudfunctions2_function.of : each.service_config[0].service_account_email == "watchdog-${name}@my-watchdog.iam.gserviceaccount.com"])
    error_message = "each function runs as its own account"
  }
}

run "no_function_writes_the_keys" {
  command = plan

  assert {
    condition     = length([for each in google_project_iam_member.database : each if strcontains(each.condition[0].expression, "/databases/keys\"") && !endswith(each.role, "_glance")]) == 0
    error_message = "on `keys` functions may only look at documents by name"
  }
  assert {
    condition     = alltrue([for permission in google_project_iam_custom_role.database["main/glance"].permissions : contains(["datastore.databases.get", "datastore.entities.get"], permission)])
    error_message = "a glance writes nothing"
  }
  assert {
    condition     = alltrue([for each in google_project_iam_member.keeper : startswith(each.member, "user:")])
    error_message = "only persons keep the keys"
  }
}

run "the_keys_are_read_by_watch_provision_and_gate_alone" {
  command = plan

  assert {
    condition = toset([for each in google_project_iam_member.database : each.member if strcontains(each.condition[0].expression, "/databases/keys\"")]) == toset([
      for name in ["watch", "provision", "gate"] : "serviceAccount:watchdog-${name}@my-watchdog.iam.gserviceaccount.com"
    ])
    error_message = "nobody else reads who may sign"
  }
}

run "every_access_to_a_database_is_to_one_only" {
  command = plan

  assert {
    condition = alltrue([
      for each in google_project_iam_member.database :
      contains([for id in ["(default)", "inbox", "keys"] : "resource.name == \"projects/my-watchdog/databases/${id}\""], each.condition[0].expression)
    ])
    error_message = "each access names one database, wholly"
  }
  assert {
    condition     = length(google_project_iam_member.database) == 13
    error_message = "these thirteen and no more: ${join(", ", keys(google_project_iam_member.database))}"
  }
}

run "the_state_is_written_by_watch_deliver_provision_and_daily_alone" {
  command = plan

  assert {
    condition     = toset([for key, each in google_project_iam_member.database : split("/", key)[0] if endswith(key, "/default") && !endswith(each.role, "_read") && !endswith(each.role, "_glance")]) == toset(["watch", "deliver", "provision", "daily"])
    error_message = "the public functions write nothing of the state"
  }
}

run "heartbeat_touches_the_inbox_and_nothing_else" {
  command = plan

  assert {
    condition     = [for key in keys(google_project_iam_member.database) : key if startswith(key, "heartbeat/")] == ["heartbeat/inbox"]
    error_message = "heartbeat has one database"
  }
  assert {
    condition     = endswith(google_project_iam_member.database["heartbeat/inbox"].role, "watchdog_note")
    error_message = "it makes and changes documents, and deletes and lists none"
  }
}

run "notes_are_neither_listed_nor_deleted" {
  command = plan

  assert {
    condition     = length(setintersection(google_project_iam_custom_role.database["main/note"].permissions, ["datastore.entities.list", "datastore.entities.delete"])) == 0
    error_message = "whoever is public only adds"
  }
}

run "ack_writes_the_inbox_and_only_looks_at_the_state" {
  command = plan

  assert {
    condition = { for key, each in google_project_iam_member.database : key => element(split("_", each.role), -1) if startswith(key, "ack/") } == {
      "ack/default" = "glance"
      "ack/inbox"   = "note"
    }
    error_message = "ack tells people what is open, and writes to the inbox"
  }
}

run "gate_reads_the_keys_and_nothing_else" {
  command = plan

  assert {
    condition     = [for key in keys(google_project_iam_member.database) : key if startswith(key, "gate/")] == ["gate/keys"]
    error_message = "gate has one database"
  }
}

run "witness_has_nothing_but_its_own_configuration" {
  command = plan

  assert {
    condition     = length([for key in keys(google_project_iam_member.database) : key if startswith(key, "witness/")]) == 0
    error_message = "witness has no database"
  }
  assert {
    condition     = google_cloudfunctions2_function.of["witness"].location == "us-east1"
    error_message = "witness is somewhere else"
  }
  assert {
    condition     = join(" ", sort(keys(google_cloudfunctions2_function.of["witness"].service_config[0].environment_variables))) == "GOOGLE_CLOUD_PROJECT WATCHDOG_CONFIG"
    error_message = "witness knows no other function"
  }
}

run "status_writes_nothing" {
  command = plan

  assert {
    condition     = [for key, each in google_project_iam_member.database : "${key} ${element(split("_", each.role), -1)}" if startswith(key, "status/")] == ["status/default read"]
    error_message = "status reads the state"
  }
}

run "deliver_touches_neither_inbox_nor_keys" {
  command = plan

  assert {
    condition     = [for key in keys(google_project_iam_member.database) : key if startswith(key, "deliver/")] == ["deliver/default"]
    error_message = "deliver has one database"
  }
}

run "only_deliver_holds_secrets_of_channels" {
  command = plan

  assert {
    condition     = toset([for name, each in var.deployment.functions : name if contains(each.secrets, "PAGER_URL")]) == toset(["deliver"])
    error_message = "nobody but deliver reads what reaches a channel"
  }
  assert {
    condition = alltrue([
      for name, each in google_secret_manager_secret_iam_member.function :
      each.secret_id == "watchdog-${name}" && each.member == "serviceAccount:watchdog-${name}@my-watchdog.iam.gserviceaccount.com" && each.role == "roles/secretmanager.secretAccessor"
    ])
    error_message = "each reads its own secret only"
  }
  assert {
    condition     = toset(keys(google_secret_manager_secret_iam_member.function)) == toset(["watch", "deliver", "heartbeat", "gate", "ack", "status"])
    error_message = "who has no secret reads none"
  }
}

run "only_provision_reaches_compute" {
  command = plan

  assert {
    condition     = google_project_iam_member.provision[0].member == "serviceAccount:watchdog-provision@my-watchdog.iam.gserviceaccount.com"
    error_message = "the role on Compute is for provision"
  }
  assert {
    condition     = length([for each in values(google_project_iam_custom_role.database) : each if length([for permission in each.permissions : permission if !startswith(permission, "datastore.")]) > 0]) == 0
    error_message = "roles on databases hold nothing else"
  }
}

run "no_broad_role_is_given_to_anybody" {
  command = plan

  assert {
    condition = length([
      for role in concat(
        [for each in values(google_project_iam_member.database) : each.role],
        [for each in values(google_project_iam_member.build_logs) : each.role],
        [for each in values(google_project_iam_member.build_source) : each.role],
        [for each in values(google_project_iam_member.keeper) : each.role],
        [for each in values(google_project_iam_member.evidence) : each.role],
        [google_project_iam_member.provision[0].role, google_service_account_iam_member.provision[0].role],
      ) : role if can(regex("(?i)owner|editor|admin|serviceAccountUser|serviceAccountTokenCreator|serviceAccountKey", role))
    ]) == 0
    error_message = "no owner, no editor, no administrator, nobody who acts as others"
  }
}

run "the_builder_builds_and_nothing_else" {
  command = plan

  assert {
    condition     = google_project_iam_member.build_logs["main"].role == "roles/logging.logWriter" && google_project_iam_member.build_source["main"].role == "roles/storage.objectViewer"
    error_message = "it writes logs and reads sources"
  }
  assert {
    condition     = alltrue([for each in google_artifact_registry_repository_iam_member.build : each.role == "roles/artifactregistry.writer"])
    error_message = "it writes images to our repositories"
  }
  assert {
    condition     = google_project_iam_member.build_source["main"].condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-123456789012-\") || resource.name.startsWith(\"projects/_/buckets/my-watchdog-watchdog-source\")"
    error_message = "and of buckets it reads two"
  }
  assert {
    condition     = alltrue([for each in google_cloudfunctions2_function.of : each.build_config[0].service_account == "projects/my-watchdog/serviceAccounts/watchdog-build@my-watchdog.iam.gserviceaccount.com"])
    error_message = "every function is built by it, not by the project's default account"
  }
}

run "whoever_calls_a_function_is_named" {
  command = plan

  assert {
    condition = toset([for key, each in google_cloud_run_v2_service_iam_member.caller : "${split("@", split(":", each.member)[1])[0]} ${each.name}"]) == toset([
      "watchdog-scheduler watchdog-watch",
      "watchdog-scheduler watchdog-provision",
      "watchdog-scheduler watchdog-daily",
      "watchdog-watch watchdog-deliver",
      "watchdog-watch watchdog-provision",
      "watchdog-watch watchdog-witness",
      "watchdog-heartbeat watchdog-watch",
      "watchdog-ack watchdog-watch",
    ])
    error_message = "these eight calls and no others: ${join(", ", [for key, each in google_cloud_run_v2_service_iam_member.caller : "${each.member} ${each.name}"])}"
  }
}

run "public_is_what_checks_its_callers_itself" {
  command = plan

  assert {
    condition     = toset([for each in google_cloud_run_v2_service_iam_member.public : each.name]) == toset(["watchdog-heartbeat", "watchdog-gate", "watchdog-ack", "watchdog-status"])
    error_message = "four functions are public"
  }
  assert {
    condition     = length([for each in google_cloud_run_v2_service_iam_member.caller : each if each.member == "allUsers" || each.member == "allAuthenticatedUsers"]) == 0
    error_message = "the others are not"
  }
}

run "a_function_that_is_not_needed_is_not_public" {
  command = plan

  variables {
    deployment = {
      version          = "0.1.0"
      bundle           = { path = "tests/fixture/functions.zip", sha256 = "d96c16ed99c26150d62ff6e5a677dcd7c818091692adceb47b29880096bd6ab1" }
      config           = { path = "tests/fixture/watchdog.yaml", sha256 = "88539bd7267c3cbf7a2db53023408d402d93aced5ad5b958759af965107f7ede" }
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

  assert {
    condition     = keys(google_cloud_run_v2_service_iam_member.public) == ["status"]
    error_message = "no heartbeat, no gate, no ack in the configuration: none is open to the world"
  }
}

run "the_keys_in_a_project_of_their_own" {
  command = plan

  variables {
    keys_project = "my-keys"
  }

  assert {
    condition     = google_firestore_database.keys.project == "my-keys" && google_firestore_database.default.project == "my-watchdog"
    error_message = "the keys database is there, the others are not"
  }
  assert {
    condition     = google_cloudfunctions2_function.of["gate"].project == "my-keys" && google_cloudfunctions2_function.of["gate"].service_config[0].service_account_email == "watchdog-gate@my-keys.iam.gserviceaccount.com"
    error_message = "gate lives with the keys"
  }
  assert {
    condition     = alltrue([for each in values(google_project_iam_member.keeper) : each.project == "my-keys"])
    error_message = "persons may write there"
  }
  assert {
    condition     = google_project_iam_member.database["watch/keys"].project == "my-keys" && google_project_iam_member.database["watch/keys"].role == "projects/my-keys/roles/watchdog_glance"
    error_message = "watch looks at it from the other project"
  }
  assert {
    condition     = google_cloudfunctions2_function.of["watch"].service_config[0].environment_variables["KEYS_PROJECT"] == "my-keys" && google_cloudfunctions2_function.of["gate"].service_config[0].environment_variables["KEYS_PROJECT"] == "my-keys"
    error_message = "and knows where it is"
  }
  assert {
    condition     = google_cloudfunctions2_function.of["gate"].build_config[0].service_account == "projects/my-keys/serviceAccounts/watchdog-build@my-keys.iam.gserviceaccount.com"
    error_message = "who builds gate can build nothing else"
  }
}

run "whoever_hands_over_sees_the_evidence" {
  command = plan

  assert {
    condition     = toset([for each in google_project_iam_member.evidence : each.member]) == toset([for each in google_project_iam_member.keeper : each.member]) && alltrue([for each in google_project_iam_member.evidence : each.role == "roles/datastore.viewer"])
    error_message = "the same persons, and only to read"
  }
}

run "roles_may_have_other_names" {
  command = plan
  variables {
    role_suffix = "_2"
  }

  assert {
    condition     = google_project_iam_member.database["watch/default"].role == "projects/my-watchdog/roles/watchdog_2_write" && google_project_iam_custom_role.database["main/write"].role_id == "watchdog_2_write" && google_project_iam_custom_role.provision[0].role_id == "watchdog_2_provision"
    error_message = "all of them"
  }
}
