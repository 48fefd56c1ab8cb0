# Variables that somebody wrote: none that no role knows, none of a wrong kind.
from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from .inventory import Inventory
from .problem import Problem, Unreadable

KINDS: dict[str, tuple[type, ...]] = {
    "bool": (bool, str, int),
    "int": (int, str),
    "float": (int, float, str),
    "list": (list, tuple),
    "dict": (dict,),
    "str": (str, int, float, bool),
    "path": (str,),
}
# Looked at by rules of their own, which say more.
ELSEWHERE = ("port_forwards",)
TRUTHS = {"yes", "no", "true", "false", "on", "off", "1", "0"}


def known(inventory: Inventory) -> dict[str, Any]:
    return {name: option for options in inventory.specifications.values() for name, option in options.items()}


def unknown(inventory: Inventory) -> Iterator[Problem]:
    options = known(inventory)
    prefixes = tuple(f"{role}_" for role in inventory.specifications)
    for host in inventory.basement + inventory.group("hub"):
        for name in sorted(inventory.written[host]):
            if name.startswith(prefixes) and name not in options:
                near = get_close_matches(name, options, n=1)
                hint = f": is {near[0]} meant?" if near else ""
                yield Problem(name, f"no role knows this variable{hint}", host)


def kinds(inventory: Inventory) -> Iterator[Problem]:
    options = known(inventory)
    for host in inventory.basement + inventory.group("hub"):
        for name in sorted(inventory.written[host]):
            option = options.get(name)
            if option is None or option.get("no_log") or name in ELSEWHERE:
                continue
            try:
                why = unfit(inventory.hosts[host].get(name), option)
            except Unreadable as error:
                # What is made of facts cannot be known yet. A rule that needs it now says so.
                made_of_facts = "ansible_facts" in str(inventory.raw[host].get(name))
                why = None if made_of_facts else f"cannot be worked out: {error.why}"
            if why is not None:
                yield Problem(name, why, host)


def unfit(value: Any, option: Any) -> str | None:
    """Why the value is not what the specification wants, or None."""
    kind = option.get("type", "str")
    wanted = KINDS.get(kind)
    if value is None or wanted is None:
        return None
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        return f"must be {kind}, not {type_of(value)}"
    if kind == "int" and isinstance(value, str) and not value.strip().lstrip("-").isdigit():
        return f'must be a whole number, not "{value}"'
    if kind == "bool" and str(value).lower() not in TRUTHS:
        return f'must be true or false, not "{value}"'
    choices = option.get("choices")
    if choices:
        wrong = [each for each in (value if kind == "list" else [value]) if each not in choices]
        if wrong:
            return f'"{wrong[0]}" is none of {", ".join(str(each) for each in choices)}'
    if kind == "list" and option.get("elements") == "dict" and isinstance(option.get("options"), dict):
        return unfit_entries(value, option["options"])
    return None


def unfit_entries(entries: Any, options: dict[str, Any]) -> str | None:
    for place, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            return f"entry {place} must be a mapping"
        for key in entry:
            if key not in options:
                near = get_close_matches(str(key), options, n=1)
                return f"entry {place}: nobody knows {key}" + (f", is {near[0]} meant?" if near else "")
        for key, option in options.items():
            if option.get("required") and key not in entry:
                return f"entry {place} lacks {key}"
            why = unfit(entry.get(key), option)
            if why is not None:
                return f"entry {place}: {key} {why}"
    return None


def type_of(value: Any) -> str:
    for kind, name in ((bool, "bool"), (int, "int"), (float, "float"), (str, "str"), (list, "list"), (dict, "dict")):
        if isinstance(value, kind):
            return name
    return type(value).__name__


RULES = [unknown, kinds]
