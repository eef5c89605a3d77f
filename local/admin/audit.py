"""Whether the audit trail is what it was: `audit verify`."""

import argparse
import sys

from leadcloud.anchors import verify
from leadcloud.audit import days_with_events
from leadcloud.wiring import Services


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("what", choices=["verify"])
    parser.set_defaults(carry_out=_verify)


def _verify(_options: argparse.Namespace, services: Services) -> None:
    findings = verify(services.store, services.anchors, services.clock)
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(1)
    print(f"The audit trail of {len(days_with_events(services.store))} days is whole.")
