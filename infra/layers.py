"""The layers: third-party packages, the code that functions share, and the read-only data."""

from collections.abc import Sequence

from aws_cdk import Annotations, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.assets import only
from infra.content import core_folder, package_folder
from infra.needs import layers_of
from infra.node import REPOSITORY
from infra.packages import Target

RELEASE = "layers/data/buildings.sqlite"
"""The building database, where one was collected. ADR 15 says how large it may be."""


class Layers(Construct):
    """The layers of one deployment; each is built when a function first asks for it."""

    def __init__(self, scope: Construct, construct_id: str, *, target: Target) -> None:
        super().__init__(scope, construct_id)
        self._target = target
        self._made: dict[str, lambda_.LayerVersion] = {}

    def of(self, function: str) -> Sequence[lambda_.LayerVersion]:
        """Return a function's layers."""
        names = layers_of(function)
        if "release" in names and not (REPOSITORY / RELEASE).exists():
            # Lambda refuses a layer with nothing in it.
            Annotations.of(self).add_info(
                "There is no building database: look-ups and criteria about buildings answer 503."
                " `python -m collect buildings` makes one."
            )
            names = tuple(name for name in names if name != "release")
        return [self.named(name) for name in names]

    def named(self, name: str) -> lambda_.LayerVersion:
        """Return the layer "core", "data", "release", or one of PACKAGES."""
        if name not in self._made:
            self._made[name] = lambda_.LayerVersion(
                self,
                name.capitalize(),
                code=self._code(name),
                compatible_architectures=[lambda_.Architecture.ARM_64],
                compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
                # Versions in use by a running function must outlive the deployment of the next.
                removal_policy=RemovalPolicy.RETAIN,
            )
        return self._made[name]

    def _code(self, name: str) -> lambda_.Code:
        if name == "core":
            return lambda_.Code.from_asset(str(core_folder(self._target)))
        if name == "data":
            return only("docs/openapi.json", "layers/data/ages")
        if name == "release":
            return only(RELEASE, f"{RELEASE}.manifest.json")
        return lambda_.Code.from_asset(str(package_folder(name, self._target)))
