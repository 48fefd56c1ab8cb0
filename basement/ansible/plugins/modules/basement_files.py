#!/usr/bin/python
# Writes all files of a role, and makes its folders, in one go: each task over SSH costs more than everything that this does.
from __future__ import annotations

DOCUMENTATION = r"""
module: basement_files
short_description: Writes several files and folders at once
description:
  - Brings files to the contents that are given, or takes away what it wrote earlier. Each file is replaced whole, by a rename.
  - Everything is validated before the first file is replaced, so that a mistake in one leaves all as they were.
  - Check mode and diff are supported. In check mode nothing is validated, because the programs may not be installed yet.
options:
  files:
    description: The files, in the order in which they are written.
    type: list
    elements: dict
    default: []
    suboptions:
      path: { description: Where the file is, type: path, required: true }
      content: { description: What it has in it, type: str, required: true }
      mode: { description: "Its mode, 0644 for instance", type: str, default: "0644" }
      owner: { description: Its owner, type: str, default: root }
      group: { description: Its group, type: str, default: root }
      validate: { description: "Command that must succeed with the new file, whose name stands for %s", type: str }
      keep: { description: "Whether a file of somebody else is kept beside it, and can come back", type: bool, default: false }
      block: { description: "Comment that encloses the content in a file of somebody else, in place of the whole file", type: str, default: "" }
      secret: { description: Whether a diff may not show it, type: bool, default: false }
  folders:
    description: Folders that are made before the files. Others on the way to a file are made with mode 0755.
    type: list
    elements: dict
    default: []
    suboptions:
      path: { description: Where the folder is, type: path, required: true }
      mode: { description: Its mode, type: str, default: "0755" }
      owner: { description: Its owner, type: str, default: root }
      group: { description: Its group, type: str, default: root }
  absent:
    description: Files that are taken away. Of folders, those that are empty.
    type: list
    elements: path
    default: []
  restored:
    description: Files of somebody else that come back as they were kept. One of which none was kept is left as it is.
    type: list
    elements: path
    default: []
author: basement-watchdog
"""
EXAMPLES = r"""
- name: Write the files
  basement_files:
    files:
      - { path: /etc/modules-load.d/one.conf, content: "one\n" }
"""
RETURN = r"""
written:
  description: Paths of the files and folders that were changed, or would be.
  type: list
  returned: always
"""

import grp
import os
import pwd
import shlex
import stat
import tempfile

from ansible.module_utils.basic import AnsibleModule

KEPT = ".before-basement"


def read(path):
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return None


def with_block(text, marker, content):
    """The text of a file with this block in it, at the place where the block was or at the end."""
    begin, end = f"# BEGIN {marker}\n", f"# END {marker}\n"
    before, found, rest = text.partition(begin)
    after = rest.partition(end)[2] if found else ""
    if not found and before and not before.endswith("\n"):
        before += "\n"
    return f"{before}{begin}{content}{end}{after}" if content else f"{before}{after}"


class Writer:
    def __init__(self, module):
        self.module = module
        self.written = []
        self.diffs = []

    def ids(self, wanted):
        try:
            return pwd.getpwnam(wanted["owner"]).pw_uid, grp.getgrnam(wanted["group"]).gr_gid
        except KeyError as unknown:
            # Before the first run the package that brings the user is not there.
            if self.module.check_mode:
                return -1, -1
            self.module.fail_json(msg=f"{wanted['path']}: {unknown}")

    def attributes_differ(self, wanted):
        """Whether the owner or the mode of what is there is another one."""
        seen = os.lstat(wanted["path"])
        owner, group = self.ids(wanted)
        return (
            stat.S_IMODE(seen.st_mode) != int(wanted["mode"], 8)
            or owner not in (-1, seen.st_uid)
            or group not in (-1, seen.st_gid)
        )

    def tell(self, path, before, after):
        self.written.append(path)
        self.diffs.append({"before_header": path, "after_header": path, "before": before, "after": after})

    def folder(self, wanted):
        path = wanted["path"]
        there = os.path.isdir(path)
        if there and not self.attributes_differ(wanted):
            return
        self.tell(path, "" if not there else "another owner or mode\n", f"folder {wanted['owner']}:{wanted['group']} {wanted['mode']}\n")
        if not self.module.check_mode:
            os.makedirs(path, exist_ok=True)
            self.give(path, wanted)

    def give(self, path, wanted):
        os.chown(path, *self.ids(wanted))
        os.chmod(path, int(wanted["mode"], 8))

    def prepare(self, wanted):
        """A file beside the old one, with the new content, validated; None when there is nothing to change."""
        path = wanted["path"]
        before = read(path)
        after = with_block(before or "", wanted["block"], wanted["content"]) if wanted["block"] else wanted["content"]
        same = after == (before or "" if wanted["block"] else before)
        if same and (before is None or not os.path.islink(path) and not self.attributes_differ(wanted)):
            return None
        if wanted["secret"]:
            self.tell(path, "", "not shown\n")
        else:
            self.tell(path, before or "", after)
        if self.module.check_mode:
            return None
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle, new = tempfile.mkstemp(prefix=".basement-", dir=os.path.dirname(path))
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(after)
        self.give(new, wanted)
        return new

    def files(self, files):
        ready = []
        try:
            for wanted in files:
                new = self.prepare(wanted)
                if new is None:
                    continue
                ready.append((wanted, new))
                if wanted["validate"]:
                    command = [part.replace("%s", new) for part in shlex.split(wanted["validate"])]
                    code, out, err = self.module.run_command(command)
                    if code != 0:
                        said = "" if wanted["secret"] else f": {(out + err).strip()}"
                        self.module.fail_json(msg=f"{wanted['path']} would not be valid{said}", written=[])
            for wanted, new in ready:
                path = wanted["path"]
                if wanted["keep"] and os.path.exists(path) and not os.path.exists(path + KEPT):
                    os.link(path, path + KEPT)
                os.replace(new, path)
                self.module.set_default_selinux_context(path, False)
        finally:
            for _, new in ready:
                if os.path.exists(new):
                    os.unlink(new)

    def give_back(self, path):
        kept = path + KEPT
        if os.path.lexists(kept):
            self.tell(path, read(path) or "", read(kept) or "")
            if not self.module.check_mode:
                os.replace(kept, path)

    def take_away(self, path):
        if os.path.isdir(path) and not os.path.islink(path):
            if os.listdir(path):
                return
            self.tell(path, "folder\n", "")
            if not self.module.check_mode:
                os.rmdir(path)
        elif os.path.lexists(path):
            self.tell(path, read(path) or "", "")
            if not self.module.check_mode:
                os.unlink(path)


def main():
    owned = {
        "path": {"type": "path", "required": True},
        "owner": {"type": "str", "default": "root"},
        "group": {"type": "str", "default": "root"},
    }
    module = AnsibleModule(
        argument_spec={
            "files": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    **owned,
                    "content": {"type": "str", "required": True},
                    "mode": {"type": "str", "default": "0644"},
                    "validate": {"type": "str"},
                    "keep": {"type": "bool", "default": False},
                    "block": {"type": "str", "default": ""},
                    "secret": {"type": "bool", "default": False},
                },
            },
            "folders": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {**owned, "mode": {"type": "str", "default": "0755"}},
            },
            "absent": {"type": "list", "elements": "path", "default": []},
            "restored": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    writer = Writer(module)
    for folder in module.params["folders"]:
        writer.folder(folder)
    writer.files(module.params["files"])
    for path in module.params["restored"]:
        writer.give_back(path)
    for path in module.params["absent"]:
        writer.take_away(path)
    module.exit_json(changed=bool(writer.written), written=writer.written, diff=writer.diffs)


if __name__ == "__main__":
    main()
