# Workflows show a token that GitHub signs, of which Google believes one repository and one ref.
# https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
resource "google_project_service" "api" {
  for_each = toset(["iam.googleapis.com", "iamcredentials.googleapis.com", "sts.googleapis.com"])

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}

resource "google_iam_workload_identity_pool" "github" {
  project                   = var.project
  workload_identity_pool_id = "${var.name}-github"
  display_name              = "basement-watchdog: GitHub"

  depends_on = [google_project_service.api]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  #checkov:skip=CKV_GCP_125:one repository and one ref are believed, but they are variables, whose values checkov does not see
  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  display_name                       = "GitHub Actions"
  attribute_condition                = "assertion.repository == \"${var.repository}\" && assertion.ref == \"${var.ref}\""
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account" "plan" {
  project      = var.project
  account_id   = "${var.name}-plan"
  display_name = "basement-watchdog: plans, and changes nothing"

  depends_on = [google_project_service.api]
}

resource "google_service_account_iam_member" "github" {
  service_account_id = google_service_account.plan.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/attribute.repository/${var.repository}"
}

# What a plan compares with what is there, and leave to ask with the project's own quota. None of them lets anybody change or be anything.
# https://cloud.google.com/iam/docs/roles-permissions/serviceusage : viewer alone may not use a quota.
resource "google_project_iam_member" "plan" {
  #checkov:skip=CKV_GCP_117:a plan reads everything that there is, and viewer changes nothing
  for_each = { for pair in setproduct(setunion([var.project], var.more_projects), ["roles/viewer", "roles/iam.securityReviewer", "roles/serviceusage.serviceUsageConsumer"]) : "${pair[0]} ${pair[1]}" => { project = pair[0], role = pair[1] } }

  project = each.value.project
  role    = each.value.role
  member  = "serviceAccount:${var.name}-plan@${var.project}.iam.gserviceaccount.com"

  depends_on = [google_service_account.plan]
}

# A plan without a lock (terraform plan -lock=false) writes nothing to the state.
resource "google_storage_bucket_iam_member" "state" {
  bucket = var.state_bucket
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${var.name}-plan@${var.project}.iam.gserviceaccount.com"

  depends_on = [google_service_account.plan]
}
