# Something that is wrong, the variable by which it is mended, and how a list of such things is told.
from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    variable: str
    text: str
    host: str | None = None


class Unreadable(Exception):
    """A variable whose value cannot be worked out."""

    def __init__(self, variable: str, why: str) -> None:
        super().__init__(f"{variable}: {why}")
        self.variable = variable
        self.why = why


def told(problems: Iterable[Problem]) -> list[str]:
    """One line for each problem; one that several hosts have is told once."""
    hosts: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        having = hosts.setdefault((problem.variable, problem.text), [])
        if problem.host is not None and problem.host not in having:
            having.append(problem.host)
    return [
        f"{variable}: {text}" + (f" ({', '.join(having)})" if having else "")
        for (variable, text), having in hosts.items()
    ]


def refusal(problems: Iterable[Problem], what: str) -> dict[str, object]:
    """What a task that has found these ends with; nothing when there are none."""
    lines = told(problems)
    if not lines:
        return {}
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    told_lines = "\n".join(f"- {line}" for line in lines)
    return {"failed": True, "msg": f"Refused, nothing was changed. {count} of {what}:\n{told_lines}"}
