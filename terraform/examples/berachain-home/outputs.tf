# Read by `watchdog doctor`, and by the basement: terraform output -json basement
output "watchdog" {
  description = "What was deployed and where."
  value       = module.watchdog.watchdog
}

output "basement" {
  description = "What the house must know."
  value       = module.watchdog.basement
}

output "urls" {
  description = "The address of each function."
  value       = module.watchdog.urls
}
