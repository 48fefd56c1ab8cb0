# Google's own eye on the watchdog: it tells when the watchdog cannot.
module "monitoring" {
  source = "./monitoring"
  # Alerts that wait for ticks begin with the first function.
  count = var.monitoring == null || !local.is_ready ? 0 : 1

  project           = var.project
  name              = var.name
  labels            = local.labels
  region            = var.region
  functions         = { for name, each in local.functions : name => { project = each.project, region = each.region, service = each.service } }
  jobs              = { for name, each in local.jobs : name => "${var.name}-${name}" }
  emails            = var.monitoring.emails
  channels          = var.monitoring.channels
  old_machine_hours = var.monitoring.old_machine_hours
  keepers           = var.keepers
  keys_project      = local.keys_home
  budget            = var.budget
  budget_projects   = local.provisions ? [var.deployment.standbys.project] : []

  depends_on = [google_project_service.api]
}
