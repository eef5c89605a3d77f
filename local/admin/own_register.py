"""Who is in our own register of customers and prospects: `own_register add|remove FILE`.

Kept are keyed hashes, by which a subject request is found to concern us as a controller, too.
"""

import argparse
import sys

from leadcloud.registers.phone import e164
from leadcloud.wiring import Services
from local.admin._argument import lines


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("what", choices=["add", "remove"])
    parser.add_argument(
        "channels", metavar="FILE", type=lines, help="one e-mail address or number a line, UTF-8"
    )
    parser.set_defaults(carry_out=_carry_out)


def _carry_out(options: argparse.Namespace, services: Services) -> None:
    """Take a whole file or nothing of it: a list with holes would hide persons."""
    named = ((number, line.strip()) for number, line in enumerate(options.channels, start=1))
    channels = {number: _channel(text) for number, text in named if text}
    unreadable = [n for n, channel in channels.items() if channel is None]
    if unreadable:
        shown = ", ".join(map(str, unreadable[:20]))
        sys.exit(f"Nothing was done. {len(unreadable)} lines are no address or number: {shown}")
    register = services.own_register
    change = register.add if options.what == "add" else register.remove
    for channel in filter(None, channels.values()):
        change(channel)
    print(f"{len(channels)} channels are {'known' if options.what == 'add' else 'forgotten'}.")


def _channel(text: str) -> str | None:
    return text if "@" in text.strip("@") else e164(text, "FI")
