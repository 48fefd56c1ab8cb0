# All rules about machines, for what was seen on each of them.
from __future__ import annotations

from collections.abc import Iterator

from . import host, network, running
from .inventory import Inventory
from .problem import Problem, Unreadable
from .seen import Seen

EACH = [*host.RULES, *network.RULES]
TOGETHER = [*running.RULES]


def machine_problems(inventory: Inventory, seen: Seen) -> list[Problem]:
    return list(found(inventory, seen))


def found(inventory: Inventory, seen: Seen) -> Iterator[Problem]:
    nodes = set(inventory.basement)
    for name, look in seen.items():
        if not look["seen"]["is_root"]:
            yield Problem("ansible_become", "must be true: the roles need root, by sudo", name)
            continue
        for rule, concerns_exit in EACH:
            if name in nodes or concerns_exit:
                yield from rule(inventory, name, look)
    for rule in TOGETHER:
        try:
            yield from rule(inventory, seen)
        except Unreadable as error:
            yield Problem(error.variable, f"cannot be worked out: {error.why}")
