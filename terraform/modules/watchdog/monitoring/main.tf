# Google's own way to a person, which does not depend on anything of ours. An alert can only use channels of its own project.
locals {
  # Where there are logs to look at: one project, or two.
  places = merge({ main = var.project }, var.keys_project == var.project ? {} : { keys = var.keys_project })

  mails = merge([
    for place, project in local.places : { for email in var.emails : "${place}/${email}" => { project = project, email = email } }
  ]...)

  channels = {
    for place, project in local.places : place => concat(
      [for email in sort(var.emails) : google_monitoring_notification_channel.email["${place}/${email}"].name],
      [for channel in sort(var.channels) : channel if startswith(channel, "projects/${project}/")],
    )
  }
  labels = merge(var.labels, { part = "monitoring" })
}

resource "google_monitoring_notification_channel" "email" {
  for_each = local.mails

  project      = each.value.project
  display_name = "${var.name}: ${each.value.email}"
  type         = "email"
  user_labels  = local.labels

  labels = {
    email_address = each.value.email
  }
}
