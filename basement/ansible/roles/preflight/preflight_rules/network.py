# A single machine in its network: the interface, its address, and the ports that must be free.
from __future__ import annotations

from collections.abc import Iterator

from .inventory import Inventory
from .problem import Problem
from .seen import Look

SERVER_PORTS = {2379: "etcd", 2380: "etcd", 2381: "etcd", 6443: "the API server", 9345: "rke2"}
NODE_PORTS = {10250: "kubelet"}
INGRESS_PORTS = {80: "the ingress", 443: "the ingress"}
# As the kernel cuts the names.
OURS = {"rke2", "etcd", "kube-apiserver", "kube-controller", "kube-scheduler", "kubelet", "kube-proxy", "containerd", "cloud-controlle"}
INGRESS = {"traefik"}


def interface(inventory: Inventory, host: str, look: Look) -> Iterator[Problem]:
    name = str(inventory.of(host, "basement_lan_interface", ""))
    address = str(inventory.of(host, "basement_lan_address", ""))
    interfaces = look["seen"]["interfaces"]
    having = [
        other for other, each in interfaces.items() if address in [one.split("/")[0] for one in each["addresses"]]
    ]
    if name not in interfaces:
        there = ", ".join(sorted(other for other in interfaces if other != "lo"))
        yield Problem("basement_lan_interface", f"there is no {name}: {there} are there", host)
    elif name not in having:
        where = f"{having[0]} has it" if having else "no interface has it"
        yield Problem("basement_lan_interface", f"{name} does not have basement_lan_address {address}: {where}", host)
    if name in interfaces and not interfaces[name]["is_up"]:
        yield Problem("basement_lan_interface", f"{name} has no link: is the cable in?", host)


def ports(inventory: Inventory, host: str, look: Look) -> Iterator[Problem]:
    wanted = dict(NODE_PORTS)
    if host in inventory.group("servers"):
        wanted.update(SERVER_PORTS)
    ingress = INGRESS_PORTS if inventory.of(host, "rke2_ingress", "") == "traefik" else {}
    configured = look["seen"]["cluster"]["is_configured"]
    told: set[int] = set()
    for each in look["seen"]["listeners"]:
        port, process = each["port"], each["process"] or "the kernel"
        ours = configured and process in (INGRESS if port in ingress else OURS)
        purpose = {**wanted, **ingress}.get(port)
        if each["protocol"] == "tcp" and purpose is not None and not ours and port not in told:
            told.add(port)
            yield Problem(
                "ansible_host", f"port {port}/tcp, which {purpose} needs, is taken by {process}: stop it first", host
            )


RULES = [(interface, False), (ports, False)]
