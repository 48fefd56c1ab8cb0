# What is planned for two chains in two regions, with a drill.
mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  standbys = {
    project      = "my-standbys"
    prefix       = "bw"
    max_standbys = 2
    templates = [
      { chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a", "europe-west3-b"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false },
      { chain = "ethereum", region = "europe-west1", zones = ["europe-west1-b"], name = "bw-ethereum-europe-west1", machine = "n2-standard-8", is_drill = false },
      { chain = "berachain", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-berachain-europe-west3", machine = "e2-standard-8", is_drill = false },
      { chain = "berachain", region = "europe-west1", zones = ["europe-west1-b"], name = "bw-berachain-europe-west1", machine = "e2-standard-8", is_drill = false },
      { chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-drill-europe-west3", machine = "n2-standard-8", is_drill = true },
    ]
  }
  nodes = {
    ethereum = {
      checkpoint_urls = ["https://beacon.one.example.com", "https://beacon.two.example.org"]
      indices         = [123456]
      snapshots       = true
      images = {
        execution = "docker.io/ethereum/client-go@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        consensus = "docker.io/sigp/lighthouse@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        logs      = "docker.io/fluent/fluent-bit@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
      }
    }
    berachain = {
      data_disk = { size_gib = 1500 }
      images = {
        execution = "ghcr.io/berachain/bera-reth@sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
        consensus = "ghcr.io/berachain/beacon-kit@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
        logs      = "docker.io/fluent/fluent-bit@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
      }
    }
  }
}

run "templates_that_anybody_may_read" {
  command = plan

  # Templates are called and placed as the configuration says.
  assert {
    condition = { for key, template in google_compute_region_instance_template.this : key => "${template.region} ${template.name} ${template.machine_type}" } == {
      "europe-west3/bw-ethereum-europe-west3"       = "europe-west3 bw-ethereum-europe-west3 n2-standard-8"
      "europe-west1/bw-ethereum-europe-west1"       = "europe-west1 bw-ethereum-europe-west1 n2-standard-8"
      "europe-west3/bw-berachain-europe-west3"      = "europe-west3 bw-berachain-europe-west3 e2-standard-8"
      "europe-west1/bw-berachain-europe-west1"      = "europe-west1 bw-berachain-europe-west1 e2-standard-8"
      "europe-west3/bw-ethereum-drill-europe-west3" = "europe-west3 bw-ethereum-drill-europe-west3 n2-standard-8"
    }
    error_message = "provision finds a template by region and name."
  }
  assert {
    condition     = alltrue([for template in google_compute_region_instance_template.this : template.project == "my-standbys"])
    error_message = "Templates belong into the project of the standbys."
  }

  # Only the machine of a drill has an end.
  assert {
    condition = alltrue([
      for key, template in google_compute_region_instance_template.this :
      length(template.scheduling[0].max_run_duration) == 0 && template.scheduling[0].instance_termination_action == null && template.scheduling[0].termination_time == null && template.scheduling[0].automatic_restart
      if !strcontains(key, "drill")
    ])
    error_message = "A standby may come to hold keys: nothing ends it by itself."
  }
  assert {
    condition = alltrue([
      for key, template in google_compute_region_instance_template.this :
      template.scheduling[0].max_run_duration[0].seconds == 259200 && template.scheduling[0].instance_termination_action == "DELETE" && !template.scheduling[0].automatic_restart
      if strcontains(key, "drill")
    ])
    error_message = "A drill's machine is deleted after 72 hours, whatever happens."
  }
  assert {
    condition     = alltrue([for template in google_compute_region_instance_template.this : template.scheduling[0].provisioning_model == "STANDARD" && !template.scheduling[0].preemptible && template.scheduling[0].on_host_maintenance == "MIGRATE"])
    error_message = "Google takes no machine back, and moves one that has to move."
  }

  # Nothing copies a disk.
  assert {
    condition     = alltrue(flatten([for template in google_compute_region_instance_template.this : [for disk in template.disk : disk.resource_policies == null && disk.source_snapshot == null && disk.source == null && disk.auto_delete]]))
    error_message = "A disk of a standby has no schedule of snapshots, begins with none, and goes with its machine."
  }
  assert {
    condition     = alltrue([for template in google_compute_region_instance_template.this : template.resource_policies == null])
    error_message = "A standby has no policy, neither of snapshots nor of hours."
  }

  # The disks.
  assert {
    condition     = alltrue([for template in google_compute_region_instance_template.this : length(template.disk) == 2 && template.disk[0].boot && !template.disk[1].boot && template.disk[1].device_name == "chain" && template.disk[1].type == "PERSISTENT" && template.disk[1].disk_type == "pd-ssd"])
    error_message = "The data disk is the device chain, by which the node finds it and a drill keeps it."
  }
  assert {
    condition     = alltrue([for template in google_compute_region_instance_template.this : template.disk[0].source_image == "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64" && template.disk[0].disk_size_gb == 30])
    error_message = "A node boots the newest image of the family."
  }
  assert {
    condition     = google_compute_region_instance_template.this["europe-west3/bw-ethereum-europe-west3"].disk[1].disk_size_gb == 1000 && google_compute_region_instance_template.this["europe-west3/bw-berachain-europe-west3"].disk[1].disk_size_gb == 1500
    error_message = "Each chain has the disk that nodes says."
  }

  # An account that may write logs and metrics.
  assert {
    condition     = toset([for member in google_project_iam_member.node : member.role]) == toset(["roles/logging.logWriter", "roles/monitoring.metricWriter"])
    error_message = "A node's account has these two roles and no others."
  }
  assert {
    condition     = alltrue([for member in google_project_iam_member.node : member.project == "my-standbys" && member.member == "serviceAccount:watchdog-node@my-standbys.iam.gserviceaccount.com"])
    error_message = "They are the account's, in the project of the standbys."
  }
  assert {
    condition = alltrue([
      for template in google_compute_region_instance_template.this :
      template.service_account[0].email == google_service_account.node.email && toset(template.service_account[0].scopes) == toset(["https://www.googleapis.com/auth/logging.write", "https://www.googleapis.com/auth/monitoring.write"])
    ])
    error_message = "A token from the machine is good for logs and metrics alone."
  }

  # A machine that shows what it boots.
  assert {
    condition     = alltrue([for template in google_compute_region_instance_template.this : template.shielded_instance_config[0].enable_secure_boot && template.shielded_instance_config[0].enable_vtpm && template.shielded_instance_config[0].enable_integrity_monitoring && !template.can_ip_forward])
    error_message = "Standbys are shielded machines."
  }
  assert {
    condition = alltrue([
      for template in google_compute_region_instance_template.this :
      { for key, value in template.metadata : key => value if key != "user-data" } == { block-project-ssh-keys = "TRUE", enable-guest-attributes = "TRUE", enable-oslogin = "TRUE", serial-port-enable = "FALSE" } && template.metadata_startup_script == null
    ])
    error_message = "The metadata of node/ and no other: no SSH keys, no serial port, no script."
  }

  # No place for a key or a fee.
  assert {
    condition     = alltrue([for template in google_compute_region_instance_template.this : !can(regex("(?i)suggested-fee-recipient|fee_recipient|voting-keystore|keystore-m_|BEGIN [A-Z ]*PRIVATE KEY|mnemonic *=|lighthouse (vc|validator)|authorized_keys:", template.metadata["user-data"]))])
    error_message = "Nothing on a node is a key, is for a validator client or pays anybody."
  }

  # Only what a drill makes is wiped.
  assert {
    condition     = { for key, template in google_compute_region_instance_template.this : key => can(regex("WIPE_WHEN_SYNCED=.{0,2}yes", template.metadata["user-data"])) if strcontains(key, "ethereum") && strcontains(key, "west3") } == { "europe-west3/bw-ethereum-europe-west3" = false, "europe-west3/bw-ethereum-drill-europe-west3" = true }
    error_message = "snapshots is of the drill alone."
  }

  # The same node in every region.
  assert {
    condition     = google_compute_region_instance_template.this["europe-west3/bw-ethereum-europe-west3"].metadata == google_compute_region_instance_template.this["europe-west1/bw-ethereum-europe-west1"].metadata
    error_message = "What lies on a node does not depend on where it is."
  }

  # Labels say what it is and never whose.
  assert {
    condition = { for key, template in google_compute_region_instance_template.this : key => template.labels if strcontains(key, "ethereum") && strcontains(key, "west3") } == {
      "europe-west3/bw-ethereum-europe-west3"       = tomap({ app = "basement-watchdog", part = "standby", chain = "ethereum" })
      "europe-west3/bw-ethereum-drill-europe-west3" = tomap({ app = "basement-watchdog", part = "drill", chain = "ethereum" })
    }
    error_message = "The labels by which provision knows its own must come from provision."
  }
  assert {
    condition     = alltrue(flatten([for template in google_compute_region_instance_template.this : [for disk in template.disk : disk.labels["app"] == "basement-watchdog"]]))
    error_message = "Disks carry the label too."
  }
}

run "a_network_that_nobody_enters_but_other_nodes" {
  command = plan

  # A subnet in each region.
  assert {
    condition     = { for region, subnet in google_compute_subnetwork.this : region => "${subnet.name} ${subnet.ip_cidr_range}" } == { europe-west1 = "watchdog-standby-europe-west1 10.86.16.0/24", europe-west3 = "watchdog-standby-europe-west3 10.86.18.0/24" }
    error_message = "A region has one subnet, whose range does not depend on which other regions there are."
  }
  assert {
    condition     = google_compute_network.this.auto_create_subnetworks == false
    error_message = "No subnets but ours."
  }

  # In come other nodes and nobody else.
  assert {
    condition     = jsonencode({ for allowed in google_compute_firewall.p2p[0].allow : allowed.protocol => allowed.ports }) == jsonencode({ tcp = ["9000", "26656", "30303"], udp = ["9000", "9001", "9200", "30303"] })
    error_message = "Only the p2p ports of the chains are open."
  }
  assert {
    condition     = google_compute_firewall.p2p[0].direction == "INGRESS" && one(google_compute_firewall.p2p[0].target_service_accounts) == google_service_account.node.email && google_compute_firewall.p2p[0].target_tags == null
    error_message = "They are open on nodes alone, which are known by their account."
  }
  assert {
    condition     = one(google_compute_firewall.ssh[0].source_ranges) == "35.235.240.0/20" && one(google_compute_firewall.ssh[0].allow).protocol == "tcp" && one(google_compute_firewall.ssh[0].allow).ports == tolist(["22"]) && one(google_compute_firewall.ssh[0].target_service_accounts) == google_service_account.node.email
    error_message = "SSH comes from Identity-Aware Proxy alone."
  }
  assert {
    condition     = one(google_compute_firewall.nothing_else.deny).protocol == "all" && one(google_compute_firewall.nothing_else.source_ranges) == "0.0.0.0/0" && google_compute_firewall.nothing_else.priority > google_compute_firewall.p2p[0].priority && length(google_compute_firewall.nothing_else.allow) == 0 && google_compute_firewall.nothing_else.target_service_accounts == null
    error_message = "Everything else is refused, to whatever is in the network."
  }
  assert {
    condition     = jsonencode(output.p2p_ports) == jsonencode({ tcp = [9000, 26656, 30303], udp = [9000, 9001, 9200, 30303] })
    error_message = "The ports must be told."
  }

  # An address of its own and no nat.
  assert {
    condition     = alltrue([for template in google_compute_region_instance_template.this : length(template.network_interface) == 1 && length(template.network_interface[0].access_config) == 1 && template.network_interface[0].access_config[0].network_tier == "PREMIUM"])
    error_message = "Other nodes find it by an address."
  }
  assert {
    condition     = length(google_compute_router_nat.this) == 0 && length(google_compute_router.this) == 0
    error_message = "NAT is billed, and off by default."
  }
}

run "another_range" {
  command = plan
  variables {
    subnet_ranges = { europe-west3 = "192.168.40.0/26" }
  }

  assert {
    condition     = google_compute_subnetwork.this["europe-west3"].ip_cidr_range == "192.168.40.0/26" && google_compute_subnetwork.this["europe-west1"].ip_cidr_range == "10.86.16.0/24"
    error_message = "A range that is given is the one that is taken."
  }
}

run "the_ports_of_one_chain_alone" {
  command = plan
  variables {
    standbys = {
      project = "my-standbys", prefix = "bw", max_standbys = 1
      templates = [
        { chain = "berachain", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-berachain", machine = "e2-standard-8", is_drill = false },
      ]
    }
    nodes = { berachain = var.nodes.berachain }
  }

  assert {
    condition     = jsonencode({ for allowed in google_compute_firewall.p2p[0].allow : allowed.protocol => allowed.ports }) == jsonencode({ tcp = ["26656", "30303"], udp = ["9200", "30303"] })
    error_message = "Ports of a chain that is not there stay closed."
  }
}

run "without_ssh" {
  command = plan
  variables {
    ssh = false
  }

  assert {
    condition     = length(google_compute_firewall.ssh) == 0 && !contains(keys(google_project_service.this), "iap.googleapis.com")
    error_message = "Nobody comes in by SSH, not even through the proxy."
  }
}

run "nat_instead_of_an_address" {
  command = plan
  variables {
    nat = true
  }

  assert {
    condition     = alltrue([for template in google_compute_region_instance_template.this : length(template.network_interface[0].access_config) == 0])
    error_message = "Behind NAT a node has no address."
  }
  assert {
    condition     = length(google_compute_firewall.p2p) == 0 && jsonencode(output.p2p_ports) == jsonencode({ tcp = [], udp = [] })
    error_message = "Where nobody comes in nothing is open."
  }
  assert {
    condition     = toset(keys(google_compute_router_nat.this)) == toset(["europe-west1", "europe-west3"])
    error_message = "Each region has its NAT."
  }
}

run "the_end_of_a_longer_drill" {
  command = plan
  variables {
    drill_hours = 100
  }

  assert {
    condition     = google_compute_region_instance_template.this["europe-west3/bw-ethereum-drill-europe-west3"].scheduling[0].max_run_duration[0].seconds == 360000
    error_message = "The end follows drill_hours."
  }
}

run "a_local_disk" {
  command = plan
  variables {
    nodes = {
      berachain = var.nodes.berachain
      ethereum  = merge(var.nodes.ethereum, { network = "hoodi", snapshots = false, data_disk = { kind = "local-ssd", size_gib = 375 } })
    }
  }

  assert {
    condition     = google_compute_region_instance_template.this["europe-west3/bw-ethereum-europe-west3"].disk[1].type == "SCRATCH" && google_compute_region_instance_template.this["europe-west3/bw-ethereum-europe-west3"].disk[1].interface == "NVME" && google_compute_region_instance_template.this["europe-west3/bw-ethereum-europe-west3"].disk[1].disk_type == "local-ssd" && google_compute_region_instance_template.this["europe-west3/bw-ethereum-europe-west3"].disk[1].disk_size_gb == 375 && google_compute_region_instance_template.this["europe-west3/bw-ethereum-europe-west3"].disk[1].device_name == "local-nvme-ssd-0"
    error_message = "A local SSD is of another kind."
  }
}

run "what_the_configuration_counts_with" {
  command = plan
  variables {
    standbys = {
      project = "my-standbys", prefix = "bw", max_standbys = 1
      templates = [
        { chain = "berachain", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-berachain", machine = "e2-standard-8", is_drill = false, disk = { type = "pd-ssd", gib = 1530 } },
      ]
    }
    nodes = { berachain = var.nodes.berachain }
  }

  assert {
    condition     = google_compute_region_instance_template.this["europe-west3/bw-berachain"].disk[1].disk_size_gb == 1500
    error_message = "All disks together are what the configuration says."
  }
}
