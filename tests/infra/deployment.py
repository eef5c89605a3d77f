"""The templates of one deployment, and what tests ask of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Resource = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The templates of one stage."""

    folder: Path
    """Where the assets lie."""
    templates: Mapping[str, Mapping[str, Any]]
    """By the kind of stack."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The template of what outlives deployments."""
        return self.templates["Data"]

    @property
    def service(self) -> Mapping[str, Any]:
        """The template of the functions and of what calls them."""
        return self.templates["Service"]

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Return the resources of a type in all templates, by logical id."""
        return {
            name: each
            for template in self.templates.values()
            for name, each in template["Resources"].items()
            if each["Type"] == kind
        }

    def properties(self, kind: str) -> list[Resource]:
        """Return the properties of each resource of a type."""
        return [each["Properties"] for each in self.of_type(kind).values()]

    def functions(self) -> dict[str, Resource]:
        """Return the functions by the name that they have in infra/needs.py."""
        return {name_of(each): each for each in self.of_type("AWS::Lambda::Function").values()}

    def asset(self, resource: Resource) -> Path:
        """Return the folder that becomes a function's or a layer's code."""
        properties = resource["Properties"]
        archive = properties.get("Code") or properties["Content"]
        return self.folder / f"asset.{archive['S3Key'].removesuffix('.zip')}"

    def layers(self, function: Resource) -> list[Path]:
        """Return the folders of a function's layers."""
        layers = self.of_type("AWS::Lambda::LayerVersion")
        return [self.asset(layers[each["Ref"]]) for each in function["Properties"]["Layers"]]

    def statements(self) -> Iterator[tuple[str, Resource]]:
        """Yield each policy statement with the logical id of the role that it is for."""
        for policy in self.properties("AWS::IAM::Policy"):
            for role in policy["Roles"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield role["Ref"], statement


def deployment_of(
    folder: Path, stage: str, kinds: Sequence[str] = ("Data", "Service", "Cost")
) -> Deployment:
    """Return a deployment, as it was synthesised into a folder: what every stage has, or these."""
    paths = {kind: folder / f"LeadCloud{stage}{kind}.template.json" for kind in kinds}
    return Deployment(
        folder=folder,
        templates={kind: json.loads(path.read_text("utf-8")) for kind, path in paths.items()},
    )


def name_of(function: Resource) -> str:
    """Return a function's folder, and its module where that is not the handler."""
    _, folder, module, _ = function["Properties"]["Handler"].split(".")
    return folder if module == "handler" else f"{folder}.{module}"


def listed(one_or_more: object) -> list[Any]:
    """Return what a template writes as one value or as a list of them, as a list."""
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]
