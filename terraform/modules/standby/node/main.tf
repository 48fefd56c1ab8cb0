# Renders the files under root/ and agent/ and two environment files into the instructions of the first boot (cloud-init).
locals {
  is_ethereum = var.chain == "ethereum"
  is_wiped    = var.drill && var.snapshots

  networks = {
    ethereum = {
      mainnet = { chain_id = 1, genesis = "0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95" }
      hoodi   = { chain_id = 560048, genesis = "0x212f13fc4df078b6cb7db228f1c8307566dcecf900867401a92023d7ba99cb5f" }
      sepolia = { chain_id = 11155111, genesis = "0xd8ea171f3c94aea21ebc42a1ed61052acf3f9209c00e4efbaaddac09ed9b8078" }
    }
    berachain = {
      mainnet = { chain_id = 80094, genesis = "mainnet-beacon-80094" }
      bepolia = { chain_id = 80069, genesis = "testnet-beacon-80069" }
    }
  }
  network = local.networks[var.chain][var.network]

  # geth knows the forks at which it can cut by the network; hoodi began after the merge.
  history = coalesce(var.history, "postprague")

  # What is on the disk of a synced node, by operators' reports of 2026, with room to grow; test networks are a guess.
  least_gib = var.network != "mainnet" ? 200 : !local.is_ethereum ? 700 : { all = 1500, postmerge = 1000, postprague = 750 }[coalesce(var.history, "postprague")]

  # https://github.com/berachain/beacon-kit at 2059e2abea2a (2026-07-29), by content.
  files_of_network = {
    mainnet = {
      "app.toml"               = "sha256:ec6dbecda2dfc50a6373ef40c9cbe3dc069c6af91c80e464e5568205901128f3"
      "config.toml"            = "sha256:85b7b4031e4ed967691e7b09f96329e33280707a8c266abad3222991a6d11ed8"
      "genesis.json"           = "sha256:d83b50211850d5a3abcbba7e85037468add496b7605aa23bdf72523cf979ec6c"
      "kzg-trusted-setup.json" = "sha256:0229b43f4fac9b17374809520eb621b5ee1a7f74547e7d36918e7d4b122e178d"
    }
    bepolia = {
      "app.toml"               = "sha256:29087f536daebbfa20539de695ca0ee78becd8b19fd420473654d7799daa8b62"
      "config.toml"            = "sha256:9553eb35668c6dab24ef374f2b6a688b0259f0a39ac2b683d7977506da831fc7"
      "genesis.json"           = "sha256:6656b4e1ab54359e19178e333fd6f07b3516fbc84da5186995121a01dfbf7519"
      "kzg-trusted-setup.json" = "sha256:0229b43f4fac9b17374809520eb621b5ee1a7f74547e7d36918e7d4b122e178d"
    }
  }
  files = local.is_ethereum ? { base_url = "", digests = {} } : coalesce(var.files, {
    base_url = "https://raw.githubusercontent.com/berachain/beacon-kit/2059e2abea2a42513a0617a38cd7f758d1a1e6a1/testing/networks/${local.network.chain_id}"
    digests  = local.files_of_network[var.network]
  })
  snapshot_index_url = local.is_ethereum ? "" : (
    var.snapshot_index_url != null ? var.snapshot_index_url :
    var.network == "mainnet" ? "https://snapshots.berachain.com/index.csv" : "https://bepolia.snapshots.berachain.com/index.csv"
  )

  # An empty option would put the seeds of config.toml away.
  seeds_args = length(var.seeds) == 0 ? [] : ["--p2p.seeds=${join(",", var.seeds)}"]

  node_settings = merge(
    {
      CHAIN            = var.chain
      NETWORK          = var.network
      EXECUTION_IMAGE  = var.images.execution
      CONSENSUS_IMAGE  = var.images.consensus
      LOGS_IMAGE       = var.images.logs
      DATA_DEVICE      = var.data_disk.kind == "network" ? "/dev/disk/by-id/google-chain" : "/dev/disk/by-id/google-local-nvme-ssd-0"
      EXECUTION_ARGS   = join(" ", var.execution_args)
      CONSENSUS_ARGS   = join(" ", concat(local.seeds_args, var.consensus_args))
      WIPE_WHEN_SYNCED = local.is_wiped ? "yes" : ""
    },
    local.is_ethereum ? {
      CHECKPOINT_URL        = var.checkpoint_urls[0]
      CHECKPOINT_SECOND_URL = var.checkpoint_urls[1]
      EXECUTION_CACHE_MB    = tostring(var.execution_cache_mb)
      EXECUTION_HISTORY     = local.history
      WATCHDOG_GENESIS      = local.network.genesis
      } : {
      FILES_BASE_URL     = trimsuffix(local.files.base_url, "/")
      FILES              = join(" ", [for name, digest in local.files.digests : "${name}=${digest}"])
      SNAPSHOT_INDEX_URL = local.snapshot_index_url
      SEEDS              = join(",", var.seeds)
    }
  )

  agent_settings = merge(
    {
      WATCHDOG_CHAIN        = var.chain
      WATCHDOG_EXECUTION    = "http://127.0.0.1:8545"
      WATCHDOG_CHAIN_ID     = tostring(local.network.chain_id)
      WATCHDOG_GENESIS      = local.network.genesis
      WATCHDOG_LOOK         = "/srv/chain/execution:/srv/chain/consensus"
      WATCHDOG_DATA         = "/srv/chain"
      WATCHDOG_MIN_FREE_GIB = tostring(var.min_free_gib)
      WATCHDOG_NOTE         = "/run/watchdog/note"
      WATCHDOG_STATE        = "/var/lib/watchdog-agent/state.json"
    },
    local.is_ethereum ? {
      WATCHDOG_BEACON  = "http://127.0.0.1:5052"
      WATCHDOG_INDICES = join(",", var.indices)
      } : {
      WATCHDOG_COMET     = "http://127.0.0.1:26657"
      WATCHDOG_ADDRESSES = join(",", var.addresses)
    }
  )

  # Files as they lie on the machine. What wipes lies only on machines that may be wiped.
  rooted = merge(
    { for file in fileset("${path.module}/root/common", "**") : "/${file}" => "${path.module}/root/common/${file}" if local.is_wiped || !strcontains(file, "standby-wipe") },
    { for file in fileset("${path.module}/root/${var.chain}", "**") : "/${file}" => "${path.module}/root/${var.chain}/${file}" },
    {
      "/usr/local/bin/watchdog-agent"              = "${path.module}/agent/watchdog-agent"
      "/etc/systemd/system/watchdog-agent.service" = "${path.module}/agent/watchdog-agent.service"
      "/etc/systemd/system/watchdog-agent.timer"   = "${path.module}/agent/watchdog-agent.timer"
    }
  )
  rendered = {
    "/etc/watchdog/node.env"  = "# Settings of the boot and the clients.\n${join("", [for name, value in local.node_settings : "${name}=\"${value}\"\n"])}"
    "/etc/watchdog/agent.env" = "# Settings of watchdog-agent.\n${join("", [for name, value in local.agent_settings : "${name}=${value}\n"])}"
  }
  contents = merge({ for path, file in local.rooted : path => file(file) }, local.rendered)

  user_data = format("#cloud-config\n%s", yamlencode({
    ssh_pwauth     = false
    package_update = true
    packages       = ["ca-certificates", "crun", "curl", "lz4", "nftables", "podman"]
    write_files = [
      for path, content in local.contents : {
        path        = path
        content     = content
        owner       = "root:root"
        permissions = can(regex("^/usr/local/s?bin/", path)) ? "0755" : "0644"
      }
    ]
    # Users and directories come before what needs them. The target is not waited for: a restore may take hours.
    runcmd = [
      ["systemd-sysusers"],
      ["systemctl", "restart", "systemd-journald.service"],
      ["systemd-tmpfiles", "--create", "standby.conf"],
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", "--no-block", "standby.target"],
    ]
  }))
}
