# What provision may do, and on what.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "exactly_the_calls_that_it_can_make" {
  command = plan

  assert {
    condition     = google_project_iam_custom_role.provision[0].permissions == toset([for permission in jsondecode(file("product.json")).compute_permissions : permission if startswith(permission, "compute.")])
    error_message = "the role is the list of functions/cloud/compute-methods.ts"
  }
  assert {
    condition     = length([for permission in google_project_iam_custom_role.provision[0].permissions : permission if can(regex("(?i)setDeletionProtection|setScheduling|setIamPolicy|\\.start$|\\.stop$|\\.reset$|attachDisk|detachDisk|disks\\.(delete|resize|use|update)|resourcePolicies|images\\.|instanceTemplates\\.(create|delete)|firewalls|compute\\.networks\\.", permission))]) == 0
    error_message = "it clears no protection, changes no machine, and makes no template"
  }
}

run "on_what_begins_with_the_prefix" {
  command = plan

  assert {
    condition     = google_project_iam_member.provision[0].project == "my-standbys" && google_project_iam_custom_role.provision[0].project == "my-standbys"
    error_message = "in the project of the standbys"
  }
  assert {
    condition     = alltrue([for part in ["Instance", "Disk", "Snapshot"] : strcontains(google_project_iam_member.provision[0].condition[0].expression, "resource.type == \"compute.googleapis.com/${part}\" && resource.name.extract(") && strcontains(google_project_iam_member.provision[0].condition[0].expression, "resource.type != \"compute.googleapis.com/${part}\"")])
    error_message = "machines, disks and snapshots by name; other types are let through"
  }
  assert {
    condition     = length(regexall("startsWith\\(\"bw-\"\\)", google_project_iam_member.provision[0].condition[0].expression)) == 3
    error_message = "the prefix of the configuration"
  }
}

run "as_the_account_of_the_nodes_alone" {
  command = plan

  assert {
    condition     = google_service_account_iam_member.provision[0].service_account_id == "projects/my-standbys/serviceAccounts/watchdog-node@my-standbys.iam.gserviceaccount.com"
    error_message = "one account"
  }
  assert {
    condition     = google_project_iam_custom_role.act_as[0].permissions == toset(["iam.serviceAccounts.actAs"])
    error_message = "and nothing but being it"
  }
}

run "templates_of_the_configuration_that_are_not_made_are_named" {
  command = plan
  variables {
    standby = {
      project              = "my-standbys"
      node_service_account = { email = "watchdog-node@my-standbys.iam.gserviceaccount.com", name = "projects/my-standbys/serviceAccounts/watchdog-node@my-standbys.iam.gserviceaccount.com" }
      network              = "watchdog-standbys"
      templates            = [{ name = "bw-ethereum-europe-west3", region = "europe-west3", is_drill = false }]
    }
  }
  expect_failures = [google_service_account_iam_member.provision]
}

run "another_project_than_the_configuration_says_is_refused" {
  command = plan
  variables {
    standby = {
      project              = "my-others"
      node_service_account = { email = "watchdog-node@my-others.iam.gserviceaccount.com", name = "projects/my-others/serviceAccounts/watchdog-node@my-others.iam.gserviceaccount.com" }
      network              = "watchdog-standbys"
      templates            = [{ name = "bw-ethereum-europe-west3", region = "europe-west3", is_drill = false }, { name = "bw-ethereum-drill-europe-west3", region = "europe-west3", is_drill = true }]
    }
  }
  expect_failures = [google_service_account_iam_member.provision]
}
