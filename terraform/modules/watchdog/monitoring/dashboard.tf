# One page that shows how the watchdog itself is. What it watches is shown by `watchdog status`.
locals {
  run = "resource.type=\"cloud_run_revision\" AND resource.label.\"service_name\"=monitoring.regex.full_match(\"${join("|", local.services["main"])}\")"

  charts = [
    {
      title  = "Committed ticks a minute (should be 1)"
      filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.ticks.name}\" AND resource.type=\"cloud_run_revision\""
      align  = "ALIGN_DELTA"
      reduce = "REDUCE_SUM"
      by     = []
    },
    {
      title  = "Lateness of ticks, 95th percentile (ms)"
      filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.lateness.name}\" AND resource.type=\"cloud_run_revision\""
      align  = "ALIGN_DELTA"
      reduce = "REDUCE_PERCENTILE_95"
      by     = []
    },
    {
      title  = "How long functions take, 95th percentile (ms)"
      filter = "metric.type=\"run.googleapis.com/request_latencies\" AND ${local.run}"
      align  = "ALIGN_DELTA"
      reduce = "REDUCE_PERCENTILE_95"
      by     = ["resource.label.\"service_name\""]
    },
    {
      title  = "Answers of functions by class"
      filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.run}"
      align  = "ALIGN_DELTA"
      reduce = "REDUCE_SUM"
      by     = ["resource.label.\"service_name\"", "metric.label.\"response_code_class\""]
    },
    {
      title  = "Instances"
      filter = "metric.type=\"run.googleapis.com/container/instance_count\" AND ${local.run}"
      align  = "ALIGN_MAX"
      reduce = "REDUCE_SUM"
      by     = ["resource.label.\"service_name\"", "metric.label.\"state\""]
    },
    {
      title  = "Memory in use, of what a function may have"
      filter = "metric.type=\"run.googleapis.com/container/memory/utilizations\" AND ${local.run}"
      align  = "ALIGN_DELTA"
      reduce = "REDUCE_PERCENTILE_99"
      by     = ["resource.label.\"service_name\""]
    },
    {
      title  = "Documents read"
      filter = "metric.type=\"firestore.googleapis.com/document/read_ops_count\" AND resource.type=\"firestore.googleapis.com/Database\""
      align  = "ALIGN_DELTA"
      reduce = "REDUCE_SUM"
      by     = ["resource.label.\"database_id\""]
    },
    {
      title  = "Documents written"
      filter = "metric.type=\"firestore.googleapis.com/document/write_ops_count\" AND resource.type=\"firestore.googleapis.com/Database\""
      align  = "ALIGN_DELTA"
      reduce = "REDUCE_SUM"
      by     = ["resource.label.\"database_id\""]
    },
  ]

  # Machines are in a project of their own, which this one cannot look into: what provision says of them is here.
  panels = concat(
    [{ title = "Errors", filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(${local.any_of["main"]}) AND severity>=WARNING" }],
    contains(keys(var.functions), "provision") ? [{
      title  = "Machines: what provision does"
      filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.functions["provision"].service}\" AND jsonPayload.function=\"provision\""
    }] : [],
  )

  width  = 24
  height = 16
  # Google keeps no zeros and no empty lists, so that what has any would differ from what is there at every plan.
  at = [for index, chart in local.charts : { for name, value in { xPos = index % 2 * local.width, yPos = floor(index / 2) * local.height } : name => value if value > 0 }]
  tiles = concat(
    [for index, chart in local.charts : merge(local.at[index], {
      width  = local.width
      height = local.height
      widget = {
        title = chart.title
        xyChart = {
          dataSets = [{
            plotType = "LINE"
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = chart.filter
                aggregation = merge(
                  { alignmentPeriod = "60s", perSeriesAligner = chart.align, crossSeriesReducer = chart.reduce },
                  { for name, fields in { groupByFields = chart.by } : name => fields if length(fields) > 0 },
                )
              }
            }
          }]
        }
      }
    })],
    [for index, panel in local.panels : {
      yPos   = (floor((length(local.charts) + 1) / 2) + index) * local.height
      width  = 2 * local.width
      height = local.height
      widget = {
        title = panel.title
        logsPanel = {
          filter        = panel.filter
          resourceNames = ["projects/${var.project}"]
        }
      }
    }],
  )
}

resource "google_monitoring_dashboard" "watchdog" {
  count = var.is_ready ? 1 : 0

  project = var.project

  dashboard_json = jsonencode({
    displayName  = "${var.name} (${var.region})"
    labels       = local.labels
    mosaicLayout = { columns = 2 * local.width, tiles = local.tiles }
  })
}
