# What whoever makes the machine puts into its template. Everything here is public: it can be read on the machine, and by whoever may read the template.

output "user_data" {
  description = "The instructions of the first boot, for the metadata `user-data`."
  value       = local.user_data

  precondition {
    condition     = length(local.user_data) < 262144
    error_message = "The instructions of the first boot are over the 256 KB that a metadata value may have."
  }
}

output "metadata" {
  description = "All metadata of the machine, `user-data` included: no SSH keys of the project, no serial port, people by their Google account, and attributes that the agent may write."
  value = {
    user-data               = local.user_data
    block-project-ssh-keys  = "TRUE"
    enable-guest-attributes = "TRUE"
    enable-oslogin          = "TRUE"
    serial-port-enable      = "FALSE"
  }
}

output "machine" {
  description = "The machine type and its disks. The data disk of kind network must be attached as the device `chain`."
  value = {
    type      = var.machine_type
    boot_disk = var.boot_disk
    data_disk = {
      kind        = var.data_disk.kind
      type        = var.data_disk.kind == "network" ? var.data_disk.type : "local-ssd"
      size_gib    = var.data_disk.size_gib
      device_name = var.data_disk.kind == "network" ? "chain" : "local-nvme-ssd-0"
    }
    # TCP and UDP ports at which other nodes reach this one, for the firewall of the network.
    p2p_ports = local.is_ethereum ? { tcp = [30303, 9000], udp = [30303, 9000, 9001] } : { tcp = [30303, 26656], udp = [30303, 9200] }
    is_drill  = var.drill
  }
}
