# Yours are in terraform.tfvars; `deployment` and `secret_versions` are written by the command `watchdog`.

variable "project" {
  description = "Id of your Google project."
  type        = string
}

variable "region" {
  description = "Where the watchdog runs: one of Google's regions, best not where your VPN exit is."
  type        = string
  default     = "europe-west1"
}

variable "witness_region" {
  description = "Where a second look is taken from before a house is called dark; null for none."
  type        = string
  default     = "us-east1"
}

variable "keepers" {
  description = "You, and whoever else may say who signs, each as user:NAME@DOMAIN."
  type        = set(string)
}

variable "emails" {
  description = "Whom Google tells when the watchdog itself does not run."
  type        = set(string)
}

variable "existing_databases" {
  description = "Those of default, inbox and keys that are there already."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.existing_databases, ["default", "inbox", "keys"])) == 0
    error_message = "existing_databases may have default, inbox and keys."
  }
}

variable "deployment" {
  description = "From deployment.auto.tfvars.json, by `watchdog deploy prepare`."
  type        = any
}

variable "secret_versions" {
  description = "From secrets.auto.tfvars.json, by `watchdog secrets set`."
  type        = any
}
