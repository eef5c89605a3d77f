"""The folder in which one machine keeps its state: what lies where, and who may use it."""

import argparse
import fcntl
import json
import os
import secrets as randomness
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def named_folder(text: str) -> Path:
    """Read the folder of an option: an empty one is a slip, and would be the working folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("name a folder")
    return Path(text)


class StartError(Exception):
    """The service cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The state of one machine."""

    root: Path

    @property
    def store(self) -> Path:
        """The service's own records."""
        return self.root / "leadcloud.sqlite"

    @property
    def secrets(self) -> Path:
        """The service's secrets; readable by its owner only."""
        return self.root / "secrets.json"

    @property
    def demo(self) -> Path:
        """What a newcomer needs for the first request."""
        return self.root / "demo.json"

    @property
    def own_register(self) -> Path:
        """The demo customer's own database."""
        return self.root / "own_register.sqlite"

    @property
    def anchors(self) -> Path:
        """The roots of the audit trail; a file that is only ever appended to."""
        return self.root / "audit-anchors.jsonl"

    @property
    def mail(self) -> Path:
        """Mails that the demo controllers received."""
        return self.root / "mail"

    @property
    def webhooks(self) -> Path:
        """Webhooks that the demo controllers received."""
        return self.root / "webhooks"

    @property
    def texts(self) -> Path:
        """Text messages that persons received."""
        return self.root / "texts"

    def open(self) -> int:
        """Make the folder ready and hold it until this process ends; return the lock's handle.

        Raises:
            StartError: It cannot be written, or another process runs on it.
        """
        try:
            for part in (self.root, self.mail, self.webhooks, self.texts):
                part.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StartError(
                f"{self.root} cannot be written ({error.strerror}). Choose another with --data DIR."
            ) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"Another LeadCloud is running on {self.root}. Stop it, or choose --data DIR."
            ) from None
        return handle


def write_whole(path: Path, value: Any) -> None:
    """Write JSON so that a reader, or a crash, finds the old file or the new one, never half."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)


def own_secrets() -> dict[str, str]:
    """Draw what every deployment needs of its own, apart from what others let it in with."""
    return {
        "key_pepper": randomness.token_hex(32),
        "idempotency": randomness.token_hex(32),
        "disclosure": randomness.token_hex(32),
        "suppression": randomness.token_hex(32),
        "provenance": randomness.token_hex(64),
        "seal_keys": f"k1:{b64encode(randomness.token_bytes(32)).decode('ascii')}",
        "subject_requests": randomness.token_hex(32),
        "controller_keys": randomness.token_hex(32),
    }


def draw_secrets(folder: Folder) -> dict[str, str]:
    """Return the secrets of this machine, drawn at random the first time.

    Raises:
        StartError: Those that were drawn cannot be read.
    """
    drawn: dict[str, str] = {}
    if folder.secrets.exists():
        try:
            drawn = dict(json.loads(folder.secrets.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            raise StartError(
                f"{folder.secrets} cannot be read. Put a copy of it in its place: without it no "
                "key that was issued is good."
            ) from None
    secrets = {
        **own_secrets(),
        "data_keys": randomness.token_hex(32),
        "text_provider": randomness.token_hex(32),
        "demo_directory_client_id": "leadcloud-demo",
        "demo_directory_client_secret": randomness.token_urlsafe(32),
        **drawn,
        # The folder may have been moved since.
        "demo_own_database": f"sqlite:///{folder.own_register.resolve()}",
    }
    if secrets != drawn:
        write_whole(folder.secrets, secrets)
    return secrets
