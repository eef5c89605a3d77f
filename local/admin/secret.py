"""The secrets of a new deployment: `secret draw` prints them, `secret draw NAME` prints one anew."""

import argparse
import json

from leadcloud.wiring import Services
from local.folder import own_secrets


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("what", choices=["draw"], help="print them; they are kept nowhere")
    parser.add_argument("name", nargs="?", choices=sorted(own_secrets()))
    parser.set_defaults(carry_out=_draw)


def _draw(options: argparse.Namespace, _services: Services) -> None:
    drawn = own_secrets()
    print(drawn[options.name] if options.name else json.dumps(drawn))
