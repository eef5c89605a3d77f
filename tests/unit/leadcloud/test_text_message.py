"""Handing text messages over: to a provider's interface, and to AWS."""

import json
from collections.abc import Mapping

import boto3
import pytest
from botocore.stub import Stubber

from leadcloud.forwarding.destination import Destination, Destinations
from leadcloud.forwarding.interface import ControllerRefused
from leadcloud.text_message import AwsTexter, HttpTexter, TextError, TextMessage

MESSAGE = TextMessage(to="+358401234567", text="Synteettinen viesti", id="SR-1-person-received")
SOMEWHERE = Destinations(lambda _host, _port: ["93.184.215.14"])


def test_a_provider_gets_one_object_and_the_token() -> None:
    """Number, text and id go as JSON to the configured place, with the bearer token."""
    posted: list[tuple[str, bytes, Mapping[str, str]]] = []

    def post(to: Destination, body: bytes, headers: Mapping[str, str]) -> int:
        posted.append((to.host + to.path, body, headers))
        return 202

    url = "https://provider.example/messages"
    HttpTexter(url, "token", destinations=SOMEWHERE, post=post).send(MESSAGE)
    ((where, body, headers),) = posted
    assert where == "provider.example/messages"
    assert json.loads(body) == {"to": MESSAGE.to, "text": MESSAGE.text, "id": MESSAGE.id}
    assert headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize("url", ["https://provider.example/", "http://169.254.169.254/"])
def test_what_a_provider_refuses_is_told_without_number_or_text(url: str) -> None:
    """A refusal, or an address that is none, leaves as an error that holds nothing."""

    def post(*_: object) -> int:
        raise ControllerRefused

    with pytest.raises(TextError) as failed:
        HttpTexter(url, "token", destinations=SOMEWHERE, post=post).send(MESSAGE)
    assert str(failed.value) == ""


def test_aws_gets_a_transactional_message() -> None:
    """AWS End User Messaging is asked to send as our identity; its refusal holds nothing."""
    client = boto3.client(
        "pinpoint-sms-voice-v2",
        region_name="eu-north-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    expected = {
        "DestinationPhoneNumber": MESSAGE.to,
        "OriginationIdentity": "LeadCloud",
        "MessageBody": MESSAGE.text,
        "MessageType": "TRANSACTIONAL",
    }
    with Stubber(client) as stub:
        stub.add_response("send_text_message", {"MessageId": "m"}, expected)
        stub.add_client_error("send_text_message", "ValidationException", MESSAGE.to)
        texter = AwsTexter(client, "LeadCloud")
        texter.send(MESSAGE)
        with pytest.raises(TextError) as failed:
            texter.send(MESSAGE)
    assert (str(failed.value), failed.value.__context__) == ("", None)
