# All rules about variables, each run though another one fails, so that everything wrong is told at once.
from __future__ import annotations

from . import beside, cluster, forwards, lan, vpn, written
from .inventory import Inventory
from .problem import Problem, Unreadable

RULES = [*written.RULES, *lan.RULES, *cluster.RULES, *vpn.RULES, *forwards.RULES, *beside.RULES]


def variable_problems(inventory: Inventory) -> list[Problem]:
    problems: list[Problem] = []
    for rule in RULES:
        # One by one, so that what was found before a variable that cannot be read is not lost.
        found = rule(inventory)
        while True:
            try:
                problems.append(next(found))
            except StopIteration:
                break
            except Unreadable as error:
                problems.append(Problem(error.variable, f"cannot be worked out: {error.why}"))
                break
    return problems
