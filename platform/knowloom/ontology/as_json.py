"""PLACEHOLDER written by the lead so that others can run: the parse/render helper replaces it."""
from dataclasses import asdict
from typing import Any
def to_json(ontology: Any) -> dict[str, Any]:
    return {"concepts": sorted((asdict(c) for c in ontology), key=lambda c: c["name"])}
