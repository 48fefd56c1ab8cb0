# A letter when money goes. It stops nothing: what stops machines is the cap of the configuration, which `provision` keeps.
locals {
  # Half of it, nine tenths, all of it; and all of it when the month goes on as it began.
  thresholds = [
    { part = 0.5, basis = "CURRENT_SPEND" },
    { part = 0.9, basis = "CURRENT_SPEND" },
    { part = 1, basis = "CURRENT_SPEND" },
    { part = 1, basis = "FORECASTED_SPEND" },
  ]
}

# Budgets know projects by their numbers only.
data "google_project" "budget" {
  for_each = var.budget == null ? toset([]) : setunion(values(local.places), var.budget_projects)

  project_id = each.value
}

resource "google_billing_budget" "watchdog" {
  count = var.budget == null ? 0 : 1

  billing_account = var.budget.billing_account
  display_name    = "${var.name} (${var.project})"

  budget_filter {
    projects        = sort([for each in values(data.google_project.budget) : "projects/${each.number}"])
    calendar_period = "MONTH"
    # What is paid counts, not what would be without the free tier.
    credit_types_treatment = "INCLUDE_ALL_CREDITS"
  }

  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = tostring(var.budget.amount)
    }
  }

  dynamic "threshold_rules" {
    for_each = local.thresholds
    content {
      threshold_percent = threshold_rules.value.part
      spend_basis       = threshold_rules.value.basis
    }
  }

  all_updates_rule {
    # A budget takes five at most. Whoever pays the bills is told as well.
    monitoring_notification_channels = slice(local.channels["main"], 0, min(5, length(local.channels["main"])))
    disable_default_iam_recipients   = false
  }
}
