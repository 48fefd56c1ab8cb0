"""Writes strict JSON schemas of the kinds that charts use, for kubeconform, and the definitions of those that Kubernetes learns from others.

Arguments: the folder to write to, the OpenAPI document of Kubernetes, and files of CustomResourceDefinitions.
"""

import json
import sys
from pathlib import Path

import yaml

KUBERNETES = """
    v1/ConfigMap v1/LimitRange v1/Namespace v1/PersistentVolumeClaim v1/Pod v1/ResourceQuota v1/Secret v1/Service v1/ServiceAccount
    apps/v1/DaemonSet apps/v1/Deployment apps/v1/StatefulSet batch/v1/CronJob batch/v1/Job
    networking.k8s.io/v1/Ingress networking.k8s.io/v1/NetworkPolicy policy/v1/PodDisruptionBudget
    rbac.authorization.k8s.io/v1/ClusterRole rbac.authorization.k8s.io/v1/ClusterRoleBinding
    rbac.authorization.k8s.io/v1/Role rbac.authorization.k8s.io/v1/RoleBinding
    admissionregistration.k8s.io/v1/MutatingAdmissionPolicy admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding
    admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding
    scheduling.k8s.io/v1/PriorityClass storage.k8s.io/v1/StorageClass
""".split()

QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"


def strict(schema):
    """The schema without prose, and with no room for fields that it does not name."""
    made = {key: value for key, value in schema.items() if key != "description" and not key.startswith("x-kubernetes-")}
    if made.get("format") == "int-or-string" or schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    for key in ("items", "additionalProperties", "not"):
        if isinstance(made.get(key), dict):
            made[key] = strict(made[key])
    for key in ("allOf", "anyOf", "oneOf"):
        if key in made:
            made[key] = [strict(part) for part in made[key]]
    if "properties" in made:
        made["properties"] = {name: strict(part) for name, part in made["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            made.setdefault("additionalProperties", False)
    return made


def references(schema):
    """The names of what the schema refers to. A property may itself be called $ref, hence the look at its value."""
    if isinstance(schema, dict):
        named = schema.get("$ref")
        if isinstance(named, str):
            yield named.rsplit("/", 1)[1]
    if isinstance(schema, (dict, list)):
        for part in schema.values() if isinstance(schema, dict) else schema:
            yield from references(part)


def closure(name, definitions):
    """The definition and all that it leads to."""
    reached, waiting = {}, [name]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached[current] = definitions[current]
            waiting.extend(references(definitions[current]))
    return reached


def file_name(group, version, kind):
    """As kubeconform asks for it."""
    parts = [kind, group.split(".")[0], version]
    return "-".join(part.lower() for part in parts if part) + ".json"


def main(target, openapi, *others):
    schemas, crds = Path(target, "schemas"), Path(target, "crds")
    schemas.mkdir()
    crds.mkdir()

    definitions = json.loads(Path(openapi).read_text())["definitions"]
    names = {}
    for name, definition in definitions.items():
        for one in definition.get("x-kubernetes-group-version-kind", []):
            path = "/".join(part for part in (one["group"], one["version"], one["kind"]) if part)
            names[path] = (name, one)
    made = {name: strict(definition) for name, definition in definitions.items()}
    # Its text says string, yet a plain number is read as well.
    made[QUANTITY] = {"type": ["string", "number"]}
    for path in KUBERNETES:
        name, one = names[path]
        schema = {"$ref": f"#/definitions/{name}", "definitions": closure(name, made)}
        Path(schemas, file_name(one["group"], one["version"], one["kind"])).write_text(json.dumps(schema))

    for other in others:
        text = Path(other).read_text()
        definition = json.loads(text) if other.endswith(".json") else yaml.safe_load(text)
        Path(crds, f"{definition['metadata']['name']}.json").write_text(json.dumps(definition))
        spec = definition["spec"]
        for version in spec["versions"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            # The definition leaves it to the API server what metadata may hold.
            schema["properties"]["metadata"] = {"type": "object"}
            Path(schemas, file_name(spec["group"], version["name"], spec["names"]["kind"])).write_text(json.dumps(schema))


main(*sys.argv[1:])
