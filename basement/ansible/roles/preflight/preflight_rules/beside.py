# What lies on the controller beside the inventory: secrets, and what the watchdog was deployed with.
from __future__ import annotations

import stat
from collections.abc import Iterator
from typing import NamedTuple

from .inventory import Inventory
from .problem import Problem


def secrets(inventory: Inventory) -> Iterator[Problem]:
    for path, mode in inventory.controller.secret_modes.items():
        if mode & 0o077:
            right = "0700" if stat.S_ISDIR(mode) else "0600"
            yield Problem(
                "basement_secrets_dir", f"others may read {path} ({stat.S_IMODE(mode):04o}): chmod {right} {path}"
            )


def outputs(inventory: Inventory) -> Iterator[Problem]:
    path = str(inventory.shared("basement_watchdog_outputs", ""))
    if path == "":
        return
    error = inventory.controller.outputs_error
    make = f"`terraform output -json basement > {path}` writes it"
    if error is not None:
        yield Problem("basement_watchdog_outputs", f"{path} {error}: {make}")
        return
    found = inventory.controller.outputs
    if isinstance(found, dict) and isinstance(found.get("basement"), dict):
        # All outputs instead of the one.
        found = found["basement"].get("value")
    senders = found.get("heartbeats") if isinstance(found, dict) else None
    if not isinstance(senders, list):
        yield Problem("basement_watchdog_outputs", f"{path} is not the output called basement: {make}")
        return
    site = str(inventory.shared("basement_site", ""))
    sites = sorted({str(each.get("site")) for each in senders if isinstance(each, dict)})
    if site and site not in sites:
        told = ", ".join(sites) or "no site"
        yield Problem(
            "basement_watchdog_outputs", f"{path} has senders of {told}, none of basement_site {site}: it is of another basement"
        )
        return
    yield from senders_of(inventory, path, {str(each.get("source")): str(each.get("secret")) for each in senders if each.get("site") == site})


def senders_of(inventory: Inventory, path: str, secrets: dict[str, str]) -> Iterator[Problem]:
    """Each node sends as itself, and some of its work and the UPS do: the watchdog must know all of them, and their tokens must be there."""
    for host in inventory.basement:
        given = inventory.of(host, "watchdog_tokens", {}) or {}
        for variable in ("watchdog_heartbeat_source", "watchdog_sources"):
            value = inventory.of(host, variable, [])
            sources = value if isinstance(value, list) else [value]
            for source in dict.fromkeys(str(each) for each in sources if each):
                yield from sender(inventory, path, Sender(variable, source, secrets.get(source), source in given, host))
    primary = str(inventory.shared("ups_primary", ""))
    if primary in inventory.hosts and inventory.of(primary, "ups_notify", True):
        source = str(inventory.of(primary, "ups_watchdog_source", "ups"))
        is_given = bool(inventory.of(primary, "ups_watchdog_token", ""))
        yield from sender(inventory, path, Sender("ups_watchdog_source", source, secrets.get(source), is_given, primary))


class Sender(NamedTuple):
    variable: str
    source: str
    secret: str | None
    is_given: bool
    host: str


def sender(inventory: Inventory, path: str, one: Sender) -> Iterator[Problem]:
    if one.secret is None:
        yield Problem(
            one.variable,
            f"{path} knows no sender {one.source}: add it to the heartbeats of the site in watchdog.yaml, deploy, and write the file anew",
            one.host,
        )
    elif not one.is_given and one.secret not in inventory.controller.tokens:
        yield Problem(
            "basement_watchdog_tokens_dir",
            f"the token of {one.source} is missing: `watchdog secrets show . {one.secret}` tells it; it belongs into the file {one.secret} of "
            "this folder, or into an environment variable of that name",
            one.host,
        )


RULES = [secrets, outputs]
