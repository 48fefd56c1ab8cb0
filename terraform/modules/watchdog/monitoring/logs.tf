# Alerts on lines in the logs: they cost nothing. What concerns the house is told by the watchdog itself, and is not repeated here.
locals {
  services = { for place, project in local.places : place => sort([for each in values(var.functions) : each.service if each.project == project]) }

  any_of = {
    for place, services in local.services : place => join(" OR ", [for service in services : "\"${service}\""])
  }
  jobs    = join(" OR ", [for job in sort(values(var.jobs)) : "\"${job}\""])
  keepers = sort([for keeper in var.keepers : lower(trimprefix(keeper, "user:"))])

  errors_content = <<-EOT
    A function of the watchdog wrote an error, answered with one, was stopped for its time, or ran out of memory. It says so once an hour at most, however many there are.

    What to do now:

    1. `gcloud logging read 'severity>=ERROR AND resource.type="cloud_run_revision"' --project PROJECT --freshness 1h --limit 20` shows them. `error` and `problems` name the document, the target or the permission.
    2. `… could not be loaded`: the configuration or a secret is wrong, and nothing of that function runs. Correct it, `watchdog deploy prepare`, apply. Or apply the version before.
    3. PERMISSION_DENIED: apply again, and `watchdog doctor FOLDER`.
    4. `Memory limit … exceeded`: tell us, with the number of your sites and targets; docs/cost.md has what was measured.

    `watch` tells of most of its troubles itself; this comes as well, for it may not get that far.
  EOT

  alerts = merge(
    {
      for place, project in local.places : place == "main" ? "errors" : "errors-${place}" => {
        place    = place
        title    = place == "main" ? "errors of functions" : "errors of functions beside the keys"
        severity = "ERROR"
        every    = "3600s"
        filter = join(" AND ", [
          "resource.type=\"cloud_run_revision\"",
          "resource.labels.service_name=(${local.any_of[place]})",
          "severity>=ERROR",
          # It has an alert of its own.
          "NOT jsonPayload.message=\"a machine is old\"",
        ])
        extract = { function = "EXTRACT(resource.labels.service_name)" }
        subject = "The watchdog ${var.name} has errors: $${log.extracted_label.function}"
        content = replace(local.errors_content, "PROJECT", project)
      } if length(local.services[place]) > 0
    },
    {
      scheduler = {
        place    = "main"
        title    = "calls of the scheduler fail"
        severity = "ERROR"
        every    = "3600s"
        filter = join(" AND ", [
          "resource.type=\"cloud_scheduler_job\"",
          "resource.labels.job_id=(${local.jobs})",
          "severity>=ERROR",
        ])
        extract = { job = "EXTRACT(resource.labels.job_id)" }
        subject = "The scheduler cannot call $${log.extracted_label.job}"
        content = <<-EOT
          A call of the scheduler was not answered well: the function answered with an error, not in time, or not at all. One such minute is made up for by the next; when they go on, `${var.name}: no ticks for five minutes` follows.

          What to do now:

          1. `gcloud scheduler jobs list --project ${var.project} --location ${var.region}` shows the jobs and their last status.
          2. Status 7 (PERMISSION_DENIED) or 16: the job's account may not call the function any more. Apply again; `watchdog doctor FOLDER` names what is missing.
          3. Status 13 or 14, or 5xx: the function's own log says why.
          4. Status 4 (DEADLINE_EXCEEDED): the function took too long; look for targets that hang, and whether Firestore has trouble.
        EOT
      }
    },
    contains(keys(var.functions), "provision") ? {
      "old-machine" = {
        place    = "main"
        title    = "a machine has run for ${var.old_machine_hours} hours"
        severity = "WARNING"
        every    = "86400s"
        filter = join(" AND ", [
          "resource.type=\"cloud_run_revision\"",
          "resource.labels.service_name=\"${var.functions["provision"].service}\"",
          "severity>=ERROR",
          "jsonPayload.function=\"provision\"",
          "jsonPayload.message=\"a machine is old\"",
        ])
        extract = {
          machine = "EXTRACT(jsonPayload.machine.name)"
          zone    = "EXTRACT(jsonPayload.machine.zone)"
          purpose = "EXTRACT(jsonPayload.machine.purpose)"
        }
        subject = "A machine of the watchdog ${var.name} is old: $${log.extracted_label.machine}"
        content = <<-EOT
          $${log.extracted_label.machine} in $${log.extracted_label.zone}, a machine of a $${log.extracted_label.purpose}, has run for over ${var.old_machine_hours} hours. It costs money each hour, and nothing may be waiting for it.

          What to do now:

          1. `watchdog standby list` says what it is for and what it has cost.
          2. **It may hold keys: never delete it in the console.** When the keys have moved to it, that is as it should be: go back when the house is well (docs/runbooks/way-back.md), and only then release it.
          3. Nobody needs it: `watchdog standby release SIGNER`. `provision` deletes it as soon as that is safe, and says why when it is not.
          4. An orphan or a drill that does not end: `watchdog standby list` has the reason.

          It is told of once a day for as long as it lasts.
        EOT
      }
    } : {},
    {
      "keys-written" = {
        place    = local.keys_place
        title    = "somebody else wrote the keys database, or tried to"
        severity = "CRITICAL"
        every    = "300s"
        # An import, a restore and a clone write too, and those writes are in no log.
        filter = join(" AND ", [
          "protoPayload.serviceName=\"firestore.googleapis.com\"",
          "protoPayload.resourceName=~\"^projects/${var.keys_project}/databases/keys(/|$)\"",
          "protoPayload.methodName=~\"(Firestore[.](Commit|Write|BatchWrite|CreateDocument|UpdateDocument|DeleteDocument)|FirestoreAdmin[.](ImportDocuments|BulkDeleteDocuments|RestoreDatabase|CloneDatabase|DeleteDatabase|UpdateDatabase))$\"",
          "NOT protoPayload.authenticationInfo.principalEmail=(${join(" OR ", [for keeper in local.keepers : "\"${keeper}\""])})",
        ])
        extract = {
          who    = "EXTRACT(protoPayload.authenticationInfo.principalEmail)"
          method = "EXTRACT(protoPayload.methodName)"
        }
        subject = "Somebody who is no keeper wrote the keys database of ${var.name}, or tried to"
        content = <<-EOT
          $${log.extracted_label.who} called $${log.extracted_label.method} on the database `keys` of ${var.keys_project}, which says who may sign. Only keepers may: ${join(", ", local.keepers)}. A call that was refused is told of as well.

          **Treat it as somebody trying to make two machines sign with the same keys**, until you know better:

          1. `watchdog handover status SIGNER` for each signer: who holds the keys, in which generation, and who wrote that. Compare it with what you know.
          2. It is not as it should be: stop the clients on both sides first (docs/runbooks/stop-everything-ethereum.md, docs/runbooks/stop-everything-berachain.md), then docs/runbooks/lost-or-restored-flags.md.
          3. Take the access away: `gcloud projects get-iam-policy ${var.keys_project}`, and `watchdog doctor FOLDER` lists everybody who can reach the keys.
          4. It was you, by an account that is not among `keepers`: add it there, or do not use it.

          Terraform changing the database's own settings is told of too, when it does not run as a keeper.
        EOT
      }
    },
  )
  keys_place = var.keys_project == var.project ? "main" : "keys"
}

resource "google_monitoring_alert_policy" "logs" {
  for_each = { for key, alert in local.alerts : key => alert if var.is_ready }

  project               = local.places[each.value.place]
  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  user_labels           = local.labels
  notification_channels = local.channels[each.value.place]

  conditions {
    display_name = each.value.title

    condition_matched_log {
      filter           = each.value.filter
      label_extractors = each.value.extract
    }
  }

  alert_strategy {
    auto_close = "1800s"

    notification_rate_limit {
      period = each.value.every
    }
  }

  documentation {
    mime_type = "text/markdown"
    subject   = each.value.subject
    content   = each.value.content
  }
}
