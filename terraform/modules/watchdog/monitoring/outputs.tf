output "policies" {
  description = "The alerts, by key, as they are called in the console."
  value = merge(
    { ticks = google_monitoring_alert_policy.ticks.display_name },
    { for key, policy in google_monitoring_alert_policy.logs : key => policy.display_name },
  )
}

output "channels" {
  description = "Whom they tell, in the project of the watchdog."
  value       = local.channels["main"]
}

output "dashboard" {
  description = "The dashboard, as Google names it."
  value       = google_monitoring_dashboard.watchdog.id
}
