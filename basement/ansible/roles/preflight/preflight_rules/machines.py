# All rules about machines, for what was seen on each of them.
from __future__ import annotations

from collections.abc import Iterator

from . import host, network, running
from .inventory import Inventory
from .problem import Problem, Unreadable
from .seen import Look, Seen

EACH = [*host.RULES, *network.RULES]
TOGETHER = [*running.RULES]


def machine_problems(inventory: Inventory, seen: Seen) -> list[Problem]:
    return list(found(inventory, seen))


def found(inventory: Inventory, seen: Seen) -> Iterator[Problem]:
    nodes = set(inventory.basement)
    for name, look in seen.items():
        if not look["seen"]["is_root"]:
            yield rootless(name, look)
            continue
        for rule, concerns_exit in EACH:
            if name in nodes or concerns_exit:
                yield from rule(inventory, name, look)
    whole = {name: look for name, look in seen.items() if look["seen"]["is_root"]}
    for rule in TOGETHER:
        try:
            yield from rule(inventory, whole)
        except Unreadable as error:
            yield Problem(error.variable, f"cannot be worked out: {error.why}")


def rootless(name: str, look: Look) -> Problem:
    if look["seen"].get("wants_password"):
        text = "sudo wants another one or any at all: run with --ask-become-pass, or let the user do it without (NOPASSWD in /etc/sudoers.d)"
        return Problem("ansible_become_password", text, name)
    return Problem("ansible_become", "must be true: the roles need root, by sudo", name)
