"""The workshop: from a register's record to the register, by the adapter that the record names.

Adapters are imported when the first register of theirs is built: a search of none pays for none.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

from leadcloud.clock import Clock
from leadcloud.rate import Pace, SharedRate
from leadcloud.registers.interface import RegisterMisconfigured, RegisterRefused
from leadcloud.secrets import SecretMissing, Secrets
from leadcloud.store.interface import Attributes, Key, Store

if TYPE_CHECKING:
    from leadcloud.registers.interface import Register, RegisterDescription
    from leadcloud.registers.manifest import Manifest
    from leadcloud.registers.manifest_part import Limits
    from leadcloud.registers.outbound import Outbound

_MANIFESTS = Path(__file__).parent / "manifests"

Build = Callable[[str, Attributes], "Register"]
"""Takes a register's id and the attributes of its record."""


class RegisterWorkshop:
    """Builds registers."""

    def __init__(self, store: Store, clock: Clock, secrets: Callable[[], Secrets]) -> None:
        """Take where their health is kept, and what gives the secrets that their records name."""
        self._store = store
        self._clock = clock
        self._secrets = secrets

    @property
    def adapters(self) -> Mapping[str, Build]:
        """What builds a register, by the name of the adapter in its record."""
        return {
            "canary": self._canary,
            "directory_api": self._directory_api,
            "own_database": self._own_database,
        }

    def describe(self, register_id: str, row: Attributes) -> "RegisterDescription":
        """Say what a register is, as its record or its manifest does: no secret is read.

        Raises:
            RegisterMisconfigured: Neither can be used.
        """
        from leadcloud.registers.column_mapping import OwnRegister
        from leadcloud.registers.manifest import ManifestInvalid

        try:
            if row["adapter"] == "directory_api":
                return _manifest(row).description()
            if row["adapter"] == "own_database":
                return OwnRegister.model_validate_json(str(row["configuration"])).description()
        except (ManifestInvalid, OSError, ValueError):
            raise RegisterMisconfigured from None
        return self.adapters[str(row["adapter"])](register_id, row).description

    @cached_property
    def outbound(self) -> "Outbound":
        """The one HTTP client of the process."""
        from leadcloud.registers.outbound import Outbound

        return Outbound()

    def _canary(self, register_id: str, _row: Attributes) -> "Register":
        """Build the register of persons who do not exist."""
        from leadcloud.registers.canary import canary_register

        return canary_register(register_id)

    def _directory_api(self, register_id: str, row: Attributes) -> "Register":
        """Build the register that a shipped manifest describes, at another address if one is set."""
        from leadcloud.registers.directory_api import DirectoryApi
        from leadcloud.registers.manifest import ManifestInvalid

        try:
            manifest = _manifest(row)
            register = DirectoryApi(manifest, self.outbound, self._secrets())
        except (ManifestInvalid, SecretMissing, OSError):
            raise RegisterMisconfigured from None
        return self._careful(
            register_id,
            register,
            repeatable=manifest.is_repeatable,
            limits=manifest.limits,
        )

    def _own_database(self, register_id: str, row: Attributes) -> "Register":
        """Build the register in the database whose address is the secret that the record names."""
        from leadcloud.registers.column_mapping import OwnRegister
        from leadcloud.registers.own_database import OwnDatabase

        try:
            configuration = OwnRegister.model_validate_json(str(row["configuration"]))
            database = OwnDatabase(configuration, self._secrets()[str(row["url_secret"])])
        except (ValueError, SecretMissing, RegisterRefused):
            raise RegisterMisconfigured from None
        return self._careful(register_id, database, repeatable=False)

    def _careful(
        self,
        register_id: str,
        register: "Register",
        *,
        repeatable: bool,
        limits: "Limits | None" = None,
    ) -> "Register":
        """Put around a register what holds for all instances of the service."""
        from leadcloud.registers.careful_register import CarefulRegister, Retries
        from leadcloud.registers.circuit import Circuit

        return CarefulRegister(
            register,
            Circuit(self._store, register_id, self._clock),
            Retries(SystemRandom(), repeatable=repeatable),
            rate=SharedRate(
                self._store,
                Key(f"REGISTER-HEALTH#{register_id}", "RATE"),
                clock=self._clock,
                pace=Pace(per_second=limits.per_second, burst=limits.burst),
            )
            if limits
            else None,
        )


def _manifest(row: Attributes) -> "Manifest":
    """Return the manifest that a record names, with the record's address if it has one."""
    from leadcloud.registers.manifest import load_manifest

    address = row.get("base_url")
    path = _MANIFESTS / f"{row['manifest']}.toml"
    return load_manifest(path, base_url=str(address) if address else None)
