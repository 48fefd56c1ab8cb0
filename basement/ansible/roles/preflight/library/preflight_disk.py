#!/usr/bin/python
# Measures with fio how fast a disk makes writes durable and how many random reads it does, and leaves the machine as it was.
from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_disk
short_description: Measures the disks of a machine with fio
description:
  - Writes a file into each folder for about two seconds, reads from it for two, and removes it.
  - Installs fio when it is not there, and removes what came with that again.
  - In check mode it measures only where fio is installed.
options:
  disks:
    description: Folders, each with C(path), and C(fsync_p99_ms) or C(read_iops) when they are to be measured.
    type: list
    elements: dict
    required: true
author: basement-watchdog
"""
EXAMPLES = r"""
- name: Measure the disk of etcd
  preflight_disk:
    disks: [{ path: /var/lib/rancher, fsync_p99_ms: 10 }]
"""
RETURN = r"""
measured:
  description: For each folder the 99th percentile of a durable write in milliseconds, and random reads of 4 KiB per second.
  type: dict
  returned: always
"""

import json
import os
import shutil
import tempfile
import time

from ansible.module_utils.basic import AnsibleModule

QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}


def packages(module):
    if shutil.which("dpkg-query"):
        code, out, _ = module.run_command(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Package}:${Architecture}\n"])
        # Those that are installed, in whichever state they are wanted.
        return {line[3:].strip() for line in out.splitlines() if line[1:2] == "i"} if code == 0 else set()
    code, out, _ = module.run_command(["rpm", "-qa", "--qf", "%{NAME}.%{ARCH}\n"])
    return set(out.split()) if code == 0 else set()


def install(module):
    if shutil.which("apt-get"):
        command = ["apt-get", "-y", "--no-install-recommends", "install", "fio"]
        code, out, err = module.run_command(command, environ_update=QUIET)
        if code != 0:
            module.run_command(["apt-get", "-q", "update"], environ_update=QUIET)
            code, out, err = module.run_command(command, environ_update=QUIET)
    else:
        code, out, err = module.run_command(["dnf", "-y", "--setopt=install_weak_deps=False", "install", "fio"])
    if code != 0:
        why = (err or out).strip().splitlines()[-1:] or ["no reason given"]
        module.fail_json(
            msg="preflight_fio: fio cannot be installed on this host (%s): install it yourself, or go on without a measurement with preflight_fio: never"
            % why[0]
        )


def accounts(file):
    with open(file, encoding="utf-8") as lines:
        return {line.split(":", 1)[0] for line in lines}


def state(module):
    """What an installation may add: packages, and the users and groups that these make and do not take along."""
    return packages(module), accounts("/etc/passwd"), accounts("/etc/group")


def remove(module, before):
    names = sorted(packages(module) - before[0])
    if names and shutil.which("apt-get"):
        module.run_command(["dpkg", "--purge", *names], environ_update=QUIET)
    elif names:
        module.run_command(["rpm", "-e", *names])
    for user in sorted(accounts("/etc/passwd") - before[1]):
        module.run_command(["userdel", user])
    for group in sorted(accounts("/etc/group") - before[2]):
        module.run_command(["groupdel", group])


def nearest(path):
    while not os.path.isdir(path) and path != "/":
        path = os.path.dirname(path)
    return path


def fio(module, folder, *options):
    command = ["fio", "--name=preflight", "--directory=" + folder, "--time_based", "--runtime=2", "--output-format=json"]
    code, out, err = module.run_command([*command, *options])
    if code != 0:
        module.fail_json(msg="preflight_fio: fio failed in %s: %s" % (folder, (err or out).strip()[-300:]))
    return json.loads(out[out.index("{") :])["jobs"][0]


def measure(module, disk):
    at = nearest(disk["path"])
    folder = tempfile.mkdtemp(prefix=".preflight-", dir=at)
    found = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "device": os.stat(at).st_dev}
    try:
        if disk.get("fsync_p99_ms"):
            # As etcd writes its log: small, one after the other, each made durable.
            job = fio(module, folder, "--rw=write", "--bs=2300", "--size=22m", "--fdatasync=1", "--ioengine=sync")
            found["fsync_p99_ms"] = round(job["sync"]["lat_ns"]["percentile"]["99.000000"] / 1e6, 2)
        if disk.get("read_iops"):
            job = fio(module, folder, "--rw=randread", "--bs=4k", "--size=256m", "--direct=1", "--ioengine=libaio", "--iodepth=32")
            found["read_iops"] = round(job["read"]["iops"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def main():
    module = AnsibleModule(
        argument_spec={"disks": {"type": "list", "elements": "dict", "required": True}}, supports_check_mode=True
    )
    if not shutil.which("fio") and module.check_mode:
        module.exit_json(changed=False, measured={}, skipped_because="fio is not installed, and check mode installs nothing")
    before = None
    if not shutil.which("fio"):
        before = state(module)
        install(module)
    try:
        measured = {disk["path"]: measure(module, disk) for disk in module.params["disks"]}
    finally:
        if before is not None:
            remove(module, before)
    module.exit_json(changed=False, measured=measured)


if __name__ == "__main__":
    main()
