# Who is in the cluster, and what must be the same for all of it.
from __future__ import annotations

import re
from collections.abc import Iterator

from .inventory import Inventory
from .problem import Problem

NODE_NAME = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
VERSION = re.compile(r"^v\d+\.\d+\.\d+(-rc\d+)?\+rke2r\d+$")
LEAST_TOKEN = 16

# All nodes must agree on these.
SAME = [
    "basement_site",
    "basement_lan_cidr",
    "basement_vip",
    "basement_api_name",
    "vpn_mode",
    "vpn_provider",
    "vpn_gateway",
    "port_forwards",
    "rke2_version",
    "rke2_cluster_cidr",
    "rke2_service_cidr",
    "keepalived_router_id",
    "ups_primary",
]
# These too, but to look at them would generate them: their texts are compared.
SAME_SECRETS = ["rke2_token", "rke2_agent_token", "keepalived_auth_pass"]


def groups(inventory: Inventory) -> Iterator[Problem]:
    servers, agents, hub = inventory.group("servers"), inventory.group("agents"), inventory.group("hub")
    if len(servers) == 0:
        yield Problem("groups.servers", "empty: at least one host must be a server")
    elif len(servers) % 2 == 0:
        yield Problem(
            "groups.servers",
            f"{len(servers)} servers ({', '.join(servers)}): take {len(servers) - 1} or {len(servers) + 1}; "
            "an even number survives no more failures than one fewer, and has more of them",
        )
    for host in servers:
        if host in agents:
            yield Problem("groups.agents", f"{host} is in servers as well: it can be only one of them")
        if host in hub:
            yield Problem("groups.hub", f"{host} is in servers as well: the exit stands outside the house")
    for host in inventory.basement:
        if host not in servers and host not in agents:
            yield Problem("groups.basement", f"{host} is neither in servers nor in agents")
        if not NODE_NAME.match(host):
            yield Problem(
                "inventory_hostname", f'"{host}" cannot be the name of a node: small letters, digits and -, no dots'
            )
    if len(hub) > 1:
        yield Problem("groups.hub", f"{len(hub)} hosts ({', '.join(hub)}): one exit, or none")
    for host in inventory.group("validators"):
        if host not in inventory.basement:
            yield Problem("groups.validators", f"{host} is no node of the basement")


def one_first(inventory: Inventory) -> Iterator[Problem]:
    """A server that is told to begin a cluster; which one is normally seen by who is active."""
    claiming = [host for host in inventory.group("servers") if inventory.of(host, "rke2_first_server") in (True, host)]
    named = {str(inventory.of(host, "rke2_first_server", "")) for host in inventory.group("servers")} - {"", "True", "False"}
    if len(claiming) > 1 or len(named) > 1:
        both = ", ".join(claiming if len(claiming) > 1 else sorted(named))
        yield Problem("rke2_first_server", f"several servers claim to be the first ({both}): two clusters would begin")


def sameness(inventory: Inventory) -> Iterator[Problem]:
    nodes = inventory.basement
    for variable in SAME:
        values = {host: inventory.of(host, variable) for host in nodes}
        if any(value != values[nodes[0]] for value in values.values()):
            each = "; ".join(f"{host}: {value}" for host, value in values.items())
            yield Problem(variable, f"differs within the basement ({each}): set it once, for all")
    for variable in SAME_SECRETS:
        texts = {str(inventory.raw.get(host, {}).get(variable)) for host in nodes}
        if len(texts) > 1:
            yield Problem(variable, "differs within the basement: set it once, for all")


def rke2(inventory: Inventory) -> Iterator[Problem]:
    version = inventory.shared("rke2_version")
    if version is not None and not VERSION.match(str(version)):
        yield Problem("rke2_version", f'"{version}" is no version: write it as rke2 does, such as v1.36.3+rke2r1')
    source = inventory.shared("rke2_install_from", "online")
    for way, variable, what in (
        ("mirror", "rke2_mirror_url", "the address of the mirror"),
        ("airgap", "rke2_airgap_dir", "the folder on the controller with the files of the release"),
    ):
        if source == way and not inventory.shared(variable, ""):
            yield Problem(variable, f"missing with rke2_install_from: {way}: {what}")
    for variable in ("rke2_token", "rke2_agent_token"):
        written = any(variable in inventory.written[host] for host in inventory.basement)
        if not written:
            continue
        token = str(inventory.shared(variable, ""))
        if len(token.rsplit("::", 1)[-1].removeprefix("server:")) < LEAST_TOKEN:
            yield Problem(variable, f"shorter than {LEAST_TOKEN} characters: leave it out, and one is generated")


def ups(inventory: Inventory) -> Iterator[Problem]:
    primary = str(inventory.shared("ups_primary", ""))
    if primary and primary not in inventory.basement:
        yield Problem(
            "ups_primary", f'"{primary}" is no node of the basement: name the one with the cable, one of {", ".join(inventory.basement)}'
        )
    elif primary and inventory.of(primary, "ups_driver") == "usbhid-ups":
        options = inventory.of(primary, "ups_driver_options", {})
        if not any(str(name).endswith(("battery.runtime.low", "battery.charge.low")) for name in options):
            yield Problem(
                "ups_driver_options",
                "nothing says when the battery is low, and what the UPS takes for it is mostly too late for a shutdown of four minutes: "
                "add ignorelb: '' and override.battery.runtime.low: 300",
            )


RULES = [groups, one_first, sameness, rke2, ups]
