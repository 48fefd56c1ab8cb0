# What the module refuses. Each run has one thing wrong.
variables {
  chain           = "ethereum"
  checkpoint_urls = ["https://beacon.one.example.com", "https://beacon.two.example.org"]
  images = {
    execution = "docker.io/ethereum/client-go@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    consensus = "docker.io/sigp/lighthouse@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    logs      = "docker.io/fluent/fluent-bit@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
  }
}

run "everything_right" {
  command = plan
  variables {
    network            = "hoodi"
    history            = "all"
    indices            = [0, 7]
    execution_args     = ["--maxpeers=80", "--verbosity=3"]
    consensus_args     = ["--target-peers=120", "--prune-blobs=true"]
    execution_cache_mb = 8192
    data_disk          = { kind = "local-ssd", size_gib = 375 }
  }
}

run "another_chain" {
  command = plan
  variables {
    chain = "solana"
  }
  expect_failures = [var.chain]
}

run "a_network_of_the_other_chain" {
  command = plan
  variables {
    network = "bepolia"
  }
  expect_failures = [var.network]
}

run "an_image_by_its_tag" {
  command = plan
  variables {
    images = { execution = "docker.io/ethereum/client-go:v1.17.5", consensus = "docker.io/sigp/lighthouse@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", logs = "docker.io/fluent/fluent-bit@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc" }
  }
  expect_failures = [var.images]
}

run "an_image_with_a_short_digest" {
  command = plan
  variables {
    images = { execution = "docker.io/ethereum/client-go@sha256:abcd", consensus = "docker.io/sigp/lighthouse@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", logs = "docker.io/fluent/fluent-bit@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc" }
  }
  expect_failures = [var.images]
}

run "an_image_of_no_registry" {
  command = plan
  variables {
    images = { execution = "ethereum/client-go@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", consensus = "docker.io/sigp/lighthouse@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", logs = "docker.io/fluent/fluent-bit@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc" }
  }
  expect_failures = [var.images]
}

run "one_checkpoint_source" {
  command = plan
  variables {
    checkpoint_urls = ["https://beacon.one.example.com"]
  }
  expect_failures = [var.checkpoint_urls]
}

run "one_host_asked_twice" {
  command = plan
  variables {
    checkpoint_urls = ["https://beacon.one.example.com/a", "https://beacon.one.example.com:8443/b"]
  }
  expect_failures = [var.checkpoint_urls]
}

run "a_checkpoint_source_without_tls" {
  command = plan
  variables {
    checkpoint_urls = ["https://beacon.one.example.com", "http://beacon.two.example.org"]
  }
  expect_failures = [var.checkpoint_urls]
}

run "a_checkpoint_source_with_a_secret" {
  command = plan
  variables {
    checkpoint_urls = ["https://me:secret@beacon.one.example.com", "https://beacon.two.example.org"]
  }
  expect_failures = [var.checkpoint_urls]
}

run "checkpoint_sources_of_berachain" {
  command = plan
  variables {
    chain = "berachain"
  }
  expect_failures = [var.checkpoint_urls]
}

run "another_history" {
  command = plan
  variables {
    history = "none"
  }
  expect_failures = [var.history]
}

run "a_merge_that_never_was" {
  command = plan
  variables {
    network = "hoodi"
    history = "postmerge"
  }
  expect_failures = [var.history]
}

run "a_cache_of_nothing" {
  command = plan
  variables {
    execution_cache_mb = 10
  }
  expect_failures = [var.execution_cache_mb]
}

run "an_option_that_opens_the_api" {
  command = plan
  variables {
    execution_args = ["--http.addr=0.0.0.0"]
  }
  expect_failures = [var.execution_args]
}

run "an_option_that_runs_a_second" {
  command = plan
  variables {
    execution_args = ["--maxpeers=1 --http.addr=0.0.0.0"]
  }
  expect_failures = [var.execution_args]
}

run "an_option_that_leaves_the_quotes" {
  command = plan
  variables {
    execution_args = ["--maxpeers=1\"\nX=1"]
  }
  expect_failures = [var.execution_args]
}

run "an_option_of_the_consensus_client_that_runs_a_second" {
  command = plan
  variables {
    consensus_args = ["--target-peers=1 --graffiti=x"]
  }
  expect_failures = [var.consensus_args]
}

run "an_option_that_pays" {
  command = plan
  variables {
    consensus_args = ["--suggested-fee-recipient=0x00"]
  }
  expect_failures = [var.consensus_args]
}

run "an_option_that_builds" {
  command = plan
  variables {
    consensus_args = ["--builder=http://127.0.0.1:18550"]
  }
  expect_failures = [var.consensus_args]
}

run "an_option_that_begins_elsewhere" {
  command = plan
  variables {
    consensus_args = ["--allow-insecure-genesis-sync"]
  }
  expect_failures = [var.consensus_args]
}

run "too_many_indices" {
  command = plan
  variables {
    indices = range(501)
  }
  expect_failures = [var.indices]
}

run "an_index_twice" {
  command = plan
  variables {
    indices = [7, 7]
  }
  expect_failures = [var.indices]
}

run "indices_of_berachain" {
  command = plan
  variables {
    indices         = [7]
    chain           = "berachain"
    checkpoint_urls = []
  }
  expect_failures = [var.indices]
}

run "addresses_of_ethereum" {
  command = plan
  variables {
    addresses = ["ABABABABABABABABABABABABABABABABABABABAB"]
  }
  expect_failures = [var.addresses]
}

run "an_address_of_another_form" {
  command = plan
  variables {
    addresses       = ["0x12"]
    chain           = "berachain"
    checkpoint_urls = []
  }
  expect_failures = [var.addresses]
}

run "a_seed_of_another_form" {
  command = plan
  variables {
    seeds           = ["192.0.2.1:26656"]
    chain           = "berachain"
    checkpoint_urls = []
  }
  expect_failures = [var.seeds]
}

run "files_without_tls" {
  command = plan
  variables {
    files           = { base_url = "http://files.example.com", digests = { "app.toml" = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "config.toml" = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "genesis.json" = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "kzg-trusted-setup.json" = "sha256:1111111111111111111111111111111111111111111111111111111111111111" } }
    chain           = "berachain"
    checkpoint_urls = []
  }
  expect_failures = [var.files]
}

run "files_without_a_digest" {
  command = plan
  variables {
    files           = { base_url = "https://files.example.com", digests = { "app.toml" = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "config.toml" = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "genesis.json" = "latest", "kzg-trusted-setup.json" = "sha256:1111111111111111111111111111111111111111111111111111111111111111" } }
    chain           = "berachain"
    checkpoint_urls = []
  }
  expect_failures = [var.files]
}

run "a_file_somewhere_else" {
  command = plan
  variables {
    files           = { base_url = "https://files.example.com", digests = { "app.toml" = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "config.toml" = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "genesis.json" = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "kzg-trusted-setup.json" = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "../x" = "sha256:1111111111111111111111111111111111111111111111111111111111111111" } }
    chain           = "berachain"
    checkpoint_urls = []
  }
  expect_failures = [var.files]
}

run "a_file_too_few" {
  command = plan
  variables {
    files           = { base_url = "https://files.example.com", digests = { "genesis.json" = "sha256:1111111111111111111111111111111111111111111111111111111111111111" } }
    chain           = "berachain"
    checkpoint_urls = []
  }
  expect_failures = [var.files]
}

run "snapshots_without_tls" {
  command = plan
  variables {
    snapshot_index_url = "http://snapshots.example.com/index.csv"
    chain              = "berachain"
    checkpoint_urls    = []
  }
  expect_failures = [var.snapshot_index_url]
}

run "a_small_machine" {
  command = plan
  variables {
    machine_type = "e2-small"
  }
  expect_failures = [var.machine_type]
}

run "a_machine_of_another_architecture" {
  command = plan
  variables {
    machine_type = "c4a-standard-8"
  }
  expect_failures = [var.machine_type]
}

run "an_image_of_nowhere" {
  command = plan
  variables {
    boot_disk = { image = "ubuntu-2404-lts-amd64" }
  }
  expect_failures = [var.boot_disk]
}

run "a_small_boot_disk" {
  command = plan
  variables {
    boot_disk = { size_gib = 10 }
  }
  expect_failures = [var.boot_disk]
}

run "another_kind_of_disk" {
  command = plan
  variables {
    data_disk = { kind = "tape" }
  }
  expect_failures = [var.data_disk]
}

run "a_slow_disk" {
  command = plan
  variables {
    data_disk = { type = "pd-standard" }
  }
  expect_failures = [var.data_disk]
}

run "a_disk_that_fills_up" {
  command = plan
  variables {
    data_disk = { size_gib = 500 }
  }
  expect_failures = [var.data_disk]
}

run "a_disk_too_small_for_all_history" {
  command = plan
  variables {
    history = "all"
  }
  expect_failures = [var.data_disk]
}

run "one_local_ssd_for_mainnet" {
  command = plan
  variables {
    data_disk = { kind = "local-ssd", size_gib = 375 }
  }
  expect_failures = [var.data_disk]
}

run "hardly_anything_free" {
  command = plan
  variables {
    min_free_gib = 1
  }
  expect_failures = [var.min_free_gib]
}

run "snapshots_of_a_node_that_may_hold_keys" {
  command = plan
  variables {
    snapshots = true
  }
  expect_failures = [var.snapshots]
}

run "snapshots_of_a_local_ssd" {
  command = plan
  variables {
    snapshots = true
    drill     = true
    network   = "hoodi"
    data_disk = { kind = "local-ssd", size_gib = 375 }
  }
  expect_failures = [var.snapshots]
}
