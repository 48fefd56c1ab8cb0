# The state is kept in this folder. Two people, or a machine that may break? docs/deploy.md says how to keep it in a bucket.
terraform {
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.21, < 8"
    }
  }
}
