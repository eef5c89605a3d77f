"""Clients of AWS."""

import pytest

from leadcloud.aws import aws_client


@pytest.mark.parametrize("service", ["dynamodb", "s3", "sesv2"])
def test_a_client_gives_up_in_seconds(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    """Three tries of three seconds, and pauses of one and two between them at the most."""
    for variable in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    config = aws_client(service).meta.config
    tries = config.retries["total_max_attempts"]
    pauses = sum(2**number for number in range(tries - 1))
    assert config.retries["mode"] == "standard"
    assert tries * (config.connect_timeout + config.read_timeout) + pauses <= 12
