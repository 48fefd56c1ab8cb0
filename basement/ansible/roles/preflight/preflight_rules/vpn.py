# The way out: which mode, through whom, and by which address and port.
from __future__ import annotations

import re
from collections.abc import Iterator

from .inventory import Inventory, address_of
from .problem import Problem

MODES = ("gateway", "per-node", "none")
CANAL_PORTS = (51820, 51821)
ENDPOINT = re.compile(r"^(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[^:\[\]]+)):(?P<port>\d+)$")


def mode(inventory: Inventory) -> Iterator[Problem]:
    value = inventory.shared("vpn_mode", "gateway")
    if value not in MODES:
        yield Problem("vpn_mode", f'"{value}" is none of {", ".join(MODES)}')
    if value == "none" and not inventory.shared("vpn_mode_none_ok", False):
        yield Problem(
            "vpn_mode",
            "none: everybody whom the nodes talk to sees the home address, and there is no kill switch. "
            "If that is meant, set vpn_mode_none_ok: true",
        )


def through(inventory: Inventory) -> Iterator[Problem]:
    chosen = inventory.shared("vpn_mode", "gateway")
    if chosen not in ("gateway", "per-node"):
        return
    gateway = str(inventory.shared("vpn_gateway", ""))
    if chosen == "gateway" and gateway and gateway not in inventory.basement:
        yield Problem("vpn_gateway", f'"{gateway}" is no node of the basement')
    provider = str(inventory.shared("vpn_provider", "hub"))
    hub = inventory.group("hub")
    if provider == "hub":
        if not hub:
            yield Problem("vpn_provider", "hub, but no host is in group hub: put your server there, or choose another provider")
        for host in hub:
            yield from hub_address(inventory, host)
    elif provider not in inventory.controller.providers:
        yield Problem("vpn_provider", f'"{provider}" is none of {", ".join(sorted(inventory.controller.providers))}')
    else:
        yield from settings(inventory, provider, [gateway] if chosen == "gateway" and gateway else inventory.basement)
    devices = inventory.offer.get("devices")
    if chosen == "per-node" and devices is not None and len(inventory.basement) > devices:
        yield Problem(
            "vpn_mode",
            f"per-node needs a tunnel for each of {len(inventory.basement)} nodes; {provider} allows {devices} devices: choose gateway",
        )


def settings(inventory: Inventory, provider: str, nodes: list[str]) -> Iterator[Problem]:
    """What another's exit says about itself, and nobody here can know."""
    for host in nodes:
        if host not in inventory.hosts:
            continue
        for variable, what in (
            ("vpn_peer_public_key", "PublicKey of [Peer]"),
            ("vpn_address_v4", "Address of [Interface]"),
        ):
            if not inventory.of(host, variable, ""):
                yield Problem(variable, f"missing: {what} in the configuration that {provider} gives you", host)
        if "vpn_dns" not in inventory.written[host] and "dns" not in inventory.offer:
            yield Problem("vpn_dns", f"missing: DNS of [Interface] in the configuration that {provider} gives you", host)


def hub_address(inventory: Inventory, host: str) -> Iterator[Problem]:
    text = str(inventory.of(host, "vpn_hub_address", "") or inventory.shared("vpn_hub_address", ""))
    if address_of(text) is None:
        what = f'"{text}" is a name' if text else "missing"
        yield Problem(
            "vpn_hub_address", f"{what}: give the exit's public address itself; nothing can be looked up before the tunnel is up"
        )


def endpoints(inventory: Inventory) -> Iterator[Problem]:
    if inventory.shared("vpn_mode", "gateway") not in ("gateway", "per-node"):
        return
    for host in inventory.basement:
        # The hub's is made of its address, which is looked at by itself.
        hub = inventory.of(host, "vpn_provider", "hub") == "hub"
        single = inventory.of(host, "vpn_endpoint", "")
        several = (inventory.of(host, "vpn_endpoints", []) or []) if "vpn_endpoints" in inventory.written[host] else []
        if "vpn_endpoint" in inventory.written[host] or not hub:
            if single:
                yield from endpoint("vpn_endpoint", str(single), host)
            elif not several and not hub:
                yield Problem("vpn_endpoint", 'missing: the address and port of the provider\'s server, such as "198.51.100.7:51820"', host)
        for each in several:
            text = each.get("address", "") if isinstance(each, dict) else each
            yield from endpoint("vpn_endpoints", str(text), host)


def endpoint(variable: str, text: str, host: str) -> Iterator[Problem]:
    found = ENDPOINT.match(text)
    if found is None:
        yield Problem(variable, f'"{text}" is no address with a port: write one such as 198.51.100.7:51830 or [2001:db8::7]:51830', host)
        return
    if address_of(found["v6"] or found["v4"]) is None:
        yield Problem(
            variable,
            f'"{text}" is a name: give the address itself; nothing can be looked up before the tunnel is up, and the kill switch knows addresses only',
            host,
        )
    if not 0 < int(found["port"]) < 65536:
        yield Problem(variable, f"{found['port']} is no port", host)


def ports(inventory: Inventory) -> Iterator[Problem]:
    for host in inventory.group("hub"):
        value = inventory.of(host, "vpn_hub_port")
        if value is not None and str(value).isdigit() and int(value) in CANAL_PORTS:
            yield Problem(
                "vpn_hub_port", f"{value} is a port of Canal's own WireGuard (51820 and 51821): take another one, such as 51830", host
            )


def resolvers(inventory: Inventory) -> Iterator[Problem]:
    for host in inventory.basement:
        for each in inventory.of(host, "vpn_dns", []) or []:
            if address_of(each) is None:
                yield Problem("vpn_dns", f'"{each}" is no address: a resolver is needed before names can be looked up', host)
        mtu = inventory.of(host, "vpn_mtu")
        if mtu is not None and not (str(mtu).isdigit() and 1280 <= int(mtu) <= 1500):
            yield Problem("vpn_mtu", f"{mtu}: between 1280, the least that IPv6 takes, and 1500", host)


RULES = [mode, through, endpoints, ports, resolvers]
