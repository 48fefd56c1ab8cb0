# The inventory as Ansible has it, in the shape in which the rules want it.
from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError

from .inventory import Controller, Inventory
from .problem import Unreadable

GROUPS = ("servers", "agents", "basement", "hub")


class Worked(Mapping[str, Any]):
    """The variables of a host with the defaults of all roles below them, worked out when they are looked at."""

    def __init__(self, templar: Any, raw: Mapping[str, Any], defaults: Mapping[str, Any], hostvars: Any) -> None:
        self._raw = raw
        self._all = {**defaults, **raw, "hostvars": hostvars}
        self._templar = templar.copy_with_new_env(available_variables=self._all)

    def __getitem__(self, name: str) -> Any:
        try:
            return self._templar.template(self._all[name])
        except AnsibleError as error:
            if name not in self._raw:
                # A default that needs what is only known later, such as facts.
                raise KeyError(name) from error
            raise Unreadable(name, str(error).splitlines()[0]) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def inventory_of(action: Any, task_vars: dict[str, Any]) -> Inventory:
    """All hosts of the basement and its exit, also those that this run is not limited to."""
    hostvars, groups = task_vars["hostvars"], task_vars["groups"]
    roles = os.path.dirname(task_vars["role_path"])
    files = Files(action._loader, roles)
    defaults = files.merged("defaults/main.yml")
    names = dict.fromkeys(host for group in GROUPS for host in groups.get(group, []))
    raw = {host: hostvars.raw_get(host) for host in names}
    # What earlier plays have made is not what somebody wrote.
    made = getattr(getattr(hostvars, "_variable_manager", None), "_nonpersistent_fact_cache", {})
    inventory = Inventory(
        groups={name: list(members) for name, members in groups.items()},
        hosts={host: Worked(action._templar, raw[host], defaults, hostvars) for host in names},
        written={host: frozenset(raw[host]) - frozenset(made.get(host, {})) for host in names},
        specifications=files.specifications(),
        raw=raw,
    )
    return Inventory(**{**inventory.__dict__, "controller": controller(inventory, files)})


class Files:
    """The files of all roles that say something about variables."""

    def __init__(self, loader: Any, roles: str) -> None:
        self._loader = loader
        self._roles = roles
        self.names = sorted(os.listdir(roles))

    def load(self, *parts: str) -> Any:
        path = os.path.join(self._roles, *parts)
        return self._loader.load_from_file(path, trusted_as_template=True) or {} if os.path.exists(path) else {}

    def merged(self, file: str) -> dict[str, Any]:
        return {name: value for role in self.names for name, value in self.load(role, file).items()}

    def specifications(self) -> dict[str, dict[str, Any]]:
        return {
            role: {
                name: option
                for entry in self.load(role, "meta/argument_specs.yml").get("argument_specs", {}).values()
                for name, option in (entry.get("options") or {}).items()
            }
            for role in self.names
        }


def controller(inventory: Inventory, files: Files) -> Controller:
    folder = path_of(inventory, "basement_secrets_dir")
    outputs = path_of(inventory, "basement_watchdog_outputs")
    parsed, error = None, None
    if outputs:
        try:
            with open(outputs, encoding="utf-8") as file:
                parsed = json.load(file)
        except OSError as failure:
            error = f"cannot be read ({failure.strerror})"
        except ValueError:
            error = "is no JSON"
    tokens = path_of(inventory, "basement_watchdog_tokens_dir")
    return Controller(
        secret_modes=modes(folder),
        tokens={*os.environ, *(os.listdir(tokens) if os.path.isdir(tokens) else [])},
        outputs=parsed,
        outputs_error=error,
        providers=files.load("vpn", "vars", "providers.yml").get("vpn_providers", {}),
    )


def path_of(inventory: Inventory, variable: str) -> str:
    try:
        text = str(inventory.shared(variable, ""))
    except Unreadable:
        # A rule comes upon it as well, and says so.
        return ""
    return os.path.join(os.getcwd(), os.path.expanduser(text)) if text else ""


def modes(folder: str) -> dict[str, int]:
    """The mode of the folder and of everything in it; of nothing when it is not there yet."""
    found: dict[str, int] = {}
    if folder and os.path.isdir(folder):
        found[folder] = os.stat(folder).st_mode
        for inner, folders, files in os.walk(folder):
            for name in [*folders, *files]:
                path = os.path.join(inner, name)
                mode = os.stat(path).st_mode
                if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
                    found[path] = mode
    return found
