# Looks at the variables of all hosts together, before any of them is spoken to: once, on the controller.
from __future__ import annotations

import os
import sys
from typing import Any

from ansible.plugins.action import ActionBase

# The rules know nothing of plugins and are none: they are found beside those of this role.
sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))

from preflight_rules import refusal, variable_problems  # noqa: E402
from preflight_rules.from_ansible import inventory_of  # noqa: E402


class ActionModule(ActionBase):
    BYPASS_HOST_LOOP = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        problems = variable_problems(inventory_of(self, task_vars or {}))
        return {**result, "changed": False, **refusal(problems, "the inventory")}
