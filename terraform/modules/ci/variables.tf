# Who may plan.

variable "project" {
  description = "The project of the watchdog."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be the id of a Google project: 6 to 30 of a-z, 0-9 and -."
  }
}

variable "more_projects" {
  description = "Other projects of the same root module, which a plan reads as well: that of the keys, that of the standbys."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for project in var.more_projects : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", project))])
    error_message = "Each of more_projects must be the id of a Google project: 6 to 30 of a-z, 0-9 and -."
  }
}

variable "name" {
  description = "The name of the watchdog."
  type        = string
  default     = "watchdog"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,10}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 12 of a-z, 0-9 and -, and begin with a letter."
  }
}

variable "repository" {
  description = "The repository on GitHub whose workflows may plan, as OWNER/NAME."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$", var.repository))
    error_message = "repository must be OWNER/NAME, without https:// and .git."
  }
}

variable "ref" {
  description = "The one ref whose workflows may plan."
  type        = string
  default     = "refs/heads/main"

  validation {
    condition     = can(regex("^refs/(heads|tags)/[A-Za-z0-9._/-]+$", var.ref))
    error_message = "ref must be whole, such as refs/heads/main: a name alone could be a tag of a stranger."
  }
}

variable "state_bucket" {
  description = "The bucket of the state, which a plan reads; docs/deploy.md says how it is made."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket must be the name of a bucket, without gs://."
  }
}
