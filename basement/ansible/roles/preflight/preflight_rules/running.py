# All machines together: none is there twice, nobody else has the VIP, and one cluster runs at most, with the token that is meant.
from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from .inventory import Inventory
from .problem import Problem
from .seen import Look, Seen


def twice(seen: Seen, what: Callable[[Look], list[str]]) -> Iterator[tuple[str, list[str]]]:
    having: dict[str, list[str]] = {}
    for host, look in seen.items():
        for value in what(look):
            having.setdefault(value, []).append(host)
    for value, hosts in having.items():
        if len(hosts) > 1:
            yield value, hosts


def duplicates(inventory: Inventory, seen: Seen) -> Iterator[Problem]:
    for name, hosts in twice(seen, lambda look: [look["seen"]["hostname"].split(".")[0].lower()]):
        yield Problem("inventory_hostname", f"{' and '.join(hosts)} are both called {name}: `hostnamectl set-hostname` on one")
    for machine, hosts in twice(seen, lambda look: [look["seen"]["machine_id"]] if look["seen"]["machine_id"] else []):
        yield Problem(
            "ansible_host",
            f"{' and '.join(hosts)} have the same machine id {machine[:8]}…: is it one machine, or a copy? "
            "`rm /etc/machine-id && systemd-machine-id-setup` on one, and boot it again",
        )
    nodes = {host: look for host, look in seen.items() if host in inventory.basement}
    for mac, hosts in twice(nodes, lambda look: sorted(macs(look))):
        yield Problem("basement_lan_interface", f"{' and '.join(hosts)} have the same hardware address {mac}")


def macs(look: Look) -> set[str]:
    """Of what may be hardware: not those that a cluster network makes for itself on every node."""
    made = ("lo", "cali", "flannel", "veth", "cni", "docker", "kube-")
    return {
        each["mac"]
        for name, each in look["seen"]["interfaces"].items()
        if each["mac"] and not name.startswith(made) and each["mac"].strip("0:") != ""
    }


def vip(inventory: Inventory, seen: Seen) -> Iterator[Problem]:
    text = str(inventory.shared("basement_vip", ""))
    own = {mac for look in seen.values() for mac in macs(look)}
    strangers = sorted({look["seen"]["vip_answer"] for look in seen.values() if look["seen"]["vip_answer"]} - own)
    if strangers:
        yield Problem(
            "basement_vip", f"{text} is already answered for by {', '.join(strangers)}, which is none of our machines: take a free address"
        )


def one_cluster(inventory: Inventory, seen: Seen) -> Iterator[Problem]:
    clusters: dict[str, list[str]] = {}
    for host in inventory.group("servers"):
        state: Any = seen[host]["seen"]["cluster"] if host in seen else {}
        if state.get("authority") and (state.get("has_data") or state.get("is_active")):
            clusters.setdefault(state["authority"], []).append(host)
    if len(clusters) > 1:
        each = "; ".join(", ".join(hosts) for hosts in clusters.values())
        yield Problem(
            "groups.servers",
            f"{len(clusters)} different clusters are there already ({each}): reset the machines of the one that is not meant (reset.yml)",
        )


def token(inventory: Inventory, seen: Seen) -> Iterator[Problem]:
    servers = [host for host in inventory.group("servers") if host in seen and seen[host]["seen"]["cluster"]["token"]]
    if not servers:
        return
    # Only now, because to look at it may generate it.
    expected = str(inventory.shared("rke2_token", "")).rsplit("::server:", 1)[-1]
    for host in servers:
        salt = seen[host].get("salt", "")
        if hashlib.sha256((salt + expected).encode()).hexdigest() != seen[host]["seen"]["cluster"]["token"]:
            yield Problem(
                "rke2_token",
                "is not the token of the cluster that runs there: take the one of that cluster, from your backup or from "
                "/var/lib/rancher/rke2/server/token",
                host,
            )


RULES = [duplicates, vip, one_cluster, token]
