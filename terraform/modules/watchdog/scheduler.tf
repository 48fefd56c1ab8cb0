# The clock: watch and provision each minute, daily once a day. Three jobs are free.
locals {
  split = var.shards == 1 ? { watch = null } : { for n in range(var.shards) : "watch-${n}" => "${n}/${var.shards}" }
  jobs = {
    for name, job in merge(
      { for name, shard in local.split : name => { function = "watch", schedule = "* * * * *", body = shard == null ? {} : { shard = shard } } },
      {
        provision = { function = "provision", schedule = "* * * * *", body = {} }
        daily     = { function = "daily", schedule = "${tonumber(split(":", var.daily_at)[1])} ${tonumber(split(":", var.daily_at)[0])} * * *", body = {} }
      },
    ) : name => job if contains(keys(local.deployed), job.function)
  }
  # By the function, once: three shards are one caller.
  called = { for function in distinct([for job in values(local.jobs) : job.function]) : function => function }
}

resource "google_cloud_scheduler_job" "of" {
  for_each = local.jobs

  project   = var.project
  region    = var.region
  name      = "${var.name}-${each.key}"
  schedule  = each.value.schedule
  time_zone = "Etc/UTC"
  # As long as the function may run, and no longer: while a job runs, its next minute waits.
  attempt_deadline = "${local.sizes[each.value.function].timeout}s"

  # A call may come twice: the tick of a minute counts once. Of a minute that failed for good the next one is as good.
  retry_config {
    retry_count          = each.value.function == "daily" ? 3 : 1
    min_backoff_duration = each.value.function == "daily" ? "60s" : "5s"
    max_backoff_duration = each.value.function == "daily" ? "600s" : "5s"
    max_doublings        = each.value.function == "daily" ? 3 : null
  }

  http_target {
    http_method = "POST"
    uri         = local.urls[each.value.function]
    body        = base64encode(jsonencode(each.value.body))
    headers     = { "Content-Type" = "application/json" }

    oidc_token {
      service_account_email = local.emails["scheduler"]
      audience              = local.urls[each.value.function]
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.caller]
}
