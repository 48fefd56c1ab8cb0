# What the module refuses. Each run has one thing wrong.
mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  standbys = {
    project      = "my-standbys"
    prefix       = "bw"
    max_standbys = 2
    templates = [
      { chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false },
    ]
  }
  nodes = {
    ethereum = {
      checkpoint_urls = ["https://beacon.one.example.com", "https://beacon.two.example.org"]
      images = {
        execution = "docker.io/ethereum/client-go@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        consensus = "docker.io/sigp/lighthouse@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        logs      = "docker.io/fluent/fluent-bit@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
      }
    }
  }
}

run "a_long_name" {
  command = plan
  variables {
    name = "my-long-watchdog"
  }
  expect_failures = [var.name]
}

run "a_project_by_its_name" {
  command = plan
  variables {
    standbys = { project = "My Standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.standbys]
}

run "a_prefix_with_capitals" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "BW", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.standbys]
}

run "no_standby_at_all" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 0, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.standbys]
}

run "no_place" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [] }
  }
  expect_failures = [var.standbys]
}

run "another_chain" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }, { chain = "solana", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-solana", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.standbys]
}

run "a_template_that_compute_would_not_take" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw_ethereum", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.standbys]
}

run "one_name_twice" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }, { chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.standbys]
}

run "a_zone_of_another_region" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west1-b"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.standbys]
}

run "no_zone" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = [], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.standbys]
}

run "a_drill_of_nothing" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }, { chain = "ethereum", region = "europe-west1", zones = ["europe-west1-b"], name = "bw-drill", machine = "n2-standard-8", is_drill = true }] }
  }
  expect_failures = [var.standbys]
}

run "a_chain_that_nobody_described" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }, { chain = "berachain", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-berachain", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.nodes]
}

run "a_chain_that_nobody_wants" {
  command = plan
  variables {
    nodes = merge(var.nodes, { berachain = var.nodes.ethereum })
  }
  expect_failures = [var.nodes]
}

run "snapshots_without_a_drill" {
  command = plan
  variables {
    nodes = { ethereum = merge(var.nodes.ethereum, { snapshots = true }) }
  }
  expect_failures = [var.nodes]
}

run "a_drill_that_never_ends" {
  command = plan
  variables {
    drill_hours = 1000
  }
  expect_failures = [var.drill_hours]
}

run "a_public_range" {
  command = plan
  variables {
    subnet_ranges = { europe-west3 = "203.0.113.0/24" }
  }
  expect_failures = [var.subnet_ranges]
}

run "a_range_for_a_handful" {
  command = plan
  variables {
    subnet_ranges = { europe-west3 = "10.9.0.0/30" }
  }
  expect_failures = [var.subnet_ranges]
}

run "a_region_that_nobody_knows" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "moon-west1", zones = ["moon-west1-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [google_compute_subnetwork.this]
}

# In a project whose APIs are switched on by the same apply Google cannot be asked before.
run "a_zone_that_is_not_there" {
  command = apply
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-z"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [data.google_compute_machine_types.this]
}

# They are on after the run above, as in any project from the second time on: it is said by the plan.
run "a_machine_that_is_not_there" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-96", is_drill = false }] }
  }
  expect_failures = [data.google_compute_machine_types.this]
}

run "another_disk_than_is_counted_with" {
  command = plan
  variables {
    standbys = { project = "my-standbys", prefix = "bw", max_standbys = 2, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false, disk = { type = "pd-balanced", gib = 2000 } }] }
  }
  expect_failures = [google_compute_region_instance_template.this]
}

run "a_drill_that_ends_before_it_has_failed" {
  command = plan
  variables {
    drill_hours = 24
    standbys    = { project = "my-standbys", prefix = "bw", max_standbys = 2, drill_hours = 36, templates = [{ chain = "ethereum", region = "europe-west3", zones = ["europe-west3-a"], name = "bw-ethereum-europe-west3", machine = "n2-standard-8", is_drill = false }] }
  }
  expect_failures = [var.drill_hours]
}
