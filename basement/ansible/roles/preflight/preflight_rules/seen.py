# What the look at the machines has brought: host, and the answer of the module.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Look = Mapping[str, Any]
Seen = Mapping[str, Look]
