# A network of its own, in which nodes are reached at the ports of their chains and nowhere else.
locals {
  # The number of a region is that of its range and never changes: new regions come last.
  regions = [
    "africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1", "asia-south2",
    "asia-southeast1", "asia-southeast2", "australia-southeast1", "australia-southeast2", "europe-central2", "europe-north1", "europe-north2",
    "europe-southwest1", "europe-west1", "europe-west2", "europe-west3", "europe-west4", "europe-west6", "europe-west8", "europe-west9",
    "europe-west10", "europe-west12", "me-central1", "me-central2", "me-west1", "northamerica-northeast1", "northamerica-northeast2",
    "northamerica-south1", "southamerica-east1", "southamerica-west1", "us-central1", "us-east1", "us-east4", "us-east5", "us-south1",
    "us-west1", "us-west2", "us-west3", "us-west4",
  ]
  ranges = merge({ for number, region in local.regions : region => cidrsubnet("10.86.0.0/16", 8, number) }, var.subnet_ranges)

  # One account, so one list of ports for all nodes: what is open here for the other chain is closed on the machine itself, by its own table.
  p2p_ports = {
    for protocol in ["tcp", "udp"] :
    protocol => [for port in sort(distinct(flatten([for node in module.node : [for port in node.machine.p2p_ports[protocol] : format("%05d", port)]]))) : tonumber(port)]
  }
}

resource "google_compute_network" "this" {
  project                 = local.project
  name                    = "${var.name}-standby"
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"

  depends_on = [google_project_service.this]
}

resource "google_compute_subnetwork" "this" {
  #checkov:skip=CKV_GCP_26:Flow logs of a node that talks to the whole world are billed by the GiB and would tell no more than its own firewall counts.
  for_each = toset([for template in var.standbys.templates : template.region])

  project                  = local.project
  region                   = each.value
  name                     = "${var.name}-standby-${each.value}"
  network                  = google_compute_network.this.id
  ip_cidr_range            = lookup(local.ranges, each.value, null)
  private_ip_google_access = true
  stack_type               = "IPV4_ONLY"

  lifecycle {
    precondition {
      condition     = contains(keys(local.ranges), each.value)
      error_message = "${each.value} is no region that this module knows. Look at gcloud compute regions list; if it is a new one, give its subnet a range: subnet_ranges = { ${each.value} = \"10.86.200.0/24\" }."
    }
  }
}

resource "google_compute_firewall" "p2p" {
  count = var.nat ? 0 : 1

  project                 = local.project
  name                    = "${var.name}-standby-p2p"
  network                 = google_compute_network.this.id
  direction               = "INGRESS"
  priority                = 1000
  source_ranges           = ["0.0.0.0/0"]
  target_service_accounts = [google_service_account.node.email]

  dynamic "allow" {
    for_each = local.p2p_ports
    content {
      protocol = allow.key
      ports    = [for port in allow.value : tostring(port)]
    }
  }
}

resource "google_compute_firewall" "ssh" {
  count = var.ssh ? 1 : 0

  project                 = local.project
  name                    = "${var.name}-standby-ssh"
  network                 = google_compute_network.this.id
  direction               = "INGRESS"
  priority                = 1000
  source_ranges           = ["35.235.240.0/20"]
  target_service_accounts = [google_service_account.node.email]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

# A network begins with this rule unwritten; written down it can be seen, and nobody adds an allowance below it.
resource "google_compute_firewall" "nothing_else" {
  project       = local.project
  name          = "${var.name}-standby-nothing-else"
  network       = google_compute_network.this.id
  direction     = "INGRESS"
  priority      = 65534
  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

resource "google_compute_router" "this" {
  for_each = var.nat ? google_compute_subnetwork.this : {}

  project = local.project
  region  = each.key
  name    = "${var.name}-standby-${each.key}"
  network = google_compute_network.this.id
}

resource "google_compute_router_nat" "this" {
  for_each = google_compute_router.this

  project                            = local.project
  region                             = each.key
  router                             = each.value.name
  name                               = each.value.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  subnetwork {
    name                    = google_compute_subnetwork.this[each.key].id
    source_ip_ranges_to_nat = ["PRIMARY_IP_RANGE"]
  }

  # Chains ask for thousands of connections at once.
  enable_dynamic_port_allocation      = true
  enable_endpoint_independent_mapping = false
  min_ports_per_vm                    = 1024
  max_ports_per_vm                    = 32768

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}
