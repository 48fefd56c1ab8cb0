# The clock.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "three_jobs_which_are_free" {
  command = plan

  assert {
    condition     = { for key, each in google_cloud_scheduler_job.of : each.name => each.schedule } == { watchdog-watch = "* * * * *", watchdog-provision = "* * * * *", watchdog-daily = "17 9 * * *" }
    error_message = "each minute, each minute, once a day"
  }
}

run "each_calls_its_function_as_itself" {
  command = plan

  assert {
    condition = alltrue([
      for key, each in google_cloud_scheduler_job.of :
      each.http_target[0].uri == "https://watchdog-${key}-123456789012.europe-west1.run.app" && each.http_target[0].oidc_token[0].audience == each.http_target[0].uri && each.http_target[0].oidc_token[0].service_account_email == "watchdog-scheduler@my-watchdog.iam.gserviceaccount.com"
    ])
    error_message = "the token is for that address, and of the scheduler's own account"
  }
}

run "a_minute_is_tried_twice_and_not_longer_than_it_may_run" {
  command = plan

  assert {
    condition     = alltrue([for key in ["watch", "provision"] : google_cloud_scheduler_job.of[key].retry_config[0].retry_count == 1 && google_cloud_scheduler_job.of[key].retry_config[0].min_backoff_duration == "5s"])
    error_message = "the next minute is as good as a third try"
  }
  assert {
    condition     = alltrue([for key, each in google_cloud_scheduler_job.of : each.attempt_deadline == "${google_cloudfunctions2_function.of[key].service_config[0].timeout_seconds}s"])
    error_message = "while a job runs its next minute waits: no longer than the function itself"
  }
}

run "the_day_may_begin_at_another_time" {
  command = plan
  variables {
    daily_at = "03:05"
  }

  assert {
    condition     = google_cloud_scheduler_job.of["daily"].schedule == "5 3 * * *"
    error_message = "minute and hour without zeros in front"
  }
}

run "many_sites_are_shared_by_several_jobs" {
  command = plan
  variables {
    shards = 3
  }

  assert {
    condition     = [for n in range(3) : jsondecode(base64decode(google_cloud_scheduler_job.of["watch-${n}"].http_target[0].body))] == [{ shard = "0/3" }, { shard = "1/3" }, { shard = "2/3" }]
    error_message = "each has its part"
  }
  assert {
    condition     = !contains(keys(google_cloud_scheduler_job.of), "watch") && google_cloudfunctions2_function.of["watch"].service_config[0].max_instance_count == 4
    error_message = "nobody does all of it, and there is room for each"
  }
}
