"""The contract with SSCL as a judge: does an answer hold to it?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    import requests

FILE = Path(__file__).parents[2] / "src" / "stubs" / "sscl" / "openapi.yaml"
HERE = "urn:sscl"


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return loaded


def problems(answer: requests.Response) -> list[str]:
    """What is wrong with an answer, by the operation that its request called."""
    told = document()
    request = answer.request
    path = str(request.path_url).partition("?")[0]
    for template, operations in told["paths"].items():
        pattern = re.sub(r"{[a-z_]+}", "[^/]+", template)
        if re.fullmatch(pattern, path) and str(request.method).lower() in operations:
            return _judged(told, operations[str(request.method).lower()], answer)
    return [f"There is no operation {request.method} {path}"]


def schema_problems(name: str, data: Any) -> list[str]:
    return _against(document(), f"#/components/schemas/{name}", data)


def _judged(told: dict[str, Any], operation: dict[str, Any], answer: requests.Response) -> list[str]:
    response = operation["responses"].get(str(answer.status_code))
    if response is None:
        return [f"{operation['operationId']} does not answer with {answer.status_code}"]
    if "$ref" in response:
        response = told["components"]["responses"][response["$ref"].rpartition("/")[2]]
    media_type = answer.headers.get("Content-Type", "")
    if media_type not in response["content"]:
        return [f"{answer.status_code} is not told in {media_type}"]
    missing = [
        f"{name} is missing"
        for name, header in response.get("headers", {}).items()
        if header.get("required") and name not in answer.headers
    ]
    schema = response["content"][media_type].get("schema")
    return missing + (_against(told, schema["$ref"], answer.json()) if schema else [])


def _against(told: dict[str, Any], reference: str, data: Any) -> list[str]:
    resource = Resource.from_contents(told, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(HERE, resource)
    validator = Draft202012Validator(
        {"$ref": f"{HERE}{reference}"}, registry=registry, format_checker=FormatChecker()
    )
    return [error.message for error in validator.iter_errors(data)]
