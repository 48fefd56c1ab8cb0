# A single machine: its system, clock, size, keys and disks.
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .inventory import Inventory
from .problem import Problem
from .seen import Look

ARCHITECTURES = ("x86_64", "aarch64")
LEAST_PYTHON = [3, 9]
SYSTEMS = {"debian": ("12", "13"), "ubuntu": ("24.04",), "rhel": ("9", "10")}
RHEL_FAMILY = ("rhel", "centos", "rocky", "almalinux", "ol")
CLOCK_SECONDS = 2.0


def system(inventory: Inventory, host: str, look: Look) -> Iterator[Problem]:
    release, name = look["seen"]["release"], look["seen"]["release"].get("PRETTY_NAME", "an unknown system")
    distribution = str(release.get("ID", ""))
    family = "rhel" if distribution in RHEL_FAMILY else distribution
    version = str(release.get("VERSION_ID", ""))
    version = version.split(".", maxsplit=1)[0] if family in ("rhel", "debian") else version
    if version not in SYSTEMS.get(family, ()) and not inventory.of(host, "preflight_other_system_ok", False):
        yield Problem(
            "preflight_other_system_ok",
            f"{name} is none of Debian 12 and 13, Ubuntu 24.04, RHEL 9 and 10 and their kin: nobody has tried; true goes on",
            host,
        )
    machine = look["seen"]["architecture"]
    if machine not in ARCHITECTURES:
        yield Problem("ansible_host", f"{machine} is a machine that rke2 does not run on: {' or '.join(ARCHITECTURES)}", host)
    if list(look["seen"]["python"]) < LEAST_PYTHON:
        told = ".".join(str(each) for each in look["seen"]["python"])
        yield Problem("ansible_python_interpreter", f"Python {told} is too old: 3.9 at least", host)


def clock(inventory: Inventory, host: str, look: Look) -> Iterator[Problem]:
    least, most = look["clock"]
    allowed = float(inventory.of(host, "preflight_clock_seconds", CLOCK_SECONDS))
    if least > allowed or most < -allowed:
        off = least if least > 0 else -most
        way = "ahead of" if least > 0 else "behind"
        yield Problem(
            "preflight_clock_seconds",
            f"the clock is at least {off:.1f} s {way} the controller's, more than {allowed:g}: set whichever is wrong (`timedatectl`)",
            host,
        )


def keys(inventory: Inventory, host: str, look: Look) -> Iterator[Problem]:
    if look["seen"]["keys"] == 0:
        user = look["seen"]["user"] or "the user"
        yield Problem(
            "ansible_user",
            f"{user} has no SSH key on the host, and passwords will be of no use any more: `ssh-copy-id {user}@{inventory.of(host, 'ansible_host', host)}`",
            host,
        )


def container(inventory: Inventory, host: str, look: Look) -> Iterator[Problem]:
    kind = look["seen"]["container"]
    if kind != "none" and not inventory.of(host, "preflight_container_ok", False):
        yield Problem(
            "preflight_container_ok",
            f"the host is a container ({kind}), whose kernel settings, clock and limits are not its own; a virtual machine is fine",
            host,
        )


def size(inventory: Inventory, host: str, look: Look) -> Iterator[Problem]:
    for variable, there, unit in (
        ("preflight_memory_mib", look["seen"]["memory_mib"], "MiB of memory"),
        ("preflight_cpus", look["seen"]["cpus"], "CPUs"),
    ):
        least = int(inventory.of(host, variable, 0))
        if there < least:
            yield Problem(variable, f"{there} {unit}, fewer than {least}", host)


def disks(inventory: Inventory, host: str, look: Look) -> Iterator[Problem]:
    for need in inventory.of(host, "preflight_disks", []):
        path = need["path"]
        disk = look["seen"]["disks"].get(path)
        if disk is None:
            continue
        if disk["free_mib"] is None:
            yield Problem("storage_disks", f"{path}: there is no disk {disk['at']} (`ls /dev/disk/by-id`)", host)
            continue
        least = float(need.get("free_gib") or 0) * 1024
        # What is there already takes the space that it needs: only a first run can have too little.
        if disk["free_mib"] < least and not look["seen"]["cluster"]["is_configured"]:
            yield Problem(
                "preflight_disks",
                f"{path}: {disk['free_mib'] / 1024:.1f} GiB free at {disk['at']}, less than {least / 1024:g}",
                host,
            )
        if disk["is_read_only"]:
            yield Problem("preflight_disks", f"{path}: {disk['at']} is mounted read-only", host)
        measured = {**look["seen"]["measured"], **look.get("measured", {})}.get(path)
        if measured is not None and disk["device"] is not None and measured.get("device", disk["device"]) == disk["device"]:
            yield from speed(need, measured, host)


def speed(need: dict[str, Any], measured: dict[str, Any], host: str) -> Iterator[Problem]:
    path, when = need["path"], measured.get("at", "an unknown time")
    slowest, fewest = need.get("fsync_p99_ms"), need.get("read_iops")
    took, did = measured.get("fsync_p99_ms"), measured.get("read_iops")
    if slowest is not None and took is not None and took > float(slowest):
        yield Problem(
            "preflight_disks",
            f"{path}: a durable write took {took:g} ms (99th percentile, {when}), more than fsync_p99_ms {slowest}: too slow for etcd",
            host,
        )
    if fewest is not None and did is not None and did < float(fewest):
        yield Problem(
            "preflight_disks", f"{path}: {did} random reads a second ({when}), fewer than read_iops {fewest}: a chain's client would fall behind", host
        )


# Each with whether it concerns the exit as well.
RULES = [(system, True), (clock, True), (keys, True), (container, False), (size, False), (disks, False)]
