# What is told once all of it is there.
mock_provider "google" {
  source = "./tests/mocks"
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

run "everything_can_be_made" {
  command = apply

  assert {
    condition     = length(output.templates) == 5 && one([for template in output.templates : template.name if template.is_drill]) == "bw-ethereum-drill-europe-west3"
    error_message = "The output must list each template, and which is of a drill."
  }
  assert {
    condition     = output.node_service_account.email == "watchdog-node@my-standbys.iam.gserviceaccount.com" && output.network == "watchdog-standby" && output.project == "my-standbys"
    error_message = "Network and account must be told."
  }
}
