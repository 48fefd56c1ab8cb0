# Where functions come from: a bundle named by its content, an account that builds it and can do nothing else, and a place for what was built.
locals {
  # The function's platform wants its images in its own region.
  repositories = { for each in distinct([for name, function in local.functions : "${local.place[name]}/${function.region}"]) : each => {
    place  = split("/", each)[0]
    region = split("/", each)[1]
  } }
}

resource "google_storage_bucket" "source" {
  #checkov:skip=CKV_GCP_62:it holds what the repository can make again, and nothing of anybody
  #checkov:skip=CKV_GCP_78:a bundle is named by its content, so that none is ever written over
  for_each = local.projects

  project                     = each.value
  name                        = "${each.value}-${var.name}-source"
  location                    = var.region
  labels                      = merge(local.labels, { part = "source" })
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # Bundles can be made again from the repository.
  force_destroy = true

  # Whoever moves the functions leaves it where it is: another one of this name cannot be made first.
  lifecycle {
    ignore_changes = [location]
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_object" "bundle" {
  for_each = local.projects

  bucket       = google_storage_bucket.source[each.key].name
  name         = "functions-${var.deployment.bundle.sha256}.zip"
  source       = local.bundle_path
  content_type = "application/zip"

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = fileexists(local.bundle_path)
      error_message = "There is no ${var.deployment.bundle.path}: run `watchdog deploy prepare .`, which makes it."
    }
    precondition {
      condition     = try(filesha256(local.bundle_path) == var.deployment.bundle.sha256, true)
      error_message = "${var.deployment.bundle.path} is not the bundle that `watchdog deploy prepare` wrote down: run it again."
    }
  }
}

resource "google_artifact_registry_repository" "functions" {
  #checkov:skip=CKV_GCP_84:images of open source, without secrets: a key of our own would cost and protect nothing
  for_each = local.repositories

  project       = local.projects[each.value.place]
  location      = each.value.region
  repository_id = var.name
  format        = "DOCKER"
  labels        = merge(local.labels, { part = "images" })

  cleanup_policies {
    id     = "keep-some"
    action = "KEEP"
    most_recent_versions {
      keep_count = 3
    }
  }
  cleanup_policies {
    id     = "drop-old"
    action = "DELETE"
    condition {
      older_than = "604800s"
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_artifact_registry_repository_iam_member" "build" {
  for_each = local.repositories

  project    = local.projects[each.value.place]
  location   = each.value.region
  repository = google_artifact_registry_repository.functions[each.key].repository_id
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${local.emails["build/${each.value.place}"]}"

  depends_on = [google_service_account.build]
}

resource "google_project_iam_member" "build_logs" {
  for_each = local.projects

  project = each.value
  role    = "roles/logging.logWriter"
  member  = "serviceAccount:${local.emails["build/${each.key}"]}"

  depends_on = [google_service_account.build]
}

# The platform copies the bundle to a bucket of its own, which is there only once there is a function: so it is named by a condition.
resource "google_project_iam_member" "build_source" {
  for_each = local.projects

  project = each.value
  role    = "roles/storage.objectViewer"
  member  = "serviceAccount:${local.emails["build/${each.key}"]}"

  condition {
    title      = "only sources of functions"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.of[each.key].number}-\") || resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.source[each.key].name}\")"
  }

  depends_on = [google_service_account.build]
}
