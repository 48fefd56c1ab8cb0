# The APIs that are used. They stay on when the watchdog goes: something else may use them by then.
locals {
  more_apis = {
    # Those of Compute count for the project that a person's own login is billed to, whichever the machines are in.
    main = concat(var.budget == null ? [] : ["billingbudgets.googleapis.com"], local.provisions ? ["compute.googleapis.com"] : [])
    keys = []
  }
  apis = {
    main = [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "cloudscheduler.googleapis.com",
      "firestore.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "storage.googleapis.com",
    ]
    keys = [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "firestore.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "storage.googleapis.com",
    ]
  }
}

resource "google_project_service" "api" {
  for_each = merge([for place, project in local.projects : { for api in concat(local.apis[place], local.more_apis[place]) : "${place}/${api}" => { project = project, api = api } }]...)

  project            = each.value.project
  service            = each.value.api
  disable_on_destroy = false
}
