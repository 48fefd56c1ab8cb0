# The network, the account and the templates of standbys: what `provision` makes nodes from. It makes no machine itself.
terraform {
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.21, < 8"
    }
  }
}
