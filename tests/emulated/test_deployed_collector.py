"""The collector, as it is deployed."""

import json

import pytest

from tests.emulated.conftest import Deployed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]


def test_a_release_is_collected_once_a_month(deployed: Deployed) -> None:
    """From its asset and its layer into the bucket; the next call finds it there."""
    storage = deployed.emulator.client("s3")
    bucket = deployed.emulator.outputs["ReleaseBucketName"]
    for _ in range(2):
        deployed.emulator.call("collector", {"step": "collect"})
    names = {each["Key"] for each in storage.list_objects_v2(Bucket=bucket)["Contents"]}
    assert names == {
        f"current/buildings.sqlite{suffix}" for suffix in ("", ".manifest.json", ".report.json")
    }
    manifest = storage.get_object(Bucket=bucket, Key="current/buildings.sqlite.manifest.json")
    assert json.loads(manifest["Body"].read())["synthetic"] is True
    lines = [json.loads(line) for line in deployed.log_lines() if "COLLECTION_ENDED" in line]
    assert [line["outcome"] for line in lines] == ["released", "kept"]
