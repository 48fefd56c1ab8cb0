# The watchdog in a Google project: functions, databases, scheduler, secrets' places, and who may do what.
terraform {
  # 1.11: arguments that are written and never kept, so that the configuration is not in the state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.21, < 8"
    }
  }
}
