# Yours are in terraform.tfvars; `deployment` and `secret_versions` are written by the command `watchdog`.

variable "name" {
  description = "Everything that is made begins with it."
  type        = string
  default     = "watchdog"
}

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
  default     = "us-central1"
}

variable "keepers" {
  description = "You, and whoever else may say who signs, each as user:NAME@DOMAIN."
  type        = set(string)
}

variable "emails" {
  description = "Whom Google tells when the watchdog itself does not run."
  type        = set(string)
}

variable "keys_project" {
  description = "Another project for the keys database and the gate; null: the same."
  type        = string
  default     = null
}

variable "budget" {
  description = "What a month may cost before Google writes to you. It stops nothing."
  type        = object({ billing_account = string, amount = number, currency = optional(string, "USD") })
  default     = null
}

variable "images" {
  description = "The images of the Berachain node, by digest: REGISTRY/NAME@sha256:DIGEST. docs/your-standby.md says where to look them up."
  type        = object({ execution = string, consensus = string, logs = string })

  validation {
    condition     = alltrue([for image in values(var.images) : !strcontains(image, "0000000000000000")])
    error_message = "images still has the zeros of the example: look up the digests of the releases that you want to run."
  }
}

variable "addresses" {
  description = "Consensus addresses of your validators: a key of one of them on the node is told of at once."
  type        = list(string)
  default     = []
}

variable "database_location" {
  description = "Where the databases are: a region or a multi-region such as eur3. null: `region`. It can never be changed; of databases that are there already it is where they are."
  type        = string
  default     = null
}

variable "keep_databases" {
  description = "false: state and inbox may be deleted, and `terraform destroy` deletes them. The keys database it never does."
  type        = bool
  default     = true
}

variable "backups" {
  description = "Backups of the keys database and of the state."
  type        = bool
  default     = true
}

variable "role_suffix" {
  description = "Another one when Google says that a role of this name has been marked for deletion."
  type        = string
  default     = ""
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
