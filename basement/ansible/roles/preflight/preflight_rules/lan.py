# The LAN, the addresses in it, and the networks that must not overlap.
from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from itertools import combinations

from .inventory import Inventory, Network, address_of, may_be_a_host, network_of
from .problem import Problem

SITE = re.compile(r"^[a-z][a-z0-9-]{0,19}$")


def required(inventory: Inventory) -> Iterator[Problem]:
    for host in inventory.basement:
        site = str(inventory.of(host, "basement_site", ""))
        if site == "":
            yield Problem("basement_site", "missing: the id of the site in watchdog.yaml, such as home", host)
        elif not SITE.match(site):
            yield Problem(
                "basement_site",
                f'"{site}" is no id of a site: small letters, digits and -, a letter first, at most 20',
                host,
            )
        if str(inventory.of(host, "basement_lan_interface", "")) == "":
            yield Problem(
                "basement_lan_interface",
                "missing: the name of the interface that is in the LAN, such as enp1s0 (`ip -brief link` lists them)",
                host,
            )


def lan(inventory: Inventory) -> Iterator[Problem]:
    for host in inventory.basement:
        text = str(inventory.of(host, "basement_lan_cidr", ""))
        if text == "":
            yield Problem("basement_lan_cidr", "missing: the network of the LAN, such as 192.168.10.0/24", host)
            continue
        network = network_of(text)
        if network is None:
            yield Problem("basement_lan_cidr", f'"{text}" is no network: write {meant(text)}', host)
            continue
        yield from addresses(inventory, host, network)


def meant(text: str) -> str:
    try:
        return f"{ipaddress.ip_network(text, strict=False)}"
    except ValueError:
        return "one such as 192.168.10.0/24"


def addresses(inventory: Inventory, host: str, network: Network) -> Iterator[Problem]:
    own = str(inventory.of(host, "basement_lan_address", ""))
    address = address_of(own)
    if address is None:
        yield Problem(
            "basement_lan_address",
            f'"{own}" is no address: give it, or an address as ansible_host, from which it is taken',
            host,
        )
    elif not may_be_a_host(address, network):
        yield Problem(
            "basement_lan_address", f"{own} is outside basement_lan_cidr {network}, or no machine may have it", host
        )
    admins = inventory.of(host, "basement_admin_addresses", [])
    if not isinstance(admins, list) or len(admins) == 0:
        yield Problem(
            "basement_admin_addresses",
            f"missing: the addresses in {network} from which people come by SSH; with none, nobody could come in any more",
            host,
        )
        return
    for each in admins:
        admin = network_of(each)
        if admin is None:
            yield Problem("basement_admin_addresses", f'"{each}" is no address or network', host)
        elif admin.version != network.version or not admin.subnet_of(network):
            yield Problem("basement_admin_addresses", f"{each} is outside basement_lan_cidr {network}", host)


def distinct(inventory: Inventory) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for host, address in inventory.each(inventory.basement, "basement_lan_address"):
        text = str(address or "")
        if text and text in owners:
            yield Problem("basement_lan_address", f"{text} is given to both {owners[text]} and {host}")
        owners.setdefault(text, host)


def vip(inventory: Inventory) -> Iterator[Problem]:
    text = str(inventory.shared("basement_vip", ""))
    servers = inventory.group("servers")
    if text == "":
        if len(servers) > 1 and str(inventory.shared("basement_api_name", "")) == "":
            yield Problem(
                "basement_vip",
                f"missing with {len(servers)} servers: a free address of the LAN, or basement_api_name for a balancer of your own",
            )
        return
    address = address_of(text)
    network = network_of(inventory.shared("basement_lan_cidr", ""))
    if address is None:
        yield Problem("basement_vip", f'"{text}" is no address: a free one of the LAN')
    elif network is not None and not may_be_a_host(address, network):
        yield Problem("basement_vip", f"{text} is outside basement_lan_cidr {network}: take a free address of it")
    for host, own in inventory.each(inventory.basement, "basement_lan_address"):
        if str(own) == text:
            yield Problem("basement_vip", f"{text} is the address of {host}: take a free one")
    for admin in inventory.shared("basement_admin_addresses", []) or []:
        if str(admin) == text:
            yield Problem("basement_vip", f"{text} is also one of basement_admin_addresses: take a free one")


def networks(inventory: Inventory) -> Iterator[Problem]:
    found: list[tuple[str, Network]] = []
    names = ["basement_lan_cidr", "rke2_cluster_cidr", "rke2_service_cidr"]
    if inventory.shared("vpn_mode", "none") != "none":
        own = ["vpn_address_v4", "vpn_address_v6"]
        hub = ["vpn_hub_network", "vpn_hub_network_v6"]
        names += hub if inventory.shared("vpn_provider") == "hub" else own
    for name in names:
        value = inventory.shared(name, "")
        texts = value if isinstance(value, list) else str(value).split(",")
        for text in [str(each).strip() for each in texts if str(each).strip()]:
            try:
                network = ipaddress.ip_network(text, strict=not name.startswith("vpn_address"))
            except ValueError:
                if name != "basement_lan_cidr":
                    yield Problem(name, f'"{text}" is no network: write {meant(text)}')
                continue
            found.append((name, network))
    for (name, one), (other, two) in combinations(found, 2):
        if one.version == two.version and one.overlaps(two):
            yield Problem(other, f"{two} overlaps {name} {one}: take another private network")


RULES = [required, lan, distinct, vip, networks]
