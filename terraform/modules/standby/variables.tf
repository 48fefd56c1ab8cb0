# What the configuration says of standbys, and what lies on their nodes. docs/your-standby.md says how to choose.

variable "name" {
  description = "The network and the nodes' account are called NAME-standby and NAME-node."
  type        = string
  default     = "watchdog"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,11}$", var.name))
    error_message = "name must be 1 to 12 of a-z, 0-9 and -, and begin with a letter."
  }
}

variable "standbys" {
  description = "What watchdog.yaml says of standbys, as `watchdog deploy prepare` writes it: `deployment.standbys`. drill_hours is after how long a drill has failed; disk, where it is given, is what the configuration says that the disks are: type of the data disk, and GiB of all together."
  type = object({
    project      = string
    prefix       = string
    max_standbys = number
    drill_hours  = optional(number, 0)
    templates = list(object({
      chain    = string
      region   = string
      zones    = list(string)
      name     = string
      machine  = string
      is_drill = bool
      disk     = optional(object({ type = string, gib = number }))
    }))
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.standbys.project))
    error_message = "standbys.project must be the id of a Google project: 6 to 30 of a-z, 0-9 and -."
  }
  validation {
    condition     = can(regex("^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$", var.standbys.prefix))
    error_message = "standbys.prefix must be 1 to 20 of a-z, 0-9 and -."
  }
  validation {
    condition     = var.standbys.max_standbys >= 1 && var.standbys.max_standbys <= 50 && floor(var.standbys.max_standbys) == var.standbys.max_standbys
    error_message = "standbys.max_standbys must be a whole number from 1 to 50."
  }
  validation {
    condition     = length(var.standbys.templates) > 0
    error_message = "standbys.templates must have one at least: name a place in standbys.nodes of watchdog.yaml, and run watchdog deploy prepare again."
  }
  validation {
    condition     = alltrue([for template in var.standbys.templates : contains(["ethereum", "berachain"], template.chain)])
    error_message = "The chain of each template must be ethereum or berachain."
  }
  validation {
    condition     = alltrue([for template in var.standbys.templates : can(regex("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", template.name))])
    error_message = "The name of each template must be 1 to 63 of a-z, 0-9 and -, begin with a letter and not end with -."
  }
  validation {
    condition     = length(distinct([for template in var.standbys.templates : "${template.region}/${template.name}"])) == length(var.standbys.templates)
    error_message = "Two templates of one region must not have one name: give template and drillTemplate names of their own in watchdog.yaml."
  }
  validation {
    condition     = alltrue([for template in var.standbys.templates : length(template.zones) > 0 && alltrue([for zone in template.zones : can(regex("^${template.region}-[a-z]$", zone))])])
    error_message = "Each template needs zones of its own region, such as europe-west3-a of europe-west3."
  }
  validation {
    condition = alltrue([
      for drill in var.standbys.templates :
      !drill.is_drill || anytrue([for template in var.standbys.templates : !template.is_drill && template.chain == drill.chain && template.region == drill.region && template.machine == drill.machine])
    ])
    error_message = "A drill's template needs the template that it is a drill for: one of the same chain, region and machine type that is no drill's."
  }
}

variable "nodes" {
  description = "What lies on the nodes, by chain: the variables of node/, each with the default that it has there. machine_type and drill come from standbys. snapshots is of drills: docs/drill.md."
  type = map(object({
    network            = optional(string)
    images             = object({ execution = string, consensus = string, logs = string })
    checkpoint_urls    = optional(list(string))
    history            = optional(string)
    execution_cache_mb = optional(number)
    files              = optional(object({ base_url = string, digests = map(string) }))
    snapshot_index_url = optional(string)
    seeds              = optional(list(string))
    execution_args     = optional(list(string))
    consensus_args     = optional(list(string))
    indices            = optional(list(number))
    addresses          = optional(list(string))
    min_free_gib       = optional(number)
    boot_disk          = optional(object({ image = optional(string), type = optional(string), size_gib = optional(number) }))
    data_disk          = optional(object({ kind = optional(string), type = optional(string), size_gib = optional(number) }))
    snapshots          = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = length(setsubtract([for template in var.standbys.templates : template.chain], keys(var.nodes))) == 0
    error_message = "nodes must have each chain that standbys has a template for: its images, and for ethereum its checkpoint_urls."
  }
  validation {
    condition     = length(setsubtract(keys(var.nodes), [for template in var.standbys.templates : template.chain])) == 0
    error_message = "nodes has a chain that standbys has no template for: take it out, or name a place for it in standbys.nodes of watchdog.yaml."
  }
  validation {
    condition     = alltrue([for chain, node in var.nodes : !node.snapshots || anytrue([for template in var.standbys.templates : template.chain == chain && template.is_drill])])
    error_message = "snapshots are made by drills: name a drillTemplate for the chain in watchdog.yaml, or take snapshots out."
  }
}

variable "drill_hours" {
  description = "After so long Google deletes the machine of a drill, whatever happens. Longer than standbys.drill.syncWithin of watchdog.yaml, by what booting, wiping and the snapshot take: a day more."
  type        = number
  default     = 72
  nullable    = false

  validation {
    condition     = var.drill_hours >= 2 && var.drill_hours <= 192 && floor(var.drill_hours) == var.drill_hours
    error_message = "drill_hours must be a whole number from 2 to 192: standbys.drill.syncWithin of watchdog.yaml (48h by default), and a day more."
  }
  validation {
    condition     = var.drill_hours >= var.standbys.drill_hours + 2
    error_message = "drill_hours must be two hours more than standbys.drill.syncWithin of watchdog.yaml (${var.standbys.drill_hours} hours), or Google deletes the machine of a drill that may still come to its end."
  }
}

variable "ssh" {
  description = "Whether people reach nodes by SSH through Identity-Aware Proxy. It lets nobody in by itself: that takes roles, and docs/handover.md needs it. false: not even then."
  type        = bool
  default     = true
  nullable    = false
}

variable "nat" {
  description = "Nodes without an address of their own, which go out by Cloud NAT. Nobody finds them then: fewer peers, a longer sync, and a bill for each GiB."
  type        = bool
  default     = false
  nullable    = false
}

variable "subnet_ranges" {
  description = "Ranges of the subnets by region, where the defaults of main.tf (10.86.N.0/24) are taken, or for a region that it does not know. To change one that is in use, release the nodes first."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for range in values(var.subnet_ranges) : can(cidrnetmask(range)) && can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\.", range)) && can(regex("/(1[6-9]|2[0-8])$", range))])
    error_message = "Each of subnet_ranges must be a private IPv4 range from /16 to /28, such as 10.99.1.0/24."
  }
}
