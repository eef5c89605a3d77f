"""`python -m local.check_register MANIFEST`: whether a register is what its manifest says.

Prints what a search of the register can use, then asks it: whether each field is where the manifest
says, whether pages follow one another, and whether each criterion finds what it should. What is
printed are counts; no contact is shown or kept. Ends with 1 where something is to be mended.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from functions.search.offer import offered
from leadcloud.ages.model import AgeModels
from leadcloud.registers.manifest import Manifest, ManifestInvalid, load_manifest
from leadcloud.secrets import SecretMissing, Secrets
from local.check_register.inquiry import Inquiry
from local.check_register.remark import most_calls, remarks

_AGE_TABLES = Path(__file__).parents[2] / "layers" / "data" / "ages"

_FILTERS = {
    "exact": "the register",
    "superset": "the register; we check again",
    "local": "us",
}


def main() -> None:
    """Check one manifest."""
    options = _options()
    try:
        manifest = load_manifest(options.manifest, base_url=options.base_url)
    except OSError as error:
        sys.exit(f"{options.manifest} cannot be read ({error.strerror}).")
    except ManifestInvalid as error:
        sys.exit("\n".join(("The manifest is wrong:", *(f"  {fault}" for fault in error.faults))))
    print("\n".join(_introduction(manifest)))
    if options.offline:
        return
    if manifest.price_per_contact and not options.accept_charges:
        sys.exit(
            "\nThis register charges for contacts, so it was not asked. Say --accept-charges to "
            "ask it, --base-url to ask a mock, or --offline."
        )
    sys.exit(_asked(manifest, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.check_register", description=__doc__)
    parser.add_argument("manifest", type=Path, metavar="MANIFEST")
    parser.add_argument("--base-url", metavar="URL", help="ask there, as for a mock")
    parser.add_argument(
        "--secrets",
        type=Path,
        metavar="FILE",
        default=Path(".local/secrets.json"),
        help="JSON object of names to secrets (.local/secrets.json)",
    )
    parser.add_argument(
        "--value",
        action="append",
        default=[],
        type=_named_value,
        metavar="CRITERION=CODE",
        help="ask for this value, where no contact shows one; the first limits the first page, too",
    )
    parser.add_argument(
        "--size", type=int, default=10, help="records on a page, where one can choose (10)"
    )
    parser.add_argument("--accept-charges", action="store_true", help="ask a register that charges")
    parser.add_argument("--offline", action="store_true", help="read the manifest only")
    return parser.parse_args()


def _named_value(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError("write CRITERION=CODE")
    return name, value


def _introduction(manifest: Manifest) -> Iterator[str]:
    """Yield what a search of the register can use."""
    yield f"{manifest.id}: {manifest.name}"
    yield (
        f"  {manifest.kind} register of {manifest.controller.name}, "
        f"{manifest.price_per_contact} {manifest.currency} a contact, "
        f"for {', '.join(manifest.purposes)}"
    )
    yield "\nA search can use"
    countries = AgeModels(_AGE_TABLES).countries
    for field, (operators, native) in offered(manifest.description(), countries).items():
        yield f"  {field:<20} {', '.join(operators):<20} filtered by {_FILTERS[native]}"


def _asked(manifest: Manifest, options: argparse.Namespace) -> int:
    """Ask the register, print what it shows, and return the exit code."""
    try:
        inquiry = Inquiry(manifest, _secrets(options.secrets), size=options.size)
    except SecretMissing as missing:
        sys.exit(f"\nThe manifest names the secret {missing}; {options.secrets} does not have it.")
    where = manifest.request.base_url + manifest.request.path
    print(f"\nAsked at {where}, at most {most_calls(inquiry)} times")
    wrong = 0
    try:
        for remark in remarks(inquiry, dict(options.value)):
            wrong += remark.wrong
            print(f"  {'MEND' if remark.wrong else 'ok':<4} {remark.place}: {remark.text}")
    finally:
        inquiry.close()
    print(f"\n{wrong or 'Nothing'} to mend.")
    return int(wrong > 0)


def _secrets(path: Path) -> Secrets:
    try:
        return Secrets.from_file(path)
    except FileNotFoundError:
        return Secrets({})
    except (OSError, json.JSONDecodeError):
        sys.exit(f"\n{path} is no JSON object of names to secrets.")


if __name__ == "__main__":
    main()
