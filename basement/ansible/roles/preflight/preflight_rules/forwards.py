# The ports that the exit forwards into the house.
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .inventory import Inventory, address_of
from .problem import Problem

PROTOCOLS = ("tcp", "udp")
FIELDS = ("name", "node", "exit_port")


def forwards_of(inventory: Inventory) -> list[Any]:
    value = inventory.shared("port_forwards", [])
    return value if isinstance(value, list) else []


def is_port(value: Any) -> bool:
    return str(value).isdigit() and 0 < int(value) < 65536


def shape(inventory: Inventory) -> Iterator[Problem]:
    for place, forward in enumerate(forwards_of(inventory)):
        if not isinstance(forward, dict):
            yield Problem("port_forwards", f"entry {place + 1} is no mapping with {', '.join(FIELDS)}")
            continue
        name = forward.get("name", f"entry {place + 1}")
        missing = [key for key in FIELDS if key not in forward]
        if missing:
            yield Problem("port_forwards", f"{name} lacks {', '.join(missing)}")
        if "node" in forward and forward["node"] not in inventory.basement:
            yield Problem("port_forwards", f'{name}: "{forward["node"]}" is no node of the basement')
        protocols = forward.get("protocols", list(PROTOCOLS))
        if not isinstance(protocols, list) or not protocols or any(each not in PROTOCOLS for each in protocols):
            yield Problem("port_forwards", f"{name}: protocols must be a list of {' and '.join(PROTOCOLS)}, or one of them")
        for key in ("exit_port", "node_port"):
            if key in forward and not is_port(forward[key]):
                yield Problem("port_forwards", f"{name}: {key} {forward[key]} is no port")


def clashes(inventory: Inventory) -> Iterator[Problem]:
    owners: dict[tuple[str, ...], str] = {}
    taken = {("exit", str(inventory.shared("vpn_hub_port", "")), "udp"): "the tunnel (vpn_hub_port)"}
    if inventory.shared("vpn_provider") == "hub":
        taken["exit", str(inventory.shared("vpn_hub_ssh_port", 22)), "tcp"] = "SSH of the exit (vpn_hub_ssh_port)"
    names: set[str] = set()
    for forward in forwards_of(inventory):
        if not isinstance(forward, dict):
            continue
        name = str(forward.get("name", ""))
        if name and name in names:
            yield Problem("port_forwards", f"two entries are called {name}")
        names.add(name)
        protocols = forward.get("protocols", list(PROTOCOLS))
        for protocol in protocols if isinstance(protocols, list) else []:
            keys = (
                ("exit", str(forward.get("exit_port")), str(protocol)),
                ("node", str(forward.get("node")), str(forward.get("node_port", forward.get("exit_port"))), str(protocol)),
            )
            for key in keys:
                owner = owners.get(key) or taken.get(key[:3] if key[0] == "exit" else key)
                if owner is not None:
                    where = "exit_port" if key[0] == "exit" else f"node_port of {key[1]}"
                    yield Problem("port_forwards", f"{name}: {where} {key[-2]}/{protocol} is taken by {owner}")
                owners.setdefault(key, name)


def needed(inventory: Inventory) -> Iterator[Problem]:
    """Forwards that the operator says the clients cannot do without."""
    there = {str(each.get(key)) for each in forwards_of(inventory) if isinstance(each, dict) for key in ("name", "target")}
    for name in inventory.shared("preflight_forwards_needed", []) or []:
        if str(name) not in there:
            yield Problem("port_forwards", f"{name} is missing, which preflight_forwards_needed names: its client could not be reached")


def offered(inventory: Inventory) -> Iterator[Problem]:
    provider = str(inventory.shared("vpn_provider", "hub"))
    wanted = [each for each in forwards_of(inventory) if isinstance(each, dict)]
    if wanted and inventory.shared("vpn_mode", "gateway") == "none":
        yield Problem("port_forwards", "there are some, but with vpn_mode: none there is no exit that could forward them")
        return
    offer = inventory.offer.get("forwards")
    if isinstance(offer, int) and len(wanted) > offer:
        yield Problem(
            "port_forwards",
            f"{len(wanted)} are needed ({', '.join(str(each.get('name')) for each in wanted)}), {provider} offers {offer}: "
            "take a server of your own (vpn_provider: hub), or fewer",
        )


def advertised(inventory: Inventory) -> Iterator[Problem]:
    """Nobody here can know by which address another's exit is seen, and clients would advertise none. Whoever leases ports is told it."""
    provider = str(inventory.shared("vpn_provider", "hub"))
    if provider == "hub" or provider not in inventory.controller.providers or inventory.shared("vpn_mode", "gateway") == "none":
        return
    if not forwards_of(inventory) or inventory.offer.get("forwards") == 0:
        return
    for host in inventory.basement:
        if (inventory.of(host, "port_forwards_lease") or inventory.offer.get("renewal")) == "natpmp":
            continue
        text = str(inventory.of(host, "port_forwards_address", ""))
        if text == "":
            what = f"missing: the public address of {provider}'s exit, to which the forwards come: the world sees the basement by it"
            yield Problem("port_forwards_address", what, host)
        elif address_of(text) is None:
            yield Problem("port_forwards_address", f'"{text}" is no address: what clients advertise is no name', host)


RULES = [shape, clashes, needed, offered, advertised]
