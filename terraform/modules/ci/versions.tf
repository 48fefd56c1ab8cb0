# A continuous integration that plans, and shows what an apply would change. It has no key, and cannot apply: whoever can deploy `gate` can say who signs.
terraform {
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.21, < 8"
    }
  }
}
