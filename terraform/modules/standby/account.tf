# Who a node is: an account that may write logs and metrics, and no more. There is no key of it; the machine itself is asked who it is.
resource "google_service_account" "node" {
  project      = local.project
  account_id   = "${var.name}-node"
  display_name = "Standbys of basement-watchdog: logs and metrics only"

  depends_on = [google_project_service.this]
}

resource "google_project_iam_member" "node" {
  for_each = toset(["roles/logging.logWriter", "roles/monitoring.metricWriter"])

  project = local.project
  role    = each.value
  member  = google_service_account.node.member
}
