"""Clients of AWS that give up before the function that waits for them does.

botocore's own patience is a minute for each of up to five tries, longer than any function runs: the
caller would be told nothing, and an answer that is late is of no use.
"""

from typing import Any


def aws_client(service: str) -> Any:
    """Return a client of a service, by botocore's name for it."""
    import boto3
    from botocore.config import Config

    patience = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    return boto3.client(service, config=patience)  # type: ignore[call-overload] # any of them
