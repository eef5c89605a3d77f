"""Where a customer lays the parts of its register, and finds what was made of them.

    leadcloud/JOB/job.json              what is to be done
    leadcloud/JOB/in/part-00000.csv     the register, in parts
    leadcloud/JOB/out/part-00000.csv    what was made of that part
    leadcloud/JOB/out/result.json       how far it is, and in the end how many rows there were

Both ends are the customer's. A part is in memory while it is worked on, and nowhere else.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ROOT = "leadcloud/"
MOST_BYTES = 32 * 1024 * 1024
"""Of one part: some 400,000 rows, and within the memory of the function that reads them."""

_PART = re.compile(r"in/part-([0-9]{5})\.csv")
_JOB = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class ExchangeRefused(Exception):
    """What the customer laid down cannot be used; says nothing of what is in it."""


class Exchange(Protocol):
    """Reads and writes the files of one job."""

    def names(self) -> Iterator[str]:
        """Yield the names of what the customer has laid down, as `in/part-00000.csv`."""

    def read(self, name: str) -> bytes:
        """Return a file.

        Raises:
            ExchangeRefused: It is not there, or larger than MOST_BYTES.
        """

    def write(self, name: str, content: bytes) -> None:
        """Put a file in place, whole, whatever was there."""


class FolderExchange:
    """A folder on this machine."""

    def __init__(self, folder: Path, job_id: str) -> None:
        self._folder = folder / ROOT / checked(job_id)

    def names(self) -> Iterator[str]:
        """Yield the names of what the customer has laid down."""
        for path in (self._folder / "in").glob("*"):
            yield f"in/{path.name}"

    def read(self, name: str) -> bytes:
        """Return a file."""
        try:
            with (self._folder / name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError:
            raise ExchangeRefused from None
        return _bounded(content)

    def write(self, name: str, content: bytes) -> None:
        """Put a file in place, whole, whatever was there."""
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(target)


class S3Exchange:
    """The customer's own bucket, in whichever account it is."""

    def __init__(self, client: "S3Client", bucket: str, job_id: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{ROOT}{checked(job_id)}/"

    def names(self) -> Iterator[str]:
        """Yield the names of what the customer has laid down."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=f"{self._prefix}in/"
        )
        for page in pages:
            for item in page.get("Contents", ()):
                yield item["Key"].removeprefix(self._prefix)

    def read(self, name: str) -> bytes:
        """Return a file."""
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
        except self._client.exceptions.NoSuchKey:
            raise ExchangeRefused from None
        return _bounded(found["Body"].read(MOST_BYTES + 1))

    def write(self, name: str, content: bytes) -> None:
        """Put a file in place, whole, whatever was there."""
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=content)


def part_name(number: int, *, side: str) -> str:
    """Return the name of a part, of the side "in" or "out"."""
    return f"{side}/part-{number:05}.csv"


def parts_of(exchange: Exchange, *, most: int) -> list[int]:
    """Return the numbers of the parts that the customer has laid down.

    Raises:
        ExchangeRefused: There is something else among them, or nothing, or more than `most`.
    """
    found = [_PART.fullmatch(name) for name in exchange.names()]
    numbers = sorted(int(match[1]) for match in found if match)
    if not 0 < len(numbers) <= most or len(numbers) < len(found):
        raise ExchangeRefused
    return numbers


def checked(job_id: str) -> str:
    """Return the id of a job that is one.

    Raises:
        ExchangeRefused: It is not; it could name another folder.
    """
    if not _JOB.fullmatch(job_id):
        raise ExchangeRefused
    return job_id


def _bounded(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise ExchangeRefused
    return content
