#!/usr/bin/python
# Looks at what a node has of rke2, and at which servers answer; it changes nothing. Runs with whatever Python a node has.
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: rke2_look
short_description: Looks at what a node has of rke2
description:
  - Says which version is installed and which one runs, whether this node has been in a cluster and in which one,
    and which of the servers answer, with the authority of their cluster.
options:
  servers:
    description: Address of each server, by its name.
    type: dict
    default: {}
  token:
    description: Server token that is meant, to see whether the one here is the same.
    type: str
    default: ""
  files:
    description: Files whose digest and mode are to be said.
    type: list
    elements: path
    default: []
author: [basement-watchdog]
"""

EXAMPLES = """
- name: Look at this node
  rke2_look:
    servers: { mini1: 192.168.10.11 }
"""

RETURN = """
rke2:
  description: What was seen.
  type: dict
  returned: always
"""

import glob
import hashlib
import os
import platform
import pwd
import re
import socket
import ssl
import stat

from ansible.module_utils.basic import AnsibleModule

DATA = "/var/lib/rancher/rke2"
SETTINGS = "/etc/rancher/rke2"
APPLIED = SETTINGS + "/settings-in-force"
JOIN = SETTINGS + "/config.yaml.d/10-join.yaml"
BINARY = "/usr/local/bin/rke2"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def bytes_of(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except (IOError, OSError):
        return b""


def version_of(module, path):
    try:
        code, out, _err = module.run_command([path, "--version"], handle_exceptions=False)
    except (IOError, OSError):
        return ""
    found = re.search(r"\bv\d+\.\d+\.\d+\S*", out)
    return found.group(0) if code == 0 and found else ""


def unit_of(module):
    """The unit that runs or is about to, and its process."""
    for kind in ("server", "agent"):
        _code, out, _err = module.run_command(["systemctl", "show", "--property=ActiveState,MainPID", "rke2-%s.service" % kind])
        shown = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
        if shown.get("ActiveState") in ("active", "activating", "reloading"):
            return kind, shown["ActiveState"], int(shown.get("MainPID") or 0)
    return "", "inactive", 0


def settings_digest():
    """Of everything that rke2 reads only when it starts."""
    files = [SETTINGS + "/" + name for name in ("config.yaml", "registries.yaml", "audit-policy.yaml", "authentication.yaml")]
    files += sorted(path for path in glob.glob(SETTINGS + "/config.yaml.d/*.yaml") if path != JOIN)
    files += sorted(glob.glob(DATA + "/agent/etc/kubelet.conf.d/*.conf"))
    total = hashlib.sha256()
    for path in files:
        text = bytes_of(path)
        total.update(("%s %d\n" % (path, len(text))).encode() + text)
    return total.hexdigest()


def authority_at(address):
    """Digest of the authority of the cluster whose server answers there, as a token has it; empty when none does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((address, 9345), timeout=3) as plain, context.wrap_socket(plain) as channel:
            channel.settimeout(3)
            channel.sendall(("GET /cacerts HTTP/1.0\r\nHost: %s\r\n\r\n" % address).encode())
            answer = b""
            while len(answer) < 1 << 20:
                part = channel.recv(65536)
                if not part:
                    break
                answer += part
    except (OSError, ValueError):
        return ""
    head, _gap, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0] or b"BEGIN CERTIFICATE" not in body:
        return ""
    return digest_of(body)


def digest_of(bundle):
    """As rke2 does it: of one certificate the file as it is; of a chain the root's own encoding."""
    certificates = re.findall(b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", bundle, re.S)
    if len(certificates) > 1:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificates[-1].decode())).hexdigest()
    return hashlib.sha256(bundle).hexdigest()


def file_of(path):
    """Mode and digest, or nothing where it is not root's, or not there."""
    try:
        about = os.lstat(path)
    except OSError:
        return ""
    if not stat.S_ISREG(about.st_mode) or about.st_uid != 0 or about.st_gid != 0:
        return ""
    return "%04o %s" % (stat.S_IMODE(about.st_mode), hashlib.sha256(bytes_of(path)).hexdigest())


def has_user(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def main():
    module = AnsibleModule(
        argument_spec={
            "servers": {"type": "dict", "default": {}},
            "token": {"type": "str", "default": "", "no_log": True},
            "files": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    kind, state, pid = unit_of(module)
    role = kind or ("server" if os.path.isdir(DATA + "/server/db") else "agent")
    certificate = bytes_of(DATA + ("/server/tls/server-ca.crt" if role == "server" else "/agent/server-ca.crt"))
    token = bytes_of(DATA + "/server/token").decode().strip()
    wanted = module.params["token"].rsplit("::server:", 1)[-1]
    digest, applied = settings_digest(), bytes_of(APPLIED).decode().strip()
    has_database = os.path.isdir(DATA + "/server/db/etcd")
    module.exit_json(
        changed=False,
        rke2={
            "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
            "installed": version_of(module, BINARY),
            "running": version_of(module, "/proc/%d/exe" % pid) if pid else "",
            "unit": kind,
            "state": state,
            "has_database": has_database,
            "has_joined": has_database or os.path.exists(DATA + "/agent/client-kubelet.crt"),
            "authority": digest_of(certificate) if certificate else "",
            "is_token_other": bool(token and wanted and token.rsplit("::server:", 1)[-1] != wanted),
            "digest": digest,
            "is_pending": bool(kind) and applied != digest,
            "answers": {name: authority_at(str(address)) for name, address in module.params["servers"].items()},
            "files": {path: file_of(path) for path in module.params["files"]},
            "is_enabled": module.run_command(["systemctl", "is-enabled", "--quiet", "rke2-%s.service" % role])[0] == 0,
            "has_etcd_user": has_user("etcd"),
            "has_network_manager": os.path.isdir("/etc/NetworkManager/conf.d"),
        },
    )


if __name__ == "__main__":
    main()
