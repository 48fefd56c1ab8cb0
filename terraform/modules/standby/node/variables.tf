# What a standby is made of. There are no keys here and no place for any. docs/your-standby.md says how to choose.
# Given as null, each has its default, so that whoever calls this need not repeat them.

variable "chain" {
  description = "The chain that the standby syncs."
  type        = string

  validation {
    condition     = contains(["ethereum", "berachain"], var.chain)
    error_message = "chain must be ethereum or berachain."
  }
}

variable "network" {
  description = "Its network: mainnet, hoodi or sepolia of Ethereum; mainnet or bepolia of Berachain."
  type        = string
  default     = "mainnet"
  nullable    = false

  validation {
    condition     = contains(var.chain == "berachain" ? ["mainnet", "bepolia"] : ["mainnet", "hoodi", "sepolia"], var.network)
    error_message = "network must be mainnet, hoodi or sepolia on Ethereum, and mainnet or bepolia on Berachain."
  }
}

# There is no default: a digest is true for one release, and which release to run is yours to say. Where they are, with the digest of the
# multi-platform index or of linux/amd64 (`skopeo inspect --format '{{.Digest}}' docker://NAME:TAG`, or the registry's own page):
#   execution  docker.io/ethereum/client-go   ghcr.io/berachain/bera-reth
#   consensus  docker.io/sigp/lighthouse      ghcr.io/berachain/beacon-kit
#   logs       docker.io/fluent/fluent-bit
variable "images" {
  description = "The images of the execution client, the consensus client and the log shipper, each as NAME@sha256:DIGEST with the registry in NAME."
  type = object({
    execution = string
    consensus = string
    logs      = string
  })

  validation {
    condition = alltrue([
      for image in values(var.images) :
      can(regex("^[a-z0-9][a-z0-9.-]*\\.[a-z0-9-]+(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._-]*)+@sha256:[0-9a-f]{64}$", image))
    ])
    error_message = "Each image must be REGISTRY/NAME@sha256: and 64 hex digits, without a tag: what runs is what you have chosen, whatever a tag points to later."
  }
}

# Public ones: https://eth-clients.github.io/checkpoint-sync-endpoints/. Best is your own node and a stranger's.
variable "checkpoint_urls" {
  description = "Ethereum: two beacon APIs of different operators. The chain is synced from the first, and not begun unless the second agrees."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.chain == "ethereum" ? length(var.checkpoint_urls) == 2 : length(var.checkpoint_urls) == 0
    error_message = "checkpoint_urls must be two on Ethereum, and none on Berachain."
  }
  validation {
    condition     = alltrue([for url in var.checkpoint_urls : can(regex("^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?$", url))])
    error_message = "Each of checkpoint_urls must be an https URL in lower case without user, query or fragment: keys in URLs end in logs."
  }
  validation {
    condition     = length(distinct([for url in var.checkpoint_urls : try(regex("^https://([^/:]+)", url)[0], url)])) == length(var.checkpoint_urls)
    error_message = "checkpoint_urls must be on two different hosts: one that is asked twice proves nothing."
  }
}

variable "history" {
  description = "Ethereum: what geth keeps of the past: all, postmerge or postprague (geth 1.17 or later). null: as little as it can."
  type        = string
  default     = null

  validation {
    condition     = var.history == null ? true : contains(["all", "postmerge", "postprague"], var.history)
    error_message = "history must be all, postmerge or postprague."
  }
  validation {
    condition     = !(var.history == "postmerge" && var.network == "hoodi")
    error_message = "geth knows no merge on hoodi: history must be all or postprague."
  }
}

variable "execution_cache_mb" {
  description = "Ethereum: megabytes of memory that geth uses for its caches."
  type        = number
  default     = 4096
  nullable    = false

  validation {
    condition     = var.execution_cache_mb >= 1024 && var.execution_cache_mb <= 32768 && floor(var.execution_cache_mb) == var.execution_cache_mb
    error_message = "execution_cache_mb must be a whole number from 1024 to 32768."
  }
}

variable "files" {
  description = "Berachain: where the network's files are, and the digest of each as sha256:HEX or md5:HEX. null: those of beacon-kit at the commit in main.tf. They must fit the release of the client."
  type = object({
    base_url = string
    digests  = map(string)
  })
  default = null

  validation {
    condition     = var.files == null ? true : can(regex("^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?$", var.files.base_url))
    error_message = "files.base_url must be an https URL without user, query or fragment."
  }
  validation {
    condition = var.files == null ? true : alltrue([
      for name, digest in var.files.digests :
      can(regex("^[a-z0-9][a-z0-9._-]*$", name)) && can(regex("^(sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})$", digest))
    ])
    error_message = "files.digests must be plain file names with sha256: and 64, or md5: and 32 hex digits."
  }
  validation {
    condition     = var.files == null ? true : length(setsubtract(["app.toml", "config.toml", "genesis.json", "kzg-trusted-setup.json"], keys(var.files.digests))) == 0
    error_message = "files.digests must have app.toml, config.toml, genesis.json and kzg-trusted-setup.json."
  }
}

variable "snapshot_index_url" {
  description = "Berachain: the list of snapshots, of which the newest pruned ones are restored. null: Berachain's own. Empty: none, and the chain is synced from its beginning, which takes days."
  type        = string
  default     = null

  validation {
    condition     = var.snapshot_index_url == null || var.snapshot_index_url == "" ? true : can(regex("^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*$", var.snapshot_index_url))
    error_message = "snapshot_index_url must be an https URL without user, query or fragment, or empty."
  }
}

variable "seeds" {
  description = "Berachain: seeds of CometBFT, as ID@HOST:PORT. Empty: those of config.toml."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for seed in var.seeds : can(regex("^[0-9a-f]{40}@[a-z0-9.-]+:[0-9]{1,5}$", seed))])
    error_message = "Each of seeds must be 40 hex digits, @, host, : and port."
  }
}

# More options of the clients, such as --maxpeers=80. Not everything can be one: what a node offers stays on loopback, and it signs nothing.
variable "execution_args" {
  description = "More options of the execution client, each as --NAME or --NAME=VALUE."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arg in var.execution_args : can(regex("^--[a-z0-9][a-z0-9.-]*(=[A-Za-z0-9_.,:/@+-]+)?$", arg))])
    error_message = "Each of execution_args must be --NAME or --NAME=VALUE, without spaces, quotes or other signs."
  }
  validation {
    condition     = alltrue([for arg in var.execution_args : !can(regex("addr|api|vhost|cors|origin|jwt|ws|http|rpc|ipc|graphql|metrics|pprof|mine|builder|etherbase|recipient|key|unlock|password|account|signer|datadir|config|override|dev", split("=", arg)[0]))])
    error_message = "execution_args must not say what the client offers and where, where its data is, or anything of keys, accounts and fees."
  }
}

variable "consensus_args" {
  description = "More options of the consensus client, each as --NAME or --NAME=VALUE."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arg in var.consensus_args : can(regex("^--[a-z0-9][a-z0-9._-]*(=[A-Za-z0-9_.,:/@+-]+)?$", arg))])
    error_message = "Each of consensus_args must be --NAME or --NAME=VALUE, without spaces, quotes or other signs."
  }
  validation {
    condition     = alltrue([for arg in var.consensus_args : !can(regex("addr|http|rpc|api|origin|jwt|metrics|pprof|monitoring|builder|recipient|key|validator|slashing|signer|graffiti|datadir|home|execution|engine|insecure|checkpoint|wss", split("=", arg)[0]))])
    error_message = "consensus_args must not say what the client offers and where, where its data is and where it begins, or anything of validators, keys and fees."
  }
}

variable "indices" {
  description = "Ethereum: public indices of your validators, of which the node reports whether it sees them. At most 500."
  type        = list(number)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.indices) <= 500 && alltrue([for index in var.indices : index >= 0 && index < 4294967296 && floor(index) == index])
    error_message = "indices must be at most 500 whole numbers."
  }
  validation {
    condition     = length(distinct(var.indices)) == length(var.indices) && (var.chain == "ethereum" || length(var.indices) == 0)
    error_message = "indices must differ, and are of Ethereum only."
  }
}

variable "addresses" {
  description = "Berachain: consensus addresses of your validators (40 hex digits): a key of one of them on the node is reported as present."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.addresses : can(regex("^[0-9A-Fa-f]{40}$", address))]) && (var.chain == "berachain" || length(var.addresses) == 0)
    error_message = "Each of addresses must be 40 hex digits, and they are of Berachain only."
  }
}

variable "min_free_gib" {
  description = "With less than so many GiB free on the data disk the node is failing."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.min_free_gib >= 10 && var.min_free_gib <= 500 && floor(var.min_free_gib) == var.min_free_gib
    error_message = "min_free_gib must be a whole number from 10 to 500."
  }
}

# All costs below are for us-central1 at list prices FROM MEMORY of November 2026, without tax, discount and traffic. Look yours up before you
# deploy: https://cloud.google.com/compute/all-pricing. A day has 24 hours, a month 730.

# 8 vCPU and 32 GB, at 0.39 USD an hour: 9.30 USD a day. geth takes 8 GB and lighthouse 14; bera-reth and beacond ask for 4 cores and 32 GB.
variable "machine_type" {
  description = "Compute's machine type. Under 8 vCPU and 32 GB no mainnet is known to sync in time."
  type        = string
  default     = "n2-standard-8"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)+$", var.machine_type)) && !can(regex("^(f1|g1|t2a|c4a|n4a|a[0-9]|e2-(micro|small|medium))", var.machine_type))
    error_message = "machine_type must be one of Compute's with x86 processors and cores of its own, such as n2-standard-8."
  }
}

# 30 GiB of pd-balanced at 0.10 USD a GiB and month: 0.10 USD a day. System, images, and 2 GiB of journal.
variable "boot_disk" {
  description = "The disk of the system. The image is a family: a standby that is made has its newest release, security fixes included."
  type = object({
    image    = optional(string, "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64")
    type     = optional(string, "pd-balanced")
    size_gib = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.boot_disk.size_gib >= 20 && var.boot_disk.size_gib <= 200 && floor(var.boot_disk.size_gib) == var.boot_disk.size_gib
    error_message = "boot_disk.size_gib must be a whole number from 20 to 200."
  }
  validation {
    condition     = can(regex("^projects/[a-z0-9-]+/global/images/(family/)?[a-z0-9-]+$", var.boot_disk.image)) && can(regex("^(pd|hyperdisk)-[a-z]+$", var.boot_disk.type))
    error_message = "boot_disk.image must be projects/PROJECT/global/images/(family/)NAME, and boot_disk.type a type of Compute's disks."
  }
}

# 1,000 GiB of pd-ssd at 0.17 USD a GiB and month: 5.60 USD a day. Smaller ones are slower too: 30 operations a second for each GiB.
# pd-balanced would be 3.30 USD, and 6 operations: whether geth catches up on it is not known to us. See docs/your-standby.md for local SSDs.
variable "data_disk" {
  description = "The disk of the chain. kind network: a disk of the given type, which outlives a stop and can be snapshotted. kind local-ssd: one local NVMe SSD, faster, lost at every stop; size_gib is what one of the machine type has (375, or 3000 on z3)."
  type = object({
    kind     = optional(string, "network")
    type     = optional(string, "pd-ssd")
    size_gib = optional(number, 1000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["network", "local-ssd"], var.data_disk.kind)
    error_message = "data_disk.kind must be network or local-ssd."
  }
  validation {
    condition     = var.data_disk.kind == "local-ssd" || contains(["pd-ssd", "pd-balanced", "pd-extreme", "hyperdisk-balanced", "hyperdisk-extreme"], var.data_disk.type)
    error_message = "data_disk.type must be pd-ssd, pd-balanced, pd-extreme, hyperdisk-balanced or hyperdisk-extreme: no chain syncs on a slower one."
  }
  validation {
    condition     = var.data_disk.size_gib >= local.least_gib && var.data_disk.size_gib <= 20000 && floor(var.data_disk.size_gib) == var.data_disk.size_gib
    error_message = "data_disk.size_gib must be a whole number of at least ${local.least_gib} for ${var.network} of ${var.chain}, or the disk is full before the node is synced. One local SSD of 375 GiB is enough for test networks only."
  }
}

variable "drill" {
  description = "A node of the weekly drill: it can never become a holder, and is deleted when it has proven itself."
  type        = bool
  default     = false
  nullable    = false
}

variable "snapshots" {
  description = "Drill nodes only: once synced, the clients are stopped and every identity is wiped, so that the data disk can be snapshotted."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.snapshots || (var.drill && var.data_disk.kind == "network")
    error_message = "snapshots are of drill nodes with a network disk only."
  }
}
