# What kubectl says of the nodes, and in which order they may be upgraded. Pure: what was read goes in, a plan or problems come out.
from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

# Set on a node before it is touched and taken away when it is well again: a run that stopped goes on there.
HALFWAY = "basement-watchdog/upgrading"
VERSION = re.compile(r"^v(\d+)\.(\d+)\.(\d+)\+rke2r(\d+)$")


class Version(NamedTuple):
    major: int
    minor: int
    patch: int
    build: int


def version_of(text: str) -> Version | None:
    found = VERSION.match(text)
    return Version(*(int(part) for part in found.groups())) if found else None


def label_of(version: str) -> str:
    """A version as the value of a label, which may have no plus."""
    return version.replace("+", "_")


def cluster_nodes(text: str) -> list[dict[str, Any]]:
    """The nodes of `kubectl get nodes --output json`, as far as an operator cares."""
    nodes = []
    for item in json.loads(text).get("items", []):
        metadata, status = item.get("metadata", {}), item.get("status", {})
        labels = metadata.get("labels") or {}
        conditions = {each.get("type"): each.get("status") for each in status.get("conditions") or []}
        addresses = {each.get("type"): each.get("address") for each in status.get("addresses") or []}
        nodes.append(
            {
                "name": metadata.get("name", ""),
                "ready": conditions.get("Ready") == "True",
                "cordoned": bool(item.get("spec", {}).get("unschedulable", False)),
                "version": status.get("nodeInfo", {}).get("kubeletVersion", ""),
                "address": addresses.get("InternalIP", ""),
                "halfway": labels.get(HALFWAY, ""),
            }
        )
    return sorted(nodes, key=lambda node: node["name"])


def node_in_words(node: dict[str, Any]) -> str:
    told = [node["name"], node["version"], "ready" if node["ready"] else "NOT READY"]
    return " ".join(told + (["cordoned"] if node["cordoned"] else []) + (["halfway through an upgrade"] if node["halfway"] else []))


def upgrade_plan(nodes: list[dict[str, Any]], target: str, inventory: dict[str, Any]) -> dict[str, Any]:
    """Who is upgraded in which wave, or why nobody is.

    `inventory` has `servers`, `agents` and `validators` in the order of the inventory, and `ready`, the servers whose own API server says that it is ready.
    """
    servers, agents = list(inventory["servers"]), list(inventory["agents"])
    by_name = {node["name"]: node for node in nodes}
    wanted = version_of(target)
    if wanted is None:
        return refused(f"rke2_version: '{target}' is no version: write it as rke2 does, such as v1.36.3+rke2r1")
    problems = [
        *membership(by_name, servers + agents),
        *health(by_name, servers, agents, list(inventory["ready"]), target),
        *versions(by_name, servers, wanted, target),
    ]
    if problems:
        return refused(*problems)
    waves = order(by_name, servers, agents, set(inventory["validators"]), wanted)
    return {"problems": [], **waves}


def refused(*problems: str) -> dict[str, Any]:
    return {"problems": list(problems), **{wave: [] for wave in WAVES}}


def membership(nodes: dict[str, Any], inventory: list[str]) -> list[str]:
    missing = [name for name in inventory if name not in nodes]
    strange = sorted(set(nodes) - set(inventory))
    return [
        *(f"{name} is in the inventory and not in the cluster: site.yml brings it in" for name in missing),
        *(f"{name} is in the cluster and not in the inventory: add it, or remove it with kubectl delete node" for name in strange),
    ]


def health(nodes: dict[str, Any], servers: list[str], agents: list[str], ready: list[str], target: str) -> list[str]:
    problems = []
    here = [name for name in servers + agents if name in nodes]
    halfway = [name for name in here if nodes[name]["halfway"]]
    for name in here:
        node = nodes[name]
        if node["halfway"]:
            if node["halfway"] != label_of(target):
                told = node["halfway"].replace("_", "+")
                problems.append(f"{name} is on its way to {told}: finish that first, with rke2_version={told}")
            continue
        if not node["ready"]:
            problems.append(f"{name} is not ready: mend it, or replace it, before another node goes down")
        elif name in servers and name not in ready:
            problems.append(f"the API server of {name} does not say that it is ready: mend it before another one goes down")
        if node["cordoned"]:
            problems.append(f"{name} is cordoned, and not by an upgrade: kubectl uncordon {name}, if nobody needs it so")
    stopped = [name for name in halfway if name in servers]
    if len(stopped) > 1:
        problems.append(f"{' and '.join(stopped)} are both halfway through an upgrade: mend all but one by hand first")
    return problems


def versions(nodes: dict[str, Any], servers: list[str], wanted: Version, target: str) -> list[str]:
    problems = []
    old: dict[str, list[str]] = {}
    for name, node in nodes.items():
        current = version_of(node["version"])
        if current is None:
            problems.append(f"{name} says that its version is '{node['version']}', which cannot be compared")
        elif current > wanted:
            problems.append(f"{name} has {node['version']}, which is newer than {target}: rke2 cannot go back; its databases are upgraded with it")
        elif current.major != wanted.major or wanted.minor - current.minor > 1:
            step = f"v{current.major}.{current.minor + 1}"
            problems.append(f"{name} has {node['version']}: from there only to a {step}, one minor version at a time")
        elif current != wanted and name in servers and not node["halfway"]:
            old.setdefault(node["version"], []).append(name)
    if len(old) > 1:
        each = "; ".join(f"{', '.join(names)}: {version}" for version, names in sorted(old.items()))
        problems.append(f"the servers have several older versions ({each}): bring them to the newest of these first")
    return problems


WAVES = ("servers", "agents", "validator_servers", "held_agents", "validator_agents")


def order(
    nodes: dict[str, Any], servers: list[str], agents: list[str], validators: set[str], wanted: Version
) -> dict[str, list[str]]:
    """Servers before agents, validators after all others, and never a kubelet that is a minor version ahead of an API server."""

    def due(names: list[str]) -> list[str]:
        left = [name for name in names if nodes[name]["halfway"] or version_of(nodes[name]["version"]) != wanted]
        return sorted(left, key=lambda name: not nodes[name]["halfway"])

    def minor(name: str) -> int | None:
        version = version_of(nodes[name]["version"])
        return version.minor if version else None

    other_servers = due([name for name in servers if name not in validators])
    validator_servers = due([name for name in servers if name in validators])
    other_agents = due([name for name in agents if name not in validators])
    behind = any(minor(name) != wanted.minor for name in validator_servers)
    return {
        "servers": other_servers,
        "agents": [] if behind else other_agents,
        "validator_servers": validator_servers,
        "held_agents": other_agents if behind else [],
        "validator_agents": due([name for name in agents if name in validators]),
    }


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"cluster_nodes": cluster_nodes, "node_in_words": node_in_words, "upgrade_plan": upgrade_plan, "version_label": label_of}
