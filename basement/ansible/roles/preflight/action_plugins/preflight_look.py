# Runs the module of this name, and notes the controller's time around it: so the clock of a host can be judged however slow the way to it is.
from __future__ import annotations

import os
import time
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        salt = os.urandom(16).hex()
        before = time.time()
        try:
            found = self._execute_module(module_args={**self._task.args, "salt": salt}, task_vars=task_vars)
        except AnsibleConnectionFailure:
            raise
        except AnsibleError as error:
            if "password" not in str(error):
                raise
            # Judged with the others, so that it is told with all else that is wrong.
            return {**result, "changed": False, "seen": {"is_root": False, "wants_password": True}}
        after = time.time()
        result.update(found)
        if "begun" in found:
            # What the host read cannot have been earlier than we asked, nor later than we heard.
            result.update(clock=[found["ended"] - after, found["begun"] - before], salt=salt)
        return result
