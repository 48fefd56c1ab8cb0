# The one alert that costs something: nothing else notices that there are no ticks any more. Committed is a tick that said so in the log.
locals {
  watch = var.functions["watch"]
  # Of several shards the first.
  watch_job = concat(sort([for name, job in var.jobs : job if startswith(name, "watch")]), ["${var.name}-watch"])[0]

  # The platform puts the line that a function prints into jsonPayload, and keeps its severity.
  tick_filter = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=\"${local.watch.service}\"",
    "jsonPayload.function=\"watch\"",
    "jsonPayload.message=\"tick\"",
  ])
}

resource "google_logging_metric" "ticks" {
  project = var.project
  name    = "${var.name}/ticks"
  filter  = local.tick_filter

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "INT64"
    unit         = "1"
    display_name = "${var.name}: committed ticks"
  }
}

resource "google_logging_metric" "lateness" {
  project         = var.project
  name            = "${var.name}/lateness"
  filter          = local.tick_filter
  value_extractor = "EXTRACT(jsonPayload.tick.latenessMs)"

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "DISTRIBUTION"
    unit         = "ms"
    display_name = "${var.name}: lateness of ticks"
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 20
      growth_factor      = 2
      scale              = 1
    }
  }
}

resource "google_monitoring_alert_policy" "ticks" {
  count = var.is_ready ? 1 : 0

  project               = var.project
  display_name          = "${var.name}: no ticks for five minutes"
  combiner              = "OR"
  severity              = "CRITICAL"
  user_labels           = local.labels
  notification_channels = local.channels["main"]

  conditions {
    display_name = "no committed tick in any of five minutes"

    # Not condition_absent: a count of log lines may go on as zeros after the last one, which are data. Less than a half a minute is met by zeros, and
    # by nothing at all; and not by one that Google spreads over two minutes.
    condition_threshold {
      filter                  = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.ticks.name}\" AND resource.type=\"cloud_run_revision\""
      comparison              = "COMPARISON_LT"
      threshold_value         = 0.5
      duration                = "300s"
      evaluation_missing_data = "EVALUATION_MISSING_DATA_ACTIVE"

      # Each revision counts for itself, and an old one ends with a deployment: only their sum means anything.
      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }

      trigger {
        count = 1
      }
    }
  }

  alert_strategy {
    # The longest that there is: what closes it is a tick, and not that there is still no data.
    auto_close           = "604800s"
    notification_prompts = ["OPENED", "CLOSED"]

    notification_channel_strategy {
      notification_channel_names = local.channels["main"]
      renotify_interval          = "3600s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    subject   = "The watchdog ${var.name} does not run: nobody watches the house"
    content   = <<-EOT
      For five minutes no tick of `${local.watch.service}` in ${var.project} was taken in. Until it runs again **nobody is told when the house goes dark**, and no standby is made.

      What to do now, in this order:

      1. Look at the house yourself.
      2. `watchdog doctor FOLDER` says what is missing of the deployment.
      3. Is it called? `gcloud scheduler jobs describe ${local.watch_job} --project ${var.project} --location ${var.region}`: it must be ENABLED, and its last attempt must have no error. A job that is PAUSED: `gcloud scheduler jobs resume` with the same words.
      4. Does it fail? `gcloud run services logs read ${local.watch.service} --project ${var.project} --region ${local.watch.region} --limit 50`: lines that say `tick with errors` or `the function could not be loaded` say why. After a deployment: apply the one before it.
      5. Is the bill paid? A project whose billing ended stops without a word: `gcloud billing projects describe ${var.project}`.

      A tick with an error (a document that cannot be read, a secret that is missing) does not count, though it may have been taken in in part.
      docs/who-watches-the-watchdog.md tells of everything that watches.
    EOT
  }
}
