#!/usr/bin/python
# Puts file systems on disks that are blank, and mounts disks that have the right one. It never writes to a disk that has anything on it.
from __future__ import annotations

DOCUMENTATION = r"""
module: basement_disks
short_description: Formats blank disks and mounts named ones
description:
  - All disks are looked at before anything is done to any of them. One that is not as it should be stops all.
  - A disk is blank when there is no signature, no partition, nobody who holds it, and nothing but zeros at its beginning and its end.
  - Where a disk is to be mounted there is an empty folder that nobody can write to as long as the disk is not there.
options:
  disks:
    description: The disks.
    type: list
    elements: dict
    required: true
    suboptions:
      name: { description: "Its name, which becomes the label of the file system", type: str, required: true }
      device: { description: "The disk or partition, by a name that stays the same", type: path, required: true }
      path: { description: Where it is mounted, type: path, required: true }
      filesystem: { description: Kind of file system, type: str, choices: [ext4, xfs], default: ext4 }
      format: { description: Whether a blank disk may be formatted, type: bool, default: false }
      options: { description: Options of the mount, type: list, elements: str, default: [] }
  fstab:
    description: The file with the mounts.
    type: path
    default: /etc/fstab
author: basement-watchdog
"""
EXAMPLES = r"""
- name: Mount the disk with the chain's data
  basement_disks:
    disks: [{ name: chain, device: /dev/disk/by-id/nvme-one, path: /srv/chain, format: true }]
"""
RETURN = r"""
formatted:
  description: Names of the disks that were formatted, or would be.
  type: list
  returned: always
mounted:
  description: Names of the disks that were mounted, or would be.
  type: list
  returned: always
"""

import os
import stat

from ansible.module_utils.basic import AnsibleModule

BEGIN, END = "# BEGIN disks of the basement\n", "# END disks of the basement\n"
CHUNK = 1024 * 1024


class Refused(Exception):
    pass


def only_zeros(device):
    """Whether the first 16 MiB and the last are empty. A disk that is encrypted without a header shows by nothing else."""
    with open(device, "rb") as disk:
        size = disk.seek(0, os.SEEK_END)
        places = [*range(0, min(size, 16 * CHUNK), CHUNK), max(0, size - CHUNK)]
        for place in places:
            disk.seek(place)
            if disk.read(CHUNK).strip(b"\0"):
                return False
    return True


class Disk:
    def __init__(self, module, wanted):
        self.module = module
        self.wanted = wanted
        self.name, self.path = wanted["name"], wanted["path"]
        self.device = os.path.realpath(wanted["device"])

    def run(self, *command, fine=(0,)):
        code, out, err = self.module.run_command([*command])
        if code not in fine:
            raise Refused(f"{self.name}: {' '.join(command)} ended with {code}: {(out + err).strip()}")
        return out.strip()

    def said(self, text):
        return Refused(f"storage_disks, {self.name}: {self.wanted['device']} {text}")

    def kind(self):
        """The kind of file system that is on it, '' when it has none."""
        return self.run("blkid", "--probe", "--output", "value", "--match-tag", "TYPE", self.device, fine=(0, 2))

    def look(self):
        """What has to be done: format it, mount it, or nothing."""
        if not os.path.exists(self.device):
            raise self.said("is not there: look into /dev/disk/by-id")
        if not stat.S_ISBLK(os.stat(self.device).st_mode):
            raise self.said("is no disk")
        mounted = self.mounted_at()
        if self.path in mounted:
            return "nothing"
        if mounted:
            raise self.said(f"is mounted at {', '.join(mounted)}")
        kind = self.kind()
        if kind == self.wanted["filesystem"]:
            return "mount"
        if kind:
            raise self.said(f"has {kind} on it, not {self.wanted['filesystem']}: it is left as it is")
        self.be_sure_it_is_blank()
        if not self.wanted["format"]:
            raise self.said("is blank: say format: true if it is the right one")
        return "format"

    def be_sure_it_is_blank(self):
        signatures = self.run("wipefs", "--no-act", "--parsable", "--output", "TYPE", "--noheadings", self.device)
        if signatures:
            raise self.said(f"has signatures of {', '.join(signatures.split())} on it: it is left as it is")
        below = self.run("lsblk", "--noheadings", "--list", "--output", "NAME", self.device).splitlines()[1:]
        if below:
            raise self.said(f"has partitions or is held by others, {', '.join(name.strip() for name in below)}: it is left as it is")
        with open("/proc/swaps", encoding="utf-8") as swaps:
            if any(os.path.realpath(line.split()[0]) == self.device for line in swaps.readlines()[1:]):
                raise self.said("is swap: it is left as it is")
        if not only_zeros(self.device):
            raise self.said("has no file system, but something is written on it: it is left as it is. If nobody needs it, empty it yourself, with blkdiscard for instance")

    def mounted_at(self):
        number = os.stat(self.device).st_rdev
        wanted = f"{os.major(number)}:{os.minor(number)}"
        with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
            fields = [line.split() for line in mounts]
        return [field[4].encode().decode("unicode_escape") for field in fields if field[2] == wanted]

    def format(self):
        label = self.name[:12]
        if self.wanted["filesystem"] == "xfs":
            self.run("mkfs.xfs", "-q", "-L", label, self.device)
        else:
            # No share of it is root's: nothing but data is on it.
            self.run("mkfs.ext4", "-q", "-m", "0", "-L", label, self.device)

    def mount(self):
        os.makedirs(self.path, exist_ok=True)
        if os.listdir(self.path):
            raise Refused(f"storage_disks, {self.name}: {self.path} is not empty: what is in it would be hidden by the disk")
        # Not every file system knows how; then the folder is only empty.
        self.module.run_command(["chattr", "+i", self.path])
        self.run("mount", self.path)
        if not os.path.ismount(self.path):
            raise Refused(f"{self.name}: {self.path} is not mounted after all")

    def line(self):
        options = ",".join(self.wanted["options"]) or "defaults"
        return f"{self.wanted['device']} {self.path} {self.wanted['filesystem']} {options} 0 2\n"


def with_lines(text, lines):
    before, found, rest = text.partition(BEGIN)
    after = rest.partition(END)[2] if found else ""
    if not found and before and not before.endswith("\n"):
        before += "\n"
    return f"{before}{BEGIN}{''.join(lines)}{END}{after}" if lines else f"{before}{after}"


def write(path, text):
    new = path + ".basement"
    with open(new, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(new, 0o644)
    os.replace(new, path)


def work(module):
    disks = [Disk(module, wanted) for wanted in module.params["disks"]]
    steps = [disk.look() for disk in disks]
    formatted = [disk.name for disk, step in zip(disks, steps) if step == "format"]
    mounted = [disk.name for disk, step in zip(disks, steps) if step != "nothing"]
    fstab = module.params["fstab"]
    try:
        with open(fstab, encoding="utf-8") as file:
            before = file.read()
    except FileNotFoundError:
        before = ""
    after = with_lines(before, [disk.line() for disk in disks])
    if not module.check_mode:
        for disk, step in zip(disks, steps):
            if step == "format":
                disk.format()
        if before != after:
            write(fstab, after)
            module.run_command(["systemctl", "daemon-reload"])
        for disk, step in zip(disks, steps):
            if step != "nothing":
                disk.mount()
            elif before != after:
                disk.run("mount", "-o", "remount", disk.path)
    diff = {"before_header": fstab, "after_header": fstab, "before": before, "after": after}
    return {"changed": bool(mounted) or before != after, "formatted": formatted, "mounted": mounted, "diff": diff}


def main():
    module = AnsibleModule(
        argument_spec={
            "disks": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "device": {"type": "path", "required": True},
                    "path": {"type": "path", "required": True},
                    "filesystem": {"type": "str", "choices": ["ext4", "xfs"], "default": "ext4"},
                    "format": {"type": "bool", "default": False},
                    "options": {"type": "list", "elements": "str", "default": []},
                },
            },
            "fstab": {"type": "path", "default": "/etc/fstab"},
        },
        supports_check_mode=True,
    )
    try:
        result = work(module)
    except Refused as why:
        module.fail_json(msg=str(why), formatted=[], mounted=[])
    module.exit_json(**result)


if __name__ == "__main__":
    main()
