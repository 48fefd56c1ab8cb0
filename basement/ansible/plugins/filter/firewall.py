# What `nft --json list ruleset` says of the kill switch, and in which order the tables of all see a packet. Pure.
from __future__ import annotations

import json
from typing import Any

KILL_SWITCH = "basement_killswitch"
HOOKS = ("prerouting", "input", "forward", "output", "postrouting")


def firewall_order(text: str) -> list[str]:
    """Each chain at a hook, in the order in which a packet comes to it."""
    return [
        f"{chain['hook']} {chain['prio']:>5} {chain['family']} {chain['table']} {chain['name']}, policy {chain.get('policy', 'accept')}"
        for chain in sorted(base_chains(text), key=lambda chain: (HOOKS.index(chain["hook"]), chain["prio"]))
    ]


def firewall_problems(text: str) -> list[str]:
    """Why this rule set would let something out beside the tunnel."""
    own = [chain for chain in base_chains(text) if chain["table"] == KILL_SWITCH]
    if not own:
        return [f"there is no table {KILL_SWITCH}: the kill switch is not loaded"]
    problems = []
    for hook in ("output", "forward"):
        chains = [chain for chain in own if chain["hook"] == hook and chain["family"] == "inet"]
        if not chains:
            problems.append(f"{KILL_SWITCH} has no chain at {hook} for IPv4 and IPv6")
        problems += [
            f"{KILL_SWITCH} {chain['name']} has policy {chain.get('policy', 'accept')}, not drop"
            for chain in chains
            if chain.get("policy") != "drop"
        ]
    return problems


def firewall_dropped(text: str) -> dict[str, int]:
    """Packets that the kill switch stopped, by counter."""
    counters = [each["counter"] for each in json.loads(text)["nftables"] if "counter" in each]
    return {each["name"]: each["packets"] for each in counters if each.get("table") == KILL_SWITCH}


def base_chains(text: str) -> list[dict[str, Any]]:
    chains = [each["chain"] for each in json.loads(text)["nftables"] if "chain" in each]
    return [chain for chain in chains if chain.get("hook") in HOOKS]


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {
            "firewall_order": firewall_order,
            "firewall_problems": firewall_problems,
            "firewall_dropped": firewall_dropped,
        }
