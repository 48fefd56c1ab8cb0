# What an operator says. What follows from watchdog.yaml is in `deployment`, which `watchdog deploy prepare` writes.

variable "project" {
  description = "Id of the Google project that the watchdog lives in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be the id of a Google project (6 to 30 of a-z, 0-9 and -), not its name or number: `gcloud projects list` shows it."
  }
}

variable "keys_project" {
  description = "Id of another project for the keys database and the function `gate`, so that whoever may deploy the watchdog need not be able to say who signs. null: all in one project."
  type        = string
  default     = null

  validation {
    condition     = var.keys_project == null ? true : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.keys_project))
    error_message = "keys_project must be the id of a Google project (6 to 30 of a-z, 0-9 and -), or null."
  }
  validation {
    condition     = var.keys_project == null || var.keys_project != var.project
    error_message = "keys_project is the same as project: leave it out, or name another one."
  }
}

variable "name" {
  description = "Everything that is made begins with it, but the databases: one watchdog a project."
  type        = string
  default     = "watchdog"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,10}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 12 of a-z, 0-9 and -, and begin with a letter: names of accounts may not be longer."
  }
}

# https://cloud.google.com/iam/docs/creating-custom-roles#deleting-custom-role
variable "role_suffix" {
  description = "Ends the names of the custom roles. Google lets nobody use the name of a role that was deleted a week ago or more for another month: then another suffix makes other names."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[a-z0-9_]{0,8}$", var.role_suffix))
    error_message = "role_suffix must be at most 8 of a-z, 0-9 and _."
  }
}

variable "region" {
  description = "Google's region of the functions, the scheduler and, unless `database_location` says otherwise, the databases. Best not the one that your VPN exit is in."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]{1,2}$", var.region))
    error_message = "region must be one of Google's, such as europe-west1: `gcloud functions regions list --gen2` shows them. A zone (europe-west1-b) is not a region."
  }
}

variable "witness_region" {
  description = "The region of `witness`, which looks at a house once more before it is called dark. It must not be `region`. null: no witness."
  type        = string

  validation {
    condition     = var.witness_region == null ? true : can(regex("^[a-z]+-[a-z]+[0-9]{1,2}$", var.witness_region))
    error_message = "witness_region must be one of Google's regions, such as us-east1, or null."
  }
  validation {
    condition     = var.witness_region == null || var.witness_region != var.region
    error_message = "witness_region is the same as region: a witness at the same place sees the same, and proves nothing. Name another one, or null for none."
  }
}

variable "database_location" {
  description = "Where the three databases are: a region, or a multi-region such as eur3 or nam5. null: `region`. It can never be changed."
  type        = string
  default     = null

  validation {
    condition     = var.database_location == null ? true : can(regex("^([a-z]+-[a-z]+[0-9]{1,2}|eur3|nam5|nam7)$", var.database_location))
    error_message = "database_location must be a region such as europe-west1, or eur3, nam5 or nam7."
  }
}

variable "keepers" {
  description = "The persons who hand keys over: they may write the keys database, and `watchdog doctor` accepts nobody else who could. Each as user:NAME@DOMAIN."
  type        = set(string)

  validation {
    condition     = length(var.keepers) > 0
    error_message = "keepers must name at least one person, as user:NAME@DOMAIN: nobody else may ever say who signs."
  }
  validation {
    condition     = alltrue([for keeper in var.keepers : can(regex("^user:[^@\\s:]+@[^@\\s:]+\\.[a-z]{2,}$", keeper))])
    error_message = "Each of keepers must be a person, as user:NAME@DOMAIN: no group, whose members change unseen, no service account and no domain."
  }
}

# The shape is that of deployment.auto.tfvars.json.
variable "deployment" {
  description = "What follows from watchdog.yaml: made by `watchdog deploy prepare`, never by hand."
  type = object({
    version   = string
    bundle    = object({ path = string, sha256 = string })
    config    = object({ path = string, sha256 = string })
    functions = map(object({ secrets = list(string) }))
    sites     = list(string)
    signers   = list(string)
    urls      = object({ acknowledge = optional(string), gate = optional(string) })
    heartbeats = list(object({
      site   = string
      source = string
      secret = string
    }))
    fences = list(object({
      signer = string
      fence  = string
      secret = string
    }))
    gate_public_keys = list(string)
    standbys = optional(object({
      project      = string
      prefix       = string
      max_standbys = number
      templates = list(object({
        chain    = string
        region   = string
        zones    = list(string)
        name     = string
        machine  = string
        is_drill = bool
      }))
    }))
  })

  validation {
    condition     = length(setsubtract(keys(var.deployment.functions), ["watch", "witness", "deliver", "provision", "heartbeat", "gate", "ack", "status", "daily"])) == 0
    error_message = "deployment.functions names a function that this module does not know: the module and the command `watchdog` are of different releases. Run `watchdog deploy prepare` of this release."
  }
  validation {
    condition     = length(setsubtract(["watch", "deliver", "status", "daily"], keys(var.deployment.functions))) == 0
    error_message = "deployment.functions must have watch, deliver, status and daily: run `watchdog deploy prepare` again, and do not edit its file."
  }
  validation {
    condition     = length(var.deployment.sites) > 0 && length(distinct(var.deployment.sites)) == length(var.deployment.sites)
    error_message = "deployment.sites must name each site once: two sites of watchdog.yaml have one id, or there is none. Correct it and run `watchdog deploy prepare` again."
  }
  validation {
    condition     = alltrue([for digest in [var.deployment.bundle.sha256, var.deployment.config.sha256] : can(regex("^[0-9a-f]{64}$", digest))])
    error_message = "deployment must have the SHA-256 of bundle and configuration: run `watchdog deploy prepare` again, and do not edit its file."
  }
}

variable "secret_versions" {
  description = "Which version of its secret each function reads, and which names are in it: written by `watchdog secrets set`. {} before the first: then everything but the functions is made."
  type = map(object({
    version = number
    names   = list(string)
  }))

  validation {
    condition     = alltrue([for each in values(var.secret_versions) : each.version >= 1 && floor(each.version) == each.version])
    error_message = "secret_versions must have whole numbers from 1: run `watchdog secrets pull` to read them anew."
  }
}

variable "standby" {
  description = "The module `standby`, whose templates `provision` makes machines of. null without standbys."
  type = object({
    project              = string
    node_service_account = object({ email = string, name = string })
    network              = string
    templates            = list(object({ name = string, region = string, is_drill = bool }))
  })
  default = null
}

variable "shards" {
  description = "So many jobs a minute share the sites. Each over the third costs 10 cents a month; one carries 200 endpoints in a second."
  type        = number
  default     = 1

  validation {
    condition     = var.shards >= 1 && var.shards <= 100 && floor(var.shards) == var.shards
    error_message = "shards must be a whole number from 1 to 100."
  }
}

variable "daily_at" {
  description = "When `daily` sweeps and asks for the weekly drills: HH:MM, in UTC."
  type        = string
  default     = "09:17"

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.daily_at))
    error_message = "daily_at must be a time of day in UTC, such as 09:17."
  }
}

variable "keep_databases" {
  description = "Databases are protected, and `terraform destroy` leaves them where they are. false: those of state and inbox can be deleted; the keys database never is."
  type        = bool
  default     = true
}

variable "backups" {
  description = "Daily and weekly backups of the keys database, and weekly ones of the state. Cents a month; Google has no free part of them."
  type        = bool
  default     = true
}

variable "monitoring" {
  description = "Whom Google itself tells when the watchdog does not run: e-mail addresses, and names of notification channels that exist. Best another way than the watchdog's own. null: nobody, which `watchdog deploy check` does not accept."
  type = object({
    emails            = optional(set(string), [])
    channels          = optional(set(string), [])
    old_machine_hours = optional(number, 72)
  })

  validation {
    condition     = var.monitoring == null ? true : length(var.monitoring.emails) + length(var.monitoring.channels) > 0
    error_message = "monitoring must have an e-mail address or a channel: an alert that nobody gets is none."
  }
}

variable "budget" {
  description = "A budget of the project: Google writes at half, nine tenths and all of it. It stops nothing. null: none."
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
    condition     = var.budget == null ? true : var.budget.amount >= 1 && var.budget.amount <= 1000000
    error_message = "budget.amount must be a number from 1 to 1000000, for a month, in budget.currency."
  }
}

variable "labels" {
  description = "More labels for everything that can have them."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "labels must be of a-z, 0-9, _ and -, and their names must begin with a letter."
  }
  validation {
    condition     = length(setintersection(keys(var.labels), ["app", "part"])) == 0
    error_message = "labels must not have app or part: those are the watchdog's own."
  }
}
