#!/usr/bin/python
# Waits until a node is a ready part of its cluster, and says otherwise what it is missing. Runs with whatever Python a node has.
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: rke2_ready
short_description: Waits until a node is a ready part of its cluster
description:
  - A node is ready when its unit runs, its own API server says that it is ready (on a server), and the cluster knows
    the node of exactly this name as ready, in exactly this version.
options:
  node:
    description: Name of the node.
    type: str
    required: true
  version:
    description: Version that the kubelet must have. Empty when any will do.
    type: str
    default: ""
  is_server:
    description: Whether the node is a server.
    type: bool
    default: true
  also:
    description: Other nodes that must be ready as well; for servers only.
    type: list
    elements: str
    default: []
  timeout:
    description: Seconds to wait.
    type: int
    default: 600
author: [basement-watchdog]
"""

EXAMPLES = """
- name: Wait for this node
  rke2_ready:
    node: mini1
"""

RETURN = """
labels:
  description: Labels of the node.
  type: dict
  returned: success
taints:
  description: Taints of the node, as key=value:effect.
  type: list
  returned: success
version:
  description: Version of its kubelet.
  type: str
  returned: success
seconds:
  description: How long it took.
  type: int
  returned: success
"""

import json
import time

from ansible.module_utils.basic import AnsibleModule

KUBECTL = "/var/lib/rancher/rke2/bin/kubectl"
ADMIN = "/etc/rancher/rke2/rke2.yaml"
KUBELET = "/var/lib/rancher/rke2/agent/kubelet.kubeconfig"
# So often may a unit be started anew before this gives up: a setting that is wrong does not become right.
STARTS = 3


def kubectl(module, is_server, *words):
    command = [KUBECTL, "--kubeconfig=" + (ADMIN if is_server else KUBELET), "--request-timeout=5s"]
    try:
        code, out, err = module.run_command(command + list(words), handle_exceptions=False)
    except (IOError, OSError) as error:
        return None, str(error)
    return (out, "") if code == 0 else (None, (err or out).strip())


def restarts(module, unit):
    out = module.run_command(["systemctl", "show", "--property=NRestarts", "--value", unit])[1].strip()
    return int(out) if out.isdigit() else 0


def look(module, wanted, unit):
    """The node, or what is missing."""
    is_server = wanted["is_server"]
    if module.run_command(["systemctl", "is-active", "--quiet", unit])[0] != 0:
        return None, "%s is not active" % unit
    if is_server:
        out, why = kubectl(module, True, "get", "--raw=/readyz")
        if out is None:
            return None, "its API server is not ready: %s" % why
    node = None
    for name in [wanted["node"]] + wanted["also"]:
        out, why = kubectl(module, is_server, "get", "node", name, "--output=json")
        if out is None:
            return None, "the cluster does not know %s: %s" % (name, why)
        found = json.loads(out)
        conditions = {each["type"]: each["status"] for each in found["status"].get("conditions", [])}
        if conditions.get("Ready") != "True":
            return None, "the cluster says that %s is not ready" % name
        if name == wanted["node"]:
            node = found
    version = node["status"]["nodeInfo"]["kubeletVersion"]
    if wanted["version"] and version != wanted["version"]:
        return None, "it runs %s instead of %s" % (version, wanted["version"])
    return node, ""


def main():
    module = AnsibleModule(
        argument_spec={
            "node": {"type": "str", "required": True},
            "version": {"type": "str", "default": ""},
            "is_server": {"type": "bool", "default": True},
            "also": {"type": "list", "elements": "str", "default": []},
            "timeout": {"type": "int", "default": 600},
        },
        supports_check_mode=True,
    )
    wanted = module.params
    unit = "rke2-%s.service" % ("server" if wanted["is_server"] else "agent")
    begun, before = time.time(), restarts(module, unit)
    while True:
        node, why = look(module, wanted, unit)
        if node is not None:
            break
        # The journal is of this node's unit: it says nothing of another node.
        is_of_another = any(name in why for name in wanted["also"])
        is_failing = restarts(module, unit) - before >= STARTS
        if is_failing or time.time() - begun > wanted["timeout"]:
            log = module.run_command(["journalctl", "--unit=" + unit, "--lines=15", "--output=cat", "--no-pager"])[1]
            module.fail_json(
                msg="%s is not ready after %d s: %s" % (wanted["node"], time.time() - begun, why), reason=why, journal=[] if is_of_another else log.splitlines()
            )
        time.sleep(1)
    module.exit_json(
        changed=False,
        labels=node["metadata"].get("labels") or {},
        taints=[
            "%s=%s:%s" % (each["key"], each.get("value", ""), each["effect"]) for each in node.get("spec", {}).get("taints") or []
        ],
        version=node["status"]["nodeInfo"]["kubeletVersion"],
        seconds=int(time.time() - begun),
    )


if __name__ == "__main__":
    main()
