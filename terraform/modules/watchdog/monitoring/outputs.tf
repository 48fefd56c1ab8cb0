output "policies" {
  description = "The alerts, by key, as they are called in the console."
  value = merge(
    { for policy in google_monitoring_alert_policy.ticks : "ticks" => policy.display_name },
    { for key, policy in google_monitoring_alert_policy.logs : key => policy.display_name },
  )
}

output "channels" {
  description = "Whom they tell, in the project of the watchdog."
  value       = local.channels["main"]
}

output "dashboard" {
  description = "The dashboard, as Google names it; null before there are functions."
  value       = one(google_monitoring_dashboard.watchdog[*].id)
}
