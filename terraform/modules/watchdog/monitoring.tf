# Google's own eye on the watchdog: it tells when the watchdog cannot.
module "monitoring" {
  source = "./monitoring"
  count  = var.monitoring == null ? 0 : 1

  # Metrics come with the first apply and alerts with the functions: Google takes minutes to know a new metric, and refuses an alert on it until then.
  is_ready = local.is_ready

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
