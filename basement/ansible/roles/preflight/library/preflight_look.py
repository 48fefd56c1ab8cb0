#!/usr/bin/python
# Looks at everything of a machine that preflight judges, in one go. It only reads; the one thing that it sends is an ARP request for the VIP.
from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_look
short_description: Looks at a machine before anything is changed
description:
  - Returns what preflight judges on the controller. Changes nothing, also not in check mode.
options:
  interface:
    description: Interface that is to be in the LAN.
    type: str
    default: ""
  vip:
    description: Virtual address that nobody but a node of the basement may answer for.
    type: str
    default: ""
  user:
    description: User who comes by SSH.
    type: str
    default: ""
  paths:
    description: Folders whose disks are looked at; the nearest that exists stands for one that does not yet.
    type: list
    elements: str
    default: []
  mounts:
    description: Disks that are mounted later, each with its C(device) and C(path).
    type: list
    elements: dict
    default: []
  salt:
    description: Goes into the hash of the token, so that it says nothing elsewhere.
    type: str
    default: ""
author: basement-watchdog
"""
EXAMPLES = r"""
- name: Look at the machine
  preflight_look:
    interface: enp1s0
"""
RETURN = r"""
seen:
  description: What was seen.
  type: dict
  returned: always
"""

import hashlib
import json
import os
import platform
import pwd
import re
import socket
import struct
import sys
import time

from ansible.module_utils.basic import AnsibleModule

REMEMBERED = "/etc/basement/preflight.json"
RANCHER = "/etc/rancher/rke2/config.yaml"
SERVER = "/var/lib/rancher/rke2/server"
KEY = re.compile(r"(?:^|\s)(?:ssh-|ecdsa-|sk-)\S+\s+[A-Za-z0-9+/=]{40,}")


def text_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def output(module, *command):
    code, out, _ = module.run_command(list(command))
    return out if code == 0 else ""


def release():
    pairs = (line.split("=", 1) for line in text_of("/etc/os-release").splitlines() if "=" in line)
    return {key: value.strip('"') for key, value in pairs if key in ("ID", "ID_LIKE", "VERSION_ID", "PRETTY_NAME")}


def memory_mib():
    found = re.search(r"^MemTotal:\s+(\d+) kB", text_of("/proc/meminfo"), re.M)
    return int(found.group(1)) // 1024 if found else 0


def interfaces(module):
    found = {}
    for each in json.loads(output(module, "ip", "-json", "address") or "[]"):
        if "ifname" not in each:
            continue
        found[each["ifname"]] = {
            "mac": each.get("address", ""),
            "is_up": "LOWER_UP" in each.get("flags", []),
            "addresses": ["%s/%s" % (one["local"], one["prefixlen"]) for one in each.get("addr_info", []) if "local" in one],
        }
    return found


def listeners(module):
    """Port and protocol of whatever is listened on, and the process that does; empty for one of the kernel."""
    found = []
    for line in output(module, "ss", "-Hlntup").splitlines():
        fields = line.split()
        if len(fields) < 5:
            continue
        process = re.search(r'\(\("([^"]+)"', line)
        address, _, port = fields[4].rpartition(":")
        if port.isdigit():
            name = process.group(1) if process else ""
            found.append({"protocol": fields[0], "address": address, "port": int(port), "process": name})
    return found


def keys_of(user):
    """How many keys may come in as this user; None where another program says it."""
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        return 0
    settings = text_of("/etc/ssh/sshd_config")
    folder = "/etc/ssh/sshd_config.d"
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        settings += "\n" + text_of(os.path.join(folder, name))
    command = re.search(r"^\s*AuthorizedKeysCommand\s+(\S+)", settings, re.M | re.I)
    if command and command.group(1).lower() != "none":
        return None
    named = re.search(r"^\s*AuthorizedKeysFile\s+(.+)$", settings, re.M | re.I)
    files = named.group(1).split() if named else [".ssh/authorized_keys", ".ssh/authorized_keys2"]
    count = 0
    for file in files:
        path = file.replace("%u", user).replace("%h", account.pw_dir).replace("%%", "%")
        lines = text_of(os.path.join(account.pw_dir, path)).splitlines()
        count += sum(1 for line in lines if not line.lstrip().startswith("#") and KEY.search(line))
    return count


def size_mib(device):
    try:
        with open(device, "rb") as disk:
            return disk.seek(0, os.SEEK_END) // 2**20
    except OSError:
        return None


def disk_of(path, mounts):
    for mount in mounts:
        inside = path == mount["path"] or path.startswith(mount["path"].rstrip("/") + "/")
        if inside and not os.path.ismount(mount["path"]):
            # What is there now is the disk below, and says nothing of the one that comes.
            return {"at": mount["device"], "free_mib": size_mib(mount["device"]), "is_read_only": False, "device": None}
    there = path
    while not os.path.isdir(there) and there != "/":
        there = os.path.dirname(there)
    state = os.statvfs(there)
    return {
        "at": there,
        "free_mib": state.f_bavail * state.f_frsize // 2**20,
        "is_read_only": bool(state.f_flag & os.ST_RDONLY),
        "device": os.stat(there).st_dev,
    }


def measured_of(disks):
    """What is remembered of these disks; nothing of one that was another disk then."""
    try:
        remembered = json.loads(text_of(REMEMBERED) or "{}").get("disks", {})
    except (ValueError, AttributeError):
        return {}
    return {path: each for path, each in remembered.items() if path in disks and each.get("device") == disks[path]["device"]}


def cluster(module, salt):
    token = text_of(os.path.join(SERVER, "token")).strip() or text_of(os.path.join(SERVER, "node-token")).strip()
    password = token.rsplit("::server:", 1)[-1]
    certificate = text_of(os.path.join(SERVER, "tls/server-ca.crt"))
    members = os.path.join(SERVER, "db")
    return {
        "is_configured": os.path.exists(RANCHER),
        "has_data": os.path.isdir(members) and len(os.listdir(members)) > 0,
        "is_active": module.run_command(["systemctl", "is-active", "--quiet", "rke2-server"])[0] == 0,
        "authority": hashlib.sha256(certificate.encode()).hexdigest() if certificate else None,
        "token": hashlib.sha256((salt + password).encode()).hexdigest() if token else None,
    }


def who_answers(interface, address):
    """Hardware address of whoever answers for it, or None. Asks twice, because one request may get lost."""
    try:
        wanted = socket.inet_pton(socket.AF_INET, address)
        asking = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    except OSError:
        return None
    try:
        asking.bind((interface, 0))
        own = asking.getsockname()[4]
        # A probe of RFC 5227, with no sender's address: nobody learns anything from it.
        frame = b"\xff" * 6 + own + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + own + bytes(4) + bytes(6) + wanted
        for _ in range(2):
            asking.send(frame)
            until = time.monotonic() + 0.5
            while time.monotonic() < until:
                asking.settimeout(max(0.01, until - time.monotonic()))
                try:
                    answer = asking.recv(128)
                except socket.timeout:
                    break
                if answer[20:22] == b"\x00\x02" and answer[28:32] == wanted:
                    return ":".join("%02x" % byte for byte in answer[22:28])
    except OSError:
        return None
    finally:
        asking.close()
    return None


def main():
    module = AnsibleModule(
        argument_spec={
            "interface": {"type": "str", "default": ""},
            "vip": {"type": "str", "default": ""},
            "user": {"type": "str", "default": ""},
            "paths": {"type": "list", "elements": "str", "default": []},
            "mounts": {"type": "list", "elements": "dict", "default": []},
            "salt": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    begun = time.time()
    wanted = module.params
    user = wanted["user"] or os.environ.get("SUDO_USER", "")
    found = interfaces(module)
    own = [address.split("/")[0] for each in found.values() for address in each["addresses"]]
    disks = {path: disk_of(path, wanted["mounts"]) for path in wanted["paths"]}
    seen = {
        "is_root": os.geteuid() == 0,
        "release": release(),
        "architecture": platform.machine(),
        "python": list(sys.version_info[:2]),
        "cpus": os.cpu_count() or 0,
        "memory_mib": memory_mib(),
        "hostname": socket.gethostname(),
        "machine_id": text_of("/etc/machine-id").strip(),
        "container": output(module, "systemd-detect-virt", "--container").strip() or "none",
        "interfaces": found,
        "listeners": listeners(module),
        "user": user,
        "keys": keys_of(user),
        "disks": disks,
        "cluster": cluster(module, wanted["salt"]),
        "holds_vip": wanted["vip"] in own,
        "vip_answer": who_answers(wanted["interface"], wanted["vip"]) if wanted["vip"] and wanted["vip"] not in own else None,
        "measured": measured_of(disks),
    }
    module.exit_json(changed=False, seen=seen, begun=begun, ended=time.time())


if __name__ == "__main__":
    main()
