# From what was seen on the servers: which cluster there is, who goes on, who joins, and whether anybody may begin one. Pure.
from __future__ import annotations

import re
from typing import Any

VERSION = re.compile(r"^v(\d+)\.(\d+)\.(\d+)\+rke2r(\d+)$")


def number_of(version: str) -> tuple[int, ...]:
    found = VERSION.match(version)
    return tuple(int(part) for part in found.groups()) if found else ()


def rke2_plan(looks: dict[str, dict[str, Any]], servers: list[str], first: str = "", version: str = "") -> dict[str, Any]:
    """`looks` has what rke2_look saw, by host, servers and others.

    Answers with `problems`; `active`, the first server that answers; `authority` of the cluster; and of the servers those that `start` from their
    database, those that `join`, and the one that is `first` and begins a cluster.
    """
    seen = {host: look for host, look in looks.items() if host in servers}
    answering: dict[str, str] = {}
    for look in looks.values():
        answering.update({host: authority for host, authority in look["answers"].items() if authority and host in servers})
    databases = [host for host in servers if host in seen and seen[host]["has_database"]]
    active = [host for host in servers if host in answering]
    problems = [*clusters(answering, seen, servers), *tokens(seen), *versions(looks, seen, active, version)]
    missing = [host for host in servers if host not in seen]
    joining = [host for host in servers if host in seen and host not in databases]
    plan: dict[str, Any] = {"active": "", "first": "", "start": [], "join": joining, "authority": ""}
    if active:
        plan |= {"active": active[0], "authority": answering[active[0]]}
    elif databases:
        plan |= {"authority": seen[databases[0]]["authority"]}
    elif missing:
        problems.append(
            f"groups.servers: no server answers, and {' and '.join(missing)} was not looked at: there may be a cluster already. "
            "Start its servers, or run this without --limit"
        )
    else:
        begins = first or servers[0]
        plan |= {"first": begins, "join": [host for host in joining if host != begins]}
    plan["start"] = [host for host in databases if host not in active]
    return {**plan, "problems": problems}


def clusters(answering: dict[str, str], seen: dict[str, dict[str, Any]], servers: list[str]) -> list[str]:
    claims: dict[str, list[str]] = {}
    for host in servers:
        own = seen[host]["authority"] if host in seen and seen[host]["has_database"] else ""
        for authority in {answering.get(host, ""), own} - {""}:
            claims.setdefault(authority, []).append(host)
    if len(claims) < 2:
        return []
    each = "; ".join(", ".join(hosts) for hosts in claims.values())
    return [f"groups.servers: {len(claims)} different clusters are there already ({each}): reset the machines of the one that is not meant (reset.yml)"]


def tokens(seen: dict[str, dict[str, Any]]) -> list[str]:
    others = [host for host, look in seen.items() if look["is_token_other"]]
    if not others:
        return []
    return [
        f"rke2_token: it is not the token of the cluster on {' and '.join(others)}: take the one of that cluster, "
        "from your backup or from /var/lib/rancher/rke2/server/token"
    ]


def versions(looks: dict[str, Any], seen: dict[str, Any], active: list[str], target: str) -> list[str]:
    """Nodes that run another version are left to upgrade.yml; so is a cluster that is older or newer than who would join it."""
    if not target:
        return []
    problems = []
    for host, look in looks.items():
        current = look["installed"]
        if not look["has_joined"] or not current or current == target:
            continue
        told = f"rke2_version: {host} has {current} and {target} is wanted"
        if number_of(current) > number_of(target):
            problems.append(f"{told}: rke2 cannot go back. Set rke2_version to {current}")
        else:
            problems.append(f"{told}: upgrade.yml does that, one node at a time. Until then set rke2_version to {current}")
    runs = next((seen[host]["running"] for host in active if host in seen and seen[host]["running"]), "")
    newcomers = [host for host, look in looks.items() if not look["has_joined"]]
    if not problems and newcomers and runs and runs != target:
        problems.append(f"rke2_version: the cluster runs {runs}; {' and '.join(newcomers)} would join it with {target}. Set rke2_version to {runs}")
    return problems


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"rke2_plan": rke2_plan}
