# What is made, whom it tells, and that only one condition costs something. The filters are tried on real lines by test/terraform/monitoring.test.ts.
mock_provider "google" {
  mock_data "google_project" {
    defaults = {
      number = "123456789012"
    }
  }
}

variables {
  project      = "my-watchdog"
  keys_project = "my-watchdog"
  name         = "watchdog"
  labels       = { app = "basement-watchdog" }
  region       = "europe-west1"
  functions = {
    watch     = { project = "my-watchdog", region = "europe-west1", service = "watchdog-watch" }
    witness   = { project = "my-watchdog", region = "us-east1", service = "watchdog-witness" }
    deliver   = { project = "my-watchdog", region = "europe-west1", service = "watchdog-deliver" }
    daily     = { project = "my-watchdog", region = "europe-west1", service = "watchdog-daily" }
    status    = { project = "my-watchdog", region = "europe-west1", service = "watchdog-status" }
    heartbeat = { project = "my-watchdog", region = "europe-west1", service = "watchdog-heartbeat" }
    provision = { project = "my-watchdog", region = "europe-west1", service = "watchdog-provision" }
    gate      = { project = "my-watchdog", region = "europe-west1", service = "watchdog-gate" }
  }
  jobs    = { watch = "watchdog-watch", provision = "watchdog-provision", daily = "watchdog-daily" }
  emails  = ["maria@example.com"]
  keepers = ["user:Maria@example.com", "user:jo@example.org"]
}

run "one_condition_costs" {
  assert {
    condition     = length(google_monitoring_alert_policy.ticks[0].conditions) == 1 && length(google_monitoring_alert_policy.ticks[0].conditions[0].condition_threshold) == 1
    error_message = "The alert on ticks must have one condition."
  }
  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.logs : length(policy.conditions) == 1 && length(policy.conditions[0].condition_matched_log) == 1 && length(policy.conditions[0].condition_threshold) == 0 && length(policy.conditions[0].condition_absent) == 0])
    error_message = "All others must be alerts on logs, which cost nothing."
  }
}

run "no_ticks_is_noticed_whether_zeros_come_or_nothing" {
  assert {
    condition     = google_monitoring_alert_policy.ticks[0].conditions[0].condition_threshold[0].comparison == "COMPARISON_LT" && google_monitoring_alert_policy.ticks[0].conditions[0].condition_threshold[0].threshold_value == 0.5
    error_message = "Fewer than one tick a minute is none."
  }
  assert {
    condition     = google_monitoring_alert_policy.ticks[0].conditions[0].condition_threshold[0].evaluation_missing_data == "EVALUATION_MISSING_DATA_ACTIVE" && google_monitoring_alert_policy.ticks[0].conditions[0].condition_threshold[0].duration == "300s"
    error_message = "Five minutes without data must count as without ticks."
  }
  assert {
    condition     = google_monitoring_alert_policy.ticks[0].conditions[0].condition_threshold[0].aggregations[0].cross_series_reducer == "REDUCE_SUM" && google_monitoring_alert_policy.ticks[0].conditions[0].condition_threshold[0].aggregations[0].alignment_period == "60s"
    error_message = "The series of an old revision ends with a deployment: only the sum counts."
  }
}

run "every_alert_reaches_somebody_and_says_what_to_do" {
  assert {
    condition     = length(google_monitoring_alert_policy.ticks[0].notification_channels) > 0 && alltrue([for policy in google_monitoring_alert_policy.logs : length(policy.notification_channels) > 0])
    error_message = "An alert that nobody gets is none."
  }
  assert {
    condition     = alltrue([for policy in concat(google_monitoring_alert_policy.ticks, values(google_monitoring_alert_policy.logs)) : strcontains(policy.documentation[0].content, "What to do now") || strcontains(policy.documentation[0].content, "until you know better")])
    error_message = "Each alert must say what to do."
  }
  assert {
    condition     = alltrue([for policy in concat(google_monitoring_alert_policy.ticks, values(google_monitoring_alert_policy.logs)) : length(policy.documentation[0].subject) <= 255 && length(policy.documentation[0].content) <= 8192])
    error_message = "Google takes 255 characters of a subject and 8 KiB of a text."
  }
  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.logs : length(policy.alert_strategy[0].notification_rate_limit) == 1])
    error_message = "An alert on logs must say how often it may write."
  }
  assert {
    condition     = alltrue([for policy in concat(google_monitoring_alert_policy.ticks, values(google_monitoring_alert_policy.logs)) : contains(["CRITICAL", "ERROR", "WARNING"], policy.severity)])
    error_message = "Each alert must have a severity."
  }
  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.logs : policy.alert_strategy[0].auto_close == "1800s"])
    error_message = "What a line in a log began has no other end."
  }
  assert {
    condition     = google_monitoring_alert_policy.ticks[0].alert_strategy[0].auto_close == "604800s" && google_monitoring_alert_policy.ticks[0].alert_strategy[0].notification_channel_strategy[0].renotify_interval == "3600s"
    error_message = "As long as there are no ticks somebody must be told again, and nothing but a tick may end it."
  }
  assert {
    condition     = alltrue([for policy in concat(google_monitoring_alert_policy.ticks, values(google_monitoring_alert_policy.logs)) : policy.user_labels == tomap({ app = "basement-watchdog", part = "monitoring" })])
    error_message = "Everything that can have labels has them."
  }
}

run "the_errors_of_every_function_are_seen" {
  assert {
    condition     = alltrue([for each in values(var.functions) : strcontains(google_monitoring_alert_policy.logs["errors"].conditions[0].condition_matched_log[0].filter, "\"${each.service}\"")])
    error_message = "The alert on errors must name each function."
  }
  assert {
    condition     = alltrue([for job in values(var.jobs) : strcontains(google_monitoring_alert_policy.logs["scheduler"].conditions[0].condition_matched_log[0].filter, "\"${job}\"")])
    error_message = "The alert on the scheduler must name each job."
  }
  assert {
    condition     = toset(keys(google_monitoring_alert_policy.logs)) == toset(["errors", "scheduler", "old-machine", "keys-written"])
    error_message = "There must be these alerts and no other."
  }
}

run "without_standbys_no_machine_can_be_old" {
  variables {
    functions = {
      watch   = { project = "my-watchdog", region = "europe-west1", service = "watchdog-watch" }
      deliver = { project = "my-watchdog", region = "europe-west1", service = "watchdog-deliver" }
      daily   = { project = "my-watchdog", region = "europe-west1", service = "watchdog-daily" }
      status  = { project = "my-watchdog", region = "europe-west1", service = "watchdog-status" }
    }
    jobs = { watch = "watchdog-watch", daily = "watchdog-daily" }
  }
  assert {
    condition     = !contains(keys(google_monitoring_alert_policy.logs), "old-machine")
    error_message = "Without provision there is nothing that would say so."
  }
  assert {
    condition     = !strcontains(google_monitoring_dashboard.watchdog[0].dashboard_json, "provision")
    error_message = "The dashboard must not show what there is not."
  }
}

run "keepers_are_named_as_google_writes_them" {
  assert {
    condition     = strcontains(google_monitoring_alert_policy.logs["keys-written"].conditions[0].condition_matched_log[0].filter, "(\"jo@example.org\" OR \"maria@example.com\")")
    error_message = "The logs have addresses without user: and in small letters."
  }
  assert {
    condition     = google_monitoring_alert_policy.logs["keys-written"].severity == "CRITICAL"
    error_message = "A stranger at the keys is critical."
  }
}

run "keys_in_a_project_of_their_own_have_alerts_and_channels_there" {
  variables {
    keys_project = "my-keys"
    functions = {
      watch  = { project = "my-watchdog", region = "europe-west1", service = "watchdog-watch" }
      gate   = { project = "my-keys", region = "europe-west1", service = "watchdog-gate" }
      daily  = { project = "my-watchdog", region = "europe-west1", service = "watchdog-daily" }
      status = { project = "my-watchdog", region = "europe-west1", service = "watchdog-status" }
    }
  }
  assert {
    condition     = google_monitoring_alert_policy.logs["keys-written"].project == "my-keys" && google_monitoring_alert_policy.logs["errors-keys"].project == "my-keys" && google_monitoring_alert_policy.logs["errors"].project == "my-watchdog"
    error_message = "An alert sees only the logs of its own project."
  }
  assert {
    condition     = google_monitoring_notification_channel.email["keys/maria@example.com"].project == "my-keys" && google_monitoring_notification_channel.email["main/maria@example.com"].project == "my-watchdog"
    error_message = "An alert can only use channels of its own project."
  }
  assert {
    condition     = !strcontains(google_monitoring_alert_policy.logs["errors"].conditions[0].condition_matched_log[0].filter, "watchdog-gate") && strcontains(google_monitoring_alert_policy.logs["errors-keys"].conditions[0].condition_matched_log[0].filter, "watchdog-gate")
    error_message = "Each function must be named where its logs are."
  }
}

run "channels_that_exist_are_used_as_well" {
  variables {
    channels = ["projects/my-watchdog/notificationChannels/42"]
  }
  assert {
    condition     = contains(google_monitoring_alert_policy.ticks[0].notification_channels, "projects/my-watchdog/notificationChannels/42") && length(google_monitoring_alert_policy.ticks[0].notification_channels) == 2
    error_message = "Both ways must be told."
  }
  assert {
    condition     = length(output.channels) == 2
    error_message = "The output must have both."
  }
}

run "a_channel_alone_is_enough" {
  variables {
    emails   = []
    channels = ["projects/my-watchdog/notificationChannels/42"]
  }
  assert {
    condition     = length(google_monitoring_notification_channel.email) == 0 && one(output.channels) == "projects/my-watchdog/notificationChannels/42"
    error_message = "No address, no channel of ours."
  }
}

run "the_outputs_are_what_doctor_looks_for" {
  assert {
    condition     = output.policies == { ticks = "watchdog: no ticks for five minutes", errors = "watchdog: errors of functions", scheduler = "watchdog: calls of the scheduler fail", old-machine = "watchdog: a machine has run for 72 hours", keys-written = "watchdog: somebody else wrote the keys database, or tried to" }
    error_message = "Keys and names of the alerts are what doctor compares."
  }
}

run "the_dashboard_is_a_whole_page" {
  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.watchdog[0].dashboard_json).mosaicLayout.tiles) == 10
    error_message = "Eight charts and two panels of lines."
  }
  assert {
    condition     = alltrue([for tile in jsondecode(google_monitoring_dashboard.watchdog[0].dashboard_json).mosaicLayout.tiles : try(tile.xPos, 0) + tile.width <= 48])
    error_message = "A tile must not go beyond the page."
  }
  assert {
    condition     = length(distinct([for tile in jsondecode(google_monitoring_dashboard.watchdog[0].dashboard_json).mosaicLayout.tiles : "${try(tile.xPos, 0)} ${try(tile.yPos, 0)}"])) == 10
    error_message = "No two tiles may be at one place."
  }
}

run "no_budget_unless_it_is_asked_for" {
  assert {
    condition     = length(google_billing_budget.watchdog) == 0 && length(data.google_project.budget) == 0
    error_message = "Whoever gives no billing account gets no budget."
  }
}

run "a_budget_of_all_projects" {
  variables {
    budget          = { billing_account = "012345-6789AB-CDEF01", amount = 20, currency = "EUR" }
    budget_projects = ["my-standbys"]
  }
  assert {
    condition     = length(google_billing_budget.watchdog) == 1 && google_billing_budget.watchdog[0].amount[0].specified_amount[0].units == "20" && google_billing_budget.watchdog[0].amount[0].specified_amount[0].currency_code == "EUR"
    error_message = "The budget must be as it was asked for."
  }
  assert {
    condition     = [for rule in google_billing_budget.watchdog[0].threshold_rules : "${rule.threshold_percent} ${rule.spend_basis}"] == ["0.5 CURRENT_SPEND", "0.9 CURRENT_SPEND", "1 CURRENT_SPEND", "1 FORECASTED_SPEND"]
    error_message = "Half, nine tenths, all of it, and where the month goes."
  }
  assert {
    condition     = toset(keys(data.google_project.budget)) == toset(["my-watchdog", "my-standbys"])
    error_message = "The project of the machines counts as well."
  }
  assert {
    condition     = length(google_billing_budget.watchdog[0].all_updates_rule[0].monitoring_notification_channels) == 1 && !google_billing_budget.watchdog[0].all_updates_rule[0].disable_default_iam_recipients
    error_message = "The same persons are told, and who pays the bills."
  }
}

run "a_budget_takes_five_channels_at_most" {
  variables {
    emails = ["a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com", "f@example.com"]
    budget = { billing_account = "012345-6789AB-CDEF01", amount = 20 }
  }
  assert {
    condition     = length(google_billing_budget.watchdog[0].all_updates_rule[0].monitoring_notification_channels) == 5
    error_message = "Google refuses more."
  }
}

run "before_there_are_functions_only_metrics_and_channels_are_made" {
  variables {
    is_ready = false
    jobs     = {}
  }
  assert {
    condition     = google_logging_metric.ticks.name == "watchdog/ticks" && google_logging_metric.lateness.name == "watchdog/lateness" && length(google_monitoring_notification_channel.email) == 1
    error_message = "Google must know the metric before the alert on it is made."
  }
  assert {
    condition     = length(google_monitoring_alert_policy.ticks) == 0 && length(google_monitoring_alert_policy.logs) == 0 && length(google_monitoring_dashboard.watchdog) == 0 && output.policies == {}
    error_message = "What waits for ticks begins with the first function."
  }
}

run "of_several_shards_the_first_is_named" {
  variables {
    jobs = { watch-0 = "watchdog-watch-0", watch-1 = "watchdog-watch-1", daily = "watchdog-daily" }
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.ticks[0].documentation[0].content, "jobs describe watchdog-watch-0 ")
    error_message = "Whoever reads it must find a job of that name."
  }
}

run "refuses_functions_without_watch" {
  command = plan
  variables {
    functions = { deliver = { project = "my-watchdog", region = "europe-west1", service = "watchdog-deliver" } }
  }
  expect_failures = [var.functions]
}

run "refuses_a_function_of_another_project" {
  command = plan
  variables {
    functions = { watch = { project = "elsewhere-1", region = "europe-west1", service = "watchdog-watch" } }
  }
  expect_failures = [var.functions]
}

run "refuses_no_jobs" {
  command = plan
  variables {
    jobs = {}
  }
  expect_failures = [var.jobs]
}

run "refuses_what_is_no_address" {
  command = plan
  variables {
    emails = ["maria"]
  }
  expect_failures = [var.emails]
}

run "refuses_nobody" {
  command = plan
  variables {
    emails = []
  }
  expect_failures = [var.channels]
}

run "refuses_what_is_no_channel" {
  command = plan
  variables {
    channels = ["42"]
  }
  expect_failures = [var.channels]
}

run "refuses_a_channel_of_another_project" {
  command = plan
  variables {
    channels = ["projects/somewhere-else/notificationChannels/42"]
  }
  expect_failures = [var.channels]
}

run "refuses_a_place_without_a_channel" {
  command = plan
  variables {
    keys_project = "my-keys"
    emails       = []
    channels     = ["projects/my-watchdog/notificationChannels/42"]
  }
  expect_failures = [var.channels]
}

run "refuses_half_an_hour" {
  command = plan
  variables {
    old_machine_hours = 0.5
  }
  expect_failures = [var.old_machine_hours]
}

run "refuses_a_keeper_that_is_no_person" {
  command = plan
  variables {
    keepers = ["group:all@example.com"]
  }
  expect_failures = [var.keepers]
}

run "refuses_what_is_no_billing_account" {
  command = plan
  variables {
    budget = { billing_account = "mine", amount = 20 }
  }
  expect_failures = [var.budget]
}

run "refuses_a_budget_of_cents" {
  command = plan
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", amount = 20.5 }
  }
  expect_failures = [var.budget]
}

run "refuses_what_is_no_currency" {
  command = plan
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", amount = 20, currency = "euro" }
  }
  expect_failures = [var.budget]
}
