# The functions as the platform gets them.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "run_on_node_24_from_a_bundle_named_by_its_content" {
  command = plan

  assert {
    condition     = alltrue([for name, each in google_cloudfunctions2_function.of : each.build_config[0].runtime == "nodejs24" && each.build_config[0].entry_point == name])
    error_message = "runtime and entry point"
  }
  assert {
    condition     = google_storage_bucket_object.bundle["main"].name == "functions-${var.deployment.bundle.sha256}.zip"
    error_message = "another content is another name, or nothing is deployed"
  }
  assert {
    condition     = alltrue([for each in google_cloudfunctions2_function.of : each.build_config[0].source[0].storage_source[0].object == google_storage_bucket_object.bundle["main"].name])
    error_message = "every function is of that bundle"
  }
}

run "no_instance_waits_and_few_ever_run" {
  command = plan

  assert {
    condition     = alltrue([for each in google_cloudfunctions2_function.of : each.service_config[0].min_instance_count == 0 && each.service_config[0].max_instance_count <= 2])
    error_message = "none that is paid for while nothing happens, and no more than two"
  }
}

run "no_network_of_ours_and_no_address_translation" {
  command = plan

  assert {
    condition     = alltrue([for each in google_cloudfunctions2_function.of : try(each.service_config[0].vpc_connector, null) == null && length(try(each.service_config[0].direct_vpc_network_interface, [])) == 0])
    error_message = "a network in between takes a minute to begin, and its translation costs"
  }
}

run "sizes_are_what_was_measured" {
  command = plan

  assert {
    condition     = alltrue([for each in google_cloudfunctions2_function.of : each.service_config[0].available_memory == "512Mi" && each.service_config[0].available_cpu == "1"])
    error_message = "between 140 and 321 MB were measured; a fraction of a processor makes a slow first tick"
  }
  assert {
    condition     = google_cloudfunctions2_function.of["watch"].service_config[0].timeout_seconds == 55
    error_message = "46 s at the worst, and no longer than a minute"
  }
  assert {
    condition     = google_cloudfunctions2_function.of["provision"].service_config[0].timeout_seconds > 70 && google_cloudfunctions2_function.of["deliver"].service_config[0].timeout_seconds >= 90
    error_message = "longer than the lease; longer than the last message takes"
  }
  assert {
    condition     = alltrue([for each in google_cloudfunctions2_function.of : each.service_config[0].max_instance_request_concurrency >= 1])
    error_message = "concurrency is said"
  }
}

run "daily_is_not_reached_from_outside" {
  command = plan

  assert {
    condition     = [for name, each in google_cloudfunctions2_function.of : name if each.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"] == ["daily"]
    error_message = "only the clock calls daily"
  }
}

run "the_configuration_is_a_file_of_a_pinned_version" {
  command = plan

  assert {
    condition     = alltrue([for each in google_cloudfunctions2_function.of : each.service_config[0].secret_volumes[0].mount_path == "/etc/watchdog" && each.service_config[0].secret_volumes[0].versions[0].path == "watchdog.yaml"])
    error_message = "it lies where WATCHDOG_CONFIG says"
  }
  assert {
    condition     = google_secret_manager_secret_version.config["main"].secret_data_wo_version == tostring(parseint(substr(var.deployment.config.sha256, 0, 8), 16))
    error_message = "another text is another version"
  }
  assert {
    condition     = google_secret_manager_secret_version.config["main"].secret_data == null
    error_message = "it is not in the state"
  }
}

run "each_knows_whom_it_wakes" {
  command = plan

  assert {
    condition = tomap(google_cloudfunctions2_function.of["watch"].service_config[0].environment_variables) == tomap({
      WATCHDOG_CONFIG      = "/etc/watchdog/watchdog.yaml"
      GOOGLE_CLOUD_PROJECT = "my-watchdog"
      KEYS_PROJECT         = "my-watchdog"
      DELIVER_URL          = "https://watchdog-deliver-123456789012.europe-west1.run.app"
      PROVISION_URL        = "https://watchdog-provision-123456789012.europe-west1.run.app"
      WITNESS_URLS         = "https://watchdog-witness-123456789012.us-east1.run.app"
    })
    error_message = "watch: ${jsonencode(google_cloudfunctions2_function.of["watch"].service_config[0].environment_variables)}"
  }
  assert {
    condition     = alltrue([for name in ["heartbeat", "ack"] : google_cloudfunctions2_function.of[name].service_config[0].environment_variables["WATCH_URL"] == "https://watchdog-watch-123456789012.europe-west1.run.app"])
    error_message = "heartbeat and ack wake watch"
  }
}

run "without_a_witness_nobody_is_asked" {
  command = plan
  variables {
    witness_region = null
  }

  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.of), "witness") && !contains(keys(google_cloudfunctions2_function.of["watch"].service_config[0].environment_variables), "WITNESS_URLS")
    error_message = "no witness, no address of one"
  }
}

run "everything_has_its_labels" {
  command = plan
  variables {
    labels = { team = "home" }
  }

  assert {
    condition     = alltrue([for name, each in google_cloudfunctions2_function.of : tomap(each.labels) == tomap({ app = "basement-watchdog", part = name, team = "home" })])
    error_message = "functions"
  }
  assert {
    condition     = alltrue([for each in concat(values(google_secret_manager_secret.function), values(google_secret_manager_secret.config), values(google_storage_bucket.source), values(google_artifact_registry_repository.functions)) : each.labels["app"] == "basement-watchdog" && each.labels["team"] == "home"])
    error_message = "secrets, buckets and repositories"
  }
}

run "the_bucket_is_nobodys_but_ours" {
  command = plan

  assert {
    condition     = alltrue([for each in google_storage_bucket.source : each.public_access_prevention == "enforced" && each.uniform_bucket_level_access])
    error_message = "no object of it can ever be public"
  }
}

run "apis_stay_on" {
  command = plan

  assert {
    condition     = alltrue([for each in google_project_service.api : each.disable_on_destroy == false])
    error_message = "removing the watchdog must not switch off what something else uses"
  }
}

run "outputs_tell_the_basement_where_to_send" {
  command = plan

  assert {
    condition     = output.basement.heartbeats[0].url == "https://watchdog-heartbeat-123456789012.europe-west1.run.app/home/alertmanager" && output.basement.heartbeats[0].secret == "HEARTBEAT_TOKEN" && output.basement.heartbeats[0].secret_id == "watchdog-heartbeat"
    error_message = "the address and the name of the token, never the token"
  }
  assert {
    condition     = output.basement.gate_url == "https://watchdog-gate-123456789012.europe-west1.run.app" && output.basement.fences[0].secret_id == "watchdog-gate"
    error_message = "where fences ask"
  }
  assert {
    condition     = length(output.watchdog.functions) == 9 && output.watchdog.functions.gate.is_public && !output.watchdog.functions.watch.is_public
    error_message = "what doctor looks for"
  }
}
