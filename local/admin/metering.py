"""Usage for a service that bills by it: `metering export|refused --sink SINK`, `metering buyer`.

A SINK is `file:PATH`, `http:URL` of a service that takes CloudEvents, or `marketplace:`.
"""

import argparse
import re
import sys

from botocore.exceptions import NoRegionError

from leadcloud.metering.export import export, refused_by
from leadcloud.metering.interface import Sink, SinkUnavailable
from leadcloud.metering.marketplace import Buyer, Buyers, LicenseTaken
from leadcloud.secrets import SecretMissing
from leadcloud.settings import SettingsError
from leadcloud.wiring import Services
from local.admin._argument import account_of

_AWS_ACCOUNT = re.compile(r"[0-9]{12}")
_LICENSE = re.compile(r"arn:aws[a-z-]*:license-manager::[0-9]{12}:license:[A-Za-z0-9-]{1,80}")

_HELP = (
    "export tells the sink all hours that are over and that it was not told yet",
    "refused lists what it will never take",
    "buyer notes who an account is on AWS Marketplace",
)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the commands take."""
    parser.add_argument("what", choices=_COMMANDS, help="; ".join(_HELP))
    parser.add_argument("buyer", nargs="*", metavar="ACCOUNT AWS_ACCOUNT LICENSE_ARN")
    parser.add_argument("--sink", default="", metavar="SINK")
    parser.set_defaults(carry_out=_carry_out)


def _carry_out(options: argparse.Namespace, services: Services) -> None:
    _COMMANDS[options.what](options, services)


def _export(options: argparse.Namespace, services: Services) -> None:
    try:
        done = export(services.store, _sink(options, services), services.clock)
    except SinkUnavailable:
        sys.exit("The sink did not take everything. What it has is noted by the hour; try again.")
    print(f"{done.told} records were told, {done.refused} refused.")


def _refused(options: argparse.Namespace, services: Services) -> None:
    for each in refused_by(services.store, _sink(options, services)):
        print(each.id, each.units, each.reason, sep="\t")


def _buyer(options: argparse.Namespace, services: Services) -> None:
    if len(options.buyer) != len(("account", "AWS account", "licence")):
        sys.exit("Say who: metering buyer ACCOUNT AWS_ACCOUNT LICENSE_ARN.")
    name, aws_account, license_arn = options.buyer
    account = account_of(name, services)
    if not account.is_prepaid:
        sys.exit("Nothing was noted. Only customers and resellers buy from us.")
    if not (_AWS_ACCOUNT.fullmatch(aws_account) and _LICENSE.fullmatch(license_arn)):
        sys.exit("Nothing was noted. These are no AWS account and licence of AWS Marketplace.")
    try:
        Buyers(services.store).put(
            account.id, Buyer(aws_account=aws_account, license_arn=license_arn)
        )
    except LicenseTaken:
        sys.exit("Nothing was noted. Another account has this licence.")
    print(f"{account.id} is billed through AWS Marketplace for the hours not reported yet.")


def _sink(options: argparse.Namespace, services: Services) -> Sink:
    try:
        sink = services.metering_sink(options.sink)
    except SecretMissing:
        sys.exit("The secret metering_sink, which the sink is let in with, is not there.")
    except SettingsError:
        sink = None
    except NoRegionError:
        sys.exit("AWS Marketplace is told in a region: set AWS_DEFAULT_REGION, and credentials.")
    if sink is None:
        sys.exit("Say who is told: --sink file:PATH, http:URL or marketplace:")
    return sink


_COMMANDS = {"export": _export, "refused": _refused, "buyer": _buyer}
