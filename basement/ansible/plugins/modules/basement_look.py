#!/usr/bin/python
# Looks at what the tasks of a role depend on, so that on a machine where nothing is to be done nothing else has to be asked.
from __future__ import annotations

DOCUMENTATION = r"""
module: basement_look
short_description: What packages, units and files there are
description:
  - Reads which of the packages are missing, what state the units have, and what is in the files. It changes nothing.
options:
  packages:
    description: Names of packages; of the RHEL family also with version and release behind them.
    type: list
    elements: str
    default: []
  units:
    description: Names of units of systemd, with their ending.
    type: list
    elements: str
    default: []
  files:
    description: Paths of files that are read.
    type: list
    elements: path
    default: []
author: basement-watchdog
"""
EXAMPLES = r"""
- name: Look at what is there
  basement_look:
    packages: [chrony]
    units: [chrony.service]
"""
RETURN = r"""
missing:
  description: The packages that are not installed.
  type: list
  returned: always
running:
  description: The units that are enabled and active.
  type: list
  returned: always
enabled:
  description: The units that are enabled or cannot be.
  type: list
  returned: always
present:
  description: The units that are there and not masked.
  type: list
  returned: always
alive:
  description: The units that are active or enabled, of which neither is wanted when a service is unwanted.
  type: list
  returned: always
files:
  description: The text of each file, null when it is not there.
  type: dict
  returned: always
machine:
  description: The name, the time zone, active swap, and who came by SSH with how many keys.
  type: dict
  returned: always
"""

import os
import pwd
import re

from ansible.module_utils.basic import AnsibleModule

KEY = re.compile(r"^(\S+ +)?(ssh-|ecdsa-sha2-|sk-)\S+ +\S+")


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def missing(module, packages):
    if not packages:
        return []
    if module.get_bin_path("dpkg-query"):
        _, out, _ = module.run_command(["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}\n", *packages])
        there = {name for status, _, name in (line.partition(" ") for line in out.splitlines()) if status == "installed"}
    else:
        # A name may have a version behind it, or be one that another package provides.
        there = {
            name
            for name in packages
            if any(module.run_command(["rpm", "--query", *how, name])[0] == 0 for how in ([], ["--whatprovides"]))
        }
    return [name for name in packages if name not in there]


def states(module, units):
    if not units:
        return {}
    names = ["Names", "LoadState", "UnitFileState", "ActiveState"]
    _, out, _ = module.run_command(["systemctl", "show", "--property=" + ",".join(names), *units])
    found = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in out.strip().split("\n\n")]
    return dict(zip(units, found))


def machine():
    name = os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    try:
        home = pwd.getpwnam(name).pw_dir
    except KeyError:
        home = "/nonexistent"
    keys = "".join(read(os.path.join(home, ".ssh", each)) or "" for each in ("authorized_keys", "authorized_keys2"))
    swaps = (read("/proc/swaps") or "").splitlines()[1:]
    try:
        zone = os.readlink("/etc/localtime").partition("zoneinfo/")[2]
    except OSError:
        zone = ""
    return {
        "user": name,
        "key_count": sum(1 for line in keys.splitlines() if KEY.match(line.strip())),
        "hostname": os.uname().nodename,
        "timezone": zone,
        "swaps": [line.split()[0] for line in swaps if line.strip()],
    }


def main():
    module = AnsibleModule(
        argument_spec={
            "packages": {"type": "list", "elements": "str", "default": []},
            "units": {"type": "list", "elements": "str", "default": []},
            "files": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    seen = states(module, module.params["units"])
    # A unit without an [Install] section is started by others and cannot be enabled.
    on = ("enabled", "enabled-runtime", "static", "indirect", "generated", "alias")
    enabled = [name for name, unit in seen.items() if unit.get("UnitFileState") in on]
    active = [name for name, unit in seen.items() if unit.get("ActiveState") in ("active", "activating", "reloading")]
    module.exit_json(
        changed=False,
        missing=missing(module, module.params["packages"]),
        enabled=enabled,
        running=[name for name in enabled if name in active],
        present=[name for name, unit in seen.items() if unit.get("LoadState") == "loaded"],
        alive=[
            name
            for name, unit in seen.items()
            if name in active or unit.get("LoadState") == "loaded" and unit.get("UnitFileState") in on[:2]
        ],
        files={path: read(path) for path in module.params["files"]},
        machine=machine(),
    )


if __name__ == "__main__":
    main()
