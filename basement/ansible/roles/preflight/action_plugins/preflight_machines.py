# Judges what was seen on all machines together: once, on the controller.
from __future__ import annotations

import os
import sys
from typing import Any

from ansible.plugins.action import ActionBase

# The rules know nothing of plugins and are none: they are found beside those of this role.
sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))

from preflight_rules import machine_problems, refusal  # noqa: E402
from preflight_rules.from_ansible import inventory_of  # noqa: E402


class ActionModule(ActionBase):
    BYPASS_HOST_LOOP = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        known = task_vars or {}
        seen: dict[str, Any] = {}
        for host in known["ansible_play_hosts_all"]:
            facts = known["hostvars"].raw_get(host)
            look = facts.get("preflight_looked")
            if look is not None and "seen" in look:
                measured = (facts.get("preflight_measured") or {}).get("measured", {})
                seen[host] = {**look, "measured": measured}
        problems = machine_problems(inventory_of(self, known), seen)
        return {**result, "changed": False, **refusal(problems, "the machines")}
