# What the module `watchdog` knows, and whom to tell.

variable "project" {
  description = "The project of the watchdog."
  type        = string
}

variable "keys_project" {
  description = "The project of the keys database and of `gate`; the same as `project` unless they have one of their own. An alert sees only the logs of its own project."
  type        = string
}

variable "name" {
  description = "Everything that is made begins with it."
  type        = string
}

variable "labels" {
  description = "Labels of everything that can have them."
  type        = map(string)
  default     = {}
}

variable "region" {
  description = "The region of the functions; the dashboard names it."
  type        = string
}

variable "functions" {
  description = "The functions that there are, by name."
  type        = map(object({ project = string, region = string, service = string }))

  validation {
    condition     = contains(keys(var.functions), "watch")
    error_message = "functions must have watch: without it there are no ticks to miss."
  }
  validation {
    condition     = alltrue([for each in values(var.functions) : contains([var.project, var.keys_project], each.project)])
    error_message = "Each of functions must be in project or in keys_project: an alert sees only the logs of its own project."
  }
}

variable "is_ready" {
  description = "False before the first secret is set, when there are no functions yet: then only channels and metrics are made. Google takes minutes to know a new metric, and refuses an alert on it until then."
  type        = bool
  default     = true
}

variable "jobs" {
  description = "The names of the scheduler's jobs, by their short ones."
  type        = map(string)

  validation {
    condition     = length(var.jobs) > 0 || !var.is_ready
    error_message = "jobs must name the scheduler's jobs: without one nothing calls the watchdog."
  }
}

variable "emails" {
  description = "Addresses that Google writes to. Best read on another way than the watchdog's own messages come by."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[A-Za-z]{2,}$", email))])
    error_message = "Each of emails must be an address, as name@host: Google sends what it notices there, and says nothing when it cannot."
  }
}

variable "channels" {
  description = "Notification channels that exist, each as projects/PROJECT/notificationChannels/NUMBER: `gcloud beta monitoring channels list` shows them."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for channel in var.channels : can(regex("^projects/[a-z][a-z0-9-]{4,28}[a-z0-9]/notificationChannels/[0-9]+$", channel))])
    error_message = "Each of channels must be projects/PROJECT/notificationChannels/NUMBER: `gcloud beta monitoring channels list --format='value(name)'` shows them."
  }
  validation {
    condition     = alltrue([for channel in var.channels : startswith(channel, "projects/${var.project}/") || startswith(channel, "projects/${var.keys_project}/")])
    error_message = "Each of channels must be one of project, or of keys_project: an alert can use those of its own project only."
  }
  validation {
    condition     = length(var.emails) > 0 || alltrue([for project in [var.project, var.keys_project] : anytrue([for channel in var.channels : startswith(channel, "projects/${project}/")])])
    error_message = "Nobody would be told: give emails, or channels in project and in keys_project, for each alert can use those of its own project only. An alert that nobody gets is none."
  }
}

variable "old_machine_hours" {
  description = "From when on `provision` calls a machine old; it gets the same number, and this one stands in what people read."
  type        = number
  default     = 72

  validation {
    condition     = var.old_machine_hours >= 1 && var.old_machine_hours <= 8760 && floor(var.old_machine_hours) == var.old_machine_hours
    error_message = "old_machine_hours must be a whole number from 1 to 8760."
  }
}

variable "keepers" {
  description = "Who may write the keys database, each as user:NAME@DOMAIN. A write of anybody else is told of, refused ones too."
  type        = set(string)

  validation {
    condition     = length(var.keepers) > 0 && alltrue([for keeper in var.keepers : can(regex("^user:[^@\\s:\"]+@[^@\\s:\"]+$", keeper))])
    error_message = "keepers must name at least one person, each as user:NAME@DOMAIN: a write of anybody else is told of."
  }
}

variable "budget" {
  description = "What the projects may cost in a month; Google writes at half, nine tenths and all of it, and when the month is on the way there. It stops nothing. null: none."
  type = object({
    billing_account = string
    amount          = number
    currency        = optional(string, "USD")
  })
  default = null

  validation {
    condition     = var.budget == null ? true : can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "budget.billing_account must be like 012345-6789AB-CDEF01: `gcloud billing accounts list` shows it."
  }
  validation {
    condition     = var.budget == null ? true : var.budget.amount >= 1 && floor(var.budget.amount) == var.budget.amount
    error_message = "budget.amount must be a whole number from 1, for a month, in budget.currency."
  }
  validation {
    condition     = var.budget == null ? true : can(regex("^[A-Z]{3}$", var.budget.currency))
    error_message = "budget.currency must be the currency of the billing account, in three capital letters, such as USD: Google refuses any other."
  }
}

variable "budget_projects" {
  description = "More projects whose costs count: that of the standbys, when it is another one. Their machines are most of what there is to pay."
  type        = set(string)
  default     = []
}
