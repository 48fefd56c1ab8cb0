# What the next steps read: `watchdog doctor`, and the basement's Ansible and Helm. Names and addresses, no secret.
output "watchdog" {
  description = "What was deployed and where: `watchdog doctor` asks after each part of it."
  value = {
    name           = var.name
    version        = var.deployment.version
    project        = var.project
    project_number = data.google_project.of["main"].number
    region         = var.region
    keys_project   = local.keys_home
    labels         = local.labels
    functions = {
      for name, each in local.deployed : name => {
        name            = each.service
        project         = each.project
        region          = each.region
        url             = local.urls[name]
        service_account = local.emails[name]
        is_public       = contains(local.public, name)
        memory          = local.memory
        timeout_seconds = local.sizes[name].timeout
      }
    }
    # Before the first secret there are accounts and no functions.
    accounts                  = { for name in keys(local.functions) : name => local.emails[name] }
    scheduler_service_account = local.emails["scheduler"]
    build_service_account     = local.emails["build/main"]
    databases                 = { for key, each in local.databases : key => { project = each.project, id = each.id, location = local.placed[key] } }
    jobs                      = { for name, each in local.jobs : name => { project = var.project, region = var.region, name = "${var.name}-${name}" } }
    secrets = {
      for name, each in local.secretive : name => {
        project = each.project
        id      = each.service
        # What runs, not what is wanted: an apply that failed leaves it as it was.
        version = try(tonumber(google_cloudfunctions2_function.of[name].service_config[0].secret_environment_variables[0].version), null)
      }
    }
    places = { for name, each in local.secret_places : name => { project = each.project, id = each.id, version = null } }
    standbys = var.deployment.standbys == null || var.standby == null ? null : {
      project              = var.standby.project
      prefix               = var.deployment.standbys.prefix
      node_service_account = var.standby.node_service_account.email
      templates            = var.standby.templates
      network              = var.standby.network
    }
    monitoring = length(module.monitoring) == 0 ? null : {
      project  = var.project
      policies = module.monitoring[0].policies
      channels = module.monitoring[0].channels
    }
    keepers = sort(var.keepers)
  }
}

output "basement" {
  description = "What the house must know: where its messages go, and in which secret their tokens lie (`watchdog secrets show`)."
  value = {
    heartbeat_url    = try(local.urls["heartbeat"], null)
    gate_url         = try(local.urls["gate"], null)
    gate_public_keys = var.deployment.gate_public_keys
    status_url       = local.urls["status"]
    heartbeats = [for each in var.deployment.heartbeats : {
      site           = each.site
      source         = each.source
      url            = "${local.urls["heartbeat"]}/${each.site}/${each.source}"
      secret         = each.secret
      secret_id      = local.functions["heartbeat"].service
      secret_project = var.project
    }]
    fences = [for each in var.deployment.fences : {
      signer         = each.signer
      fence          = each.fence
      secret         = each.secret
      secret_id      = local.functions["gate"].service
      secret_project = local.keys_home
    }]
  }
}

output "urls" {
  description = "The address of each function, for acknowledge.url and gate.url of watchdog.yaml."
  value       = local.urls
}
