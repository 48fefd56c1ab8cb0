# What is said at every plan, and stops nothing.
check "addresses_in_the_configuration" {
  assert {
    condition     = var.deployment.urls.acknowledge == null ? true : trimsuffix(var.deployment.urls.acknowledge, "/") == try(local.urls["ack"], "")
    error_message = "acknowledge.url of watchdog.yaml is not where `ack` is: links in messages lead elsewhere, unless that address leads here. Write ${try(local.urls["ack"], "")}, or the address of your own domain in front of it."
  }
  assert {
    condition     = var.deployment.urls.gate == null ? true : trimsuffix(var.deployment.urls.gate, "/") == try(local.urls["gate"], "")
    error_message = "gate.url of watchdog.yaml is not where `gate` is: machines in the cloud will be denied. Write ${try(local.urls["gate"], "")}."
  }
}

check "somebody_pays" {
  assert {
    condition     = alltrue([for each in data.google_project.of : each.billing_account != ""])
    error_message = "${join(", ", [for each in data.google_project.of : each.project_id if each.billing_account == ""])} has no billing account that can be seen: link one (`gcloud billing projects link PROJECT --billing-account ACCOUNT`), or nothing below can be made. If there is one, turn on cloudbilling.googleapis.com, by which it is seen."
  }
}

check "somebody_watches_the_watchdog" {
  assert {
    condition     = var.monitoring != null
    error_message = "monitoring is null: when the watchdog itself does not run, nobody is told. Give an e-mail address."
  }
}

check "secrets_are_set" {
  assert {
    condition     = local.is_ready
    error_message = "secret_versions is empty: there are no functions, jobs and alerts, and those that exist are deleted by this plan. At the first apply that is right: run `watchdog secrets set .` (docs/deploy.md, step 5), then apply again. Later the file is lost: `watchdog secrets pull .`"
  }
}
