# Reads cases as JSON, asks the rules of preflight about each, and prints what they say.
import json
import sys

sys.path.insert(0, sys.argv[1])

from preflight_rules import machine_problems, told, variable_problems  # noqa: E402
from preflight_rules.inventory import Controller, Inventory  # noqa: E402


def judged(case):
    known = case["inventory"]
    inventory = Inventory(
        groups=known["groups"],
        hosts=known["hosts"],
        written={host: frozenset(names) for host, names in known["written"].items()},
        specifications=known["specifications"],
        raw=known["hosts"],
        controller=Controller(**known["controller"]),
    )
    if "seen" in case:
        return told(machine_problems(inventory, case["seen"]))
    return told(variable_problems(inventory))


print(json.dumps([judged(case) for case in json.load(sys.stdin)]))
