# For google-github-actions/auth.
output "workload_identity_provider" {
  description = "Its input workload_identity_provider."
  value       = google_iam_workload_identity_pool_provider.github.name
}

output "service_account" {
  description = "Its input service_account."
  value       = google_service_account.plan.email
}
