# What provision's role, doctor and people need to know.

output "project" {
  description = "The project of the nodes."
  value       = local.project
}

output "network" {
  description = "Name of the network."
  value       = google_compute_network.this.name
}

output "node_service_account" {
  description = "The account that nodes run as: its address, and its whole name, on which provision must be allowed to act."
  value = {
    email = google_service_account.node.email
    name  = google_service_account.node.name
  }
}

output "templates" {
  description = "The templates as the configuration names them."
  value = [
    for key, template in local.templates : {
      chain    = template.chain
      region   = template.region
      name     = google_compute_region_instance_template.this[key].name
      is_drill = template.is_drill
    }
  ]
}

output "p2p_ports" {
  description = "The ports that are open from everywhere, of all chains together."
  value       = var.nat ? { tcp = [], udp = [] } : local.p2p_ports
}
