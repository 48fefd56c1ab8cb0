# What nodes are made from: templates by the names that the configuration has, out of what node/ says.
locals {
  project   = var.standbys.project
  templates = { for template in var.standbys.templates : "${template.region}/${template.name}" => template }
  # What lies on a node is the same in every region.
  kinds = { for key, template in local.templates : join(" ", compact([template.chain, template.machine, template.is_drill ? "drill" : ""])) => template... }
  kind  = { for key, template in local.templates : key => join(" ", compact([template.chain, template.machine, template.is_drill ? "drill" : ""])) }

  machines = { for pair in distinct(flatten([
    for template in var.standbys.templates : [for zone in template.zones : { zone = zone, machine = template.machine, region = template.region }]
  ])) : "${pair.zone}/${pair.machine}" => pair }

  labels = { app = "basement-watchdog" }
}

# Switched off by nobody: other things of the project may need them.
resource "google_project_service" "this" {
  for_each = toset(concat(
    ["compute.googleapis.com", "iam.googleapis.com", "logging.googleapis.com", "monitoring.googleapis.com"],
    var.ssh ? ["iap.googleapis.com", "oslogin.googleapis.com"] : []
  ))

  project            = local.project
  service            = each.value
  disable_on_destroy = false
}

module "node" {
  source   = "./node"
  for_each = local.kinds

  chain              = each.value[0].chain
  machine_type       = each.value[0].machine
  drill              = each.value[0].is_drill
  snapshots          = each.value[0].is_drill && var.nodes[each.value[0].chain].snapshots
  network            = var.nodes[each.value[0].chain].network
  images             = var.nodes[each.value[0].chain].images
  checkpoint_urls    = var.nodes[each.value[0].chain].checkpoint_urls
  history            = var.nodes[each.value[0].chain].history
  execution_cache_mb = var.nodes[each.value[0].chain].execution_cache_mb
  files              = var.nodes[each.value[0].chain].files
  snapshot_index_url = var.nodes[each.value[0].chain].snapshot_index_url
  seeds              = var.nodes[each.value[0].chain].seeds
  execution_args     = var.nodes[each.value[0].chain].execution_args
  consensus_args     = var.nodes[each.value[0].chain].consensus_args
  indices            = var.nodes[each.value[0].chain].indices
  addresses          = var.nodes[each.value[0].chain].addresses
  min_free_gib       = var.nodes[each.value[0].chain].min_free_gib
  boot_disk          = var.nodes[each.value[0].chain].boot_disk
  data_disk          = var.nodes[each.value[0].chain].data_disk
}

data "google_compute_zones" "this" {
  for_each = toset([for template in var.standbys.templates : template.region])

  project = local.project
  region  = each.value

  depends_on = [google_project_service.this]
}

data "google_compute_machine_types" "this" {
  for_each = local.machines

  project = local.project
  zone    = each.value.zone
  filter  = "name = \"${each.value.machine}\""

  lifecycle {
    precondition {
      condition     = contains(data.google_compute_zones.this[each.value.region].names, each.value.zone)
      error_message = "${each.value.region} has no zone ${each.value.zone}. Its zones for this project: ${join(", ", data.google_compute_zones.this[each.value.region].names)}. Correct standbys.nodes in watchdog.yaml, and run watchdog deploy prepare again."
    }
    postcondition {
      condition     = contains(self.machine_types[*].name, each.value.machine)
      error_message = "${each.value.zone} has no machines of the type ${each.value.machine}. Take the zone out of watchdog.yaml, or choose another type (gcloud compute machine-types list --zones ${each.value.zone}), and run watchdog deploy prepare again."
    }
  }

  depends_on = [google_project_service.this]
}

# A template cannot be changed, and provision knows it by its name: when its content changes it is deleted and made anew, within seconds. Two of
# one name there cannot be, so that none is there meanwhile (no create_before_destroy): provision asks again for two minutes. Nodes that are there
# keep what they were made with.
resource "google_compute_region_instance_template" "this" {
  for_each = local.templates

  project              = local.project
  region               = each.value.region
  name                 = each.value.name
  instance_description = each.value.is_drill ? "A drill of basement-watchdog: it never holds keys." : "A standby of basement-watchdog."
  machine_type         = module.node[local.kind[each.key]].machine.type
  can_ip_forward       = false
  metadata             = module.node[local.kind[each.key]].metadata
  # Those by which provision finds its own come from provision: a machine that somebody else makes of this is none of its.
  labels = merge(local.labels, { part = each.value.is_drill ? "drill" : "standby", chain = each.value.chain })

  disk {
    boot         = true
    auto_delete  = true
    source_image = module.node[local.kind[each.key]].machine.boot_disk.image
    disk_type    = module.node[local.kind[each.key]].machine.boot_disk.type
    disk_size_gb = module.node[local.kind[each.key]].machine.boot_disk.size_gib
    labels       = merge(local.labels, { part = "boot", chain = each.value.chain })
  }

  # Neither here nor on the other one a schedule of snapshots: a standby may come to hold what must not be copied.
  disk {
    boot         = false
    auto_delete  = true
    device_name  = module.node[local.kind[each.key]].machine.data_disk.device_name
    type         = module.node[local.kind[each.key]].machine.data_disk.kind == "local-ssd" ? "SCRATCH" : "PERSISTENT"
    interface    = module.node[local.kind[each.key]].machine.data_disk.kind == "local-ssd" ? "NVME" : null
    disk_type    = module.node[local.kind[each.key]].machine.data_disk.type
    disk_size_gb = module.node[local.kind[each.key]].machine.data_disk.size_gib
    # Local SSDs cannot have any.
    labels = module.node[local.kind[each.key]].machine.data_disk.kind == "local-ssd" ? null : merge(local.labels, { part = "chain", chain = each.value.chain })
  }

  network_interface {
    subnetwork = google_compute_subnetwork.this[each.value.region].self_link
    stack_type = "IPV4_ONLY"

    # Other nodes of the chain find it by this address.
    dynamic "access_config" {
      for_each = var.nat ? [] : ["address"]
      content {
        network_tier = "PREMIUM"
      }
    }
  }

  service_account {
    email = google_service_account.node.email
    scopes = [
      "https://www.googleapis.com/auth/logging.write",
      "https://www.googleapis.com/auth/monitoring.write",
    ]
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  # A standby has no time at which Google ends it, for it may come to hold keys; the machine of a drill always has one. A drill's that fails stays
  # stopped, and its time with it: provision deletes it.
  scheduling {
    provisioning_model          = "STANDARD"
    preemptible                 = false
    on_host_maintenance         = "MIGRATE"
    automatic_restart           = !each.value.is_drill
    instance_termination_action = each.value.is_drill ? "DELETE" : null

    dynamic "max_run_duration" {
      for_each = each.value.is_drill ? ["end"] : []
      content {
        seconds = var.drill_hours * 3600
      }
    }
  }

  lifecycle {
    precondition {
      condition = each.value.disk == null ? true : (
        each.value.disk.type == module.node[local.kind[each.key]].machine.data_disk.type &&
        each.value.disk.gib == module.node[local.kind[each.key]].machine.data_disk.size_gib + module.node[local.kind[each.key]].machine.boot_disk.size_gib
      )
      error_message = "watchdog.yaml counts with ${try(each.value.disk.gib, 0)} GiB of ${try(each.value.disk.type, "")} for ${each.value.chain}, but its nodes have ${module.node[local.kind[each.key]].machine.data_disk.size_gib} GiB of ${module.node[local.kind[each.key]].machine.data_disk.type} and ${module.node[local.kind[each.key]].machine.boot_disk.size_gib} GiB to boot from. Correct standbys.nodes.${each.value.chain}.disk there, or nodes.${each.value.chain} here."
    }
  }

  # A machine type that is not there is told of before anything is made of it.
  depends_on = [data.google_compute_machine_types.this]
}
