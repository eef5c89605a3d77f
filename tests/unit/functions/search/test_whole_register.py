"""A job on the whole of a customer's own register: what it lists, tells, refuses, and leaves behind."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from leadcloud.ages.groups import GROUPS
from leadcloud.exchange import MOST_BYTES, ROOT, Exchange, ExchangeRefused, S3Exchange, parts_of
from leadcloud.prohibitions import PUBLIC
from leadcloud.registers.policy import RegisterPolicy
from leadcloud.wiring import Services
from local.whole_register import main, work
from tests.contacts import OpenAccount, register

HEADER = "ref,first_name,last_name,phone,gender,postal_code,municipality,street,marketing_ban"
JOB = {"register": "own", "purpose": "telemarketing_b2c"}
PERSONS = (
    "1,Anneli,Synteettinen,0457000001,female,01300,092,Synteettisenkatu 1,",
    "2,Noel,Synteettinen,0457000002,male,00100,091,Synteettisenkatu 2,",
    "3,Eino,Synteettinen,0457000003,male,01300,092,Synteettisenkatu 3,true",
)
"""Nobody of them exists."""


class Bench:
    """A customer's folder, and the jobs in it."""

    def __init__(self, services: Services, folder: Path) -> None:
        self.services = services
        self.folder = folder
        self.steps: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []

    def lay(self, *parts: Sequence[str], job: Any = JOB, header: str = HEADER) -> None:
        """Lay a job and its parts down."""
        there = self.folder / ROOT / "job"
        (there / "in").mkdir(parents=True, exist_ok=True)
        (there / "job.json").write_text(json.dumps(job))
        for number, rows in enumerate(parts):
            text = "\n".join((header, *rows))
            (there / f"in/part-{number:05}.csv").write_text(text, encoding="utf-8")

    def run(self, *, account: str = "buyer") -> str | None:
        """Carry it out; return what ended it."""
        progress = lambda event, answer: self.steps.append((event, answer))  # noqa: E731 one line
        return work(self.services, account, "job", progress=progress)

    def out(self, name: str = "part-00000.csv") -> str:
        """Return what was written."""
        return (self.folder / ROOT / "job" / "out" / name).read_text(encoding="utf-8")

    def listed(self) -> list[str]:
        """Return the references in the first part's output."""
        return [line.partition(",")[0] for line in self.out().splitlines()[1:]]


@pytest.fixture
def bench(services: Services, open_account: OpenAccount, tmp_path: Path) -> Bench:
    """A customer with one register of persons and one of companies."""
    open_account(register("own", []), register("firms", [], kind="business", native={}))
    folder = tmp_path / "customer"
    services.settings = replace(services.settings, exchanges={"buyer": f"file:{folder}"})
    return Bench(services, folder)


def test_every_row_is_listed_left_out_or_unreadable(bench: Bench) -> None:
    """The tally adds up to the rows; who has forbidden calls is left out; nobody stops the rest."""
    bench.lay(
        PERSONS,
        [
            "4,Matti,S,no number,male,01300,092,,",
            "1957-03-02,Matti,S,0457000004,male,01300,092,,",
            "=6,Matti,S,0457000004,male,01300,092,,",
            "7,Matti 7,S,0457000004,male,01300,092,,",
            "8,too short",
            "9,Liisa,S,0457000005,,,,,",
        ],
    )

    assert bench.run() is None

    assert bench.listed() == ["1", "2"]
    assert bench.out("part-00001.csv") == "ref\n9\n"
    result = json.loads(bench.out("result.json"))
    assert result == {"state": "done", "parts": 2, "listed": 3, "left_out": 1, "unreadable": 5}


def test_a_register_is_worked_on_without_its_secrets(bench: Bench) -> None:
    """Its rows are brought to us: nothing that would let us in to it is asked for."""
    name = "demo_directory_consumers"
    del bench.services.registers  # in their place, the service's own
    bench.services.registers.put(name, {"adapter": "directory_api", "manifest": name})
    bench.services.accounts.add_register("buyer", name, by="operator")
    bench.lay(PERSONS, job=JOB | {"register": name})

    assert bench.services.registers.register(name) is None
    assert bench.run() is None
    assert bench.listed() == ["1", "2"]


@pytest.mark.parametrize(
    ("criteria", "listed"),
    [
        ({"municipality": {"in": ["092"]}}, ["1"]),
        ({"gender": {"not_in": ["female"]}}, ["2"]),
        ({"region": {"in": ["01"]}}, ["1", "2"]),
        ({"postal_code": {"prefix": ["99"]}}, []),
    ],
)
def test_criteria_select_as_a_search_does(
    bench: Bench, criteria: dict[str, Any], listed: list[str]
) -> None:
    """The same fields and operators; there is no register but us to apply them."""
    bench.lay(PERSONS, job=JOB | {"criteria": criteria})

    assert bench.run() is None

    assert bench.listed() == listed


def test_an_age_group_selects_those_who_are_told_to_be_in_it(bench: Bench) -> None:
    """The groups asked for and the groups told are of one prediction."""
    bench.lay(PERSONS, job=JOB | {"tell": ["age_group"]})
    bench.run()
    told = dict(line.split(",")[:2] for line in bench.out().splitlines()[1:])
    assert told["1"] != told["2"]

    for ref, group in told.items():
        bench.lay(PERSONS, job=JOB | {"criteria": {"age_group": {"in": [group]}}})
        bench.run()
        assert bench.listed() == [ref]


def test_ages_are_told_in_groups_and_only_where_asked(bench: Bench) -> None:
    """A group, a probability in steps of 0.05, and what it rests on: never a year."""
    bench.lay(PERSONS, job=JOB | {"tell": ["age_group"]})

    assert bench.run() is None

    header, *lines = bench.out().splitlines()
    assert header == "ref,age_group,probability,basis"
    for line in lines:
        _, group, probability, basis = line.split(",")
        assert group in GROUPS
        assert round(float(probability) * 20, 6).is_integer()
        assert basis in {"table", "backoff", "prior"}
    assert [line[0] for line in lines] == ["1", "2"]


def test_numbers_are_of_the_registers_country(bench: Bench) -> None:
    """Read as Finnish, a Norwegian number would be looked up in the lists as somebody else's."""
    norwegian = bench.services.registers.register("own")
    assert norwegian is not None
    norwegian.description = replace(norwegian.description, country="NO")
    bench.services.prohibitions.load(PUBLIC, ["+4740123456"])
    bench.lay(["1,Testi,S,40 12 34 56,male,0150,,,", "2,Testi,S,40 12 34 57,male,0150,,,"])

    assert bench.run() is None

    assert bench.listed() == ["2"]


def test_a_step_says_ids_and_numbers_only(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in an execution's history and in the log names nobody, failures included."""
    bench.lay(PERSONS, job=JOB | {"tell": ["age_group"]})
    bench.run()
    bench.lay(PERSONS, header=HEADER.replace("first_name", "etunimi"))
    assert bench.run() == "StepFailed"

    said = json.dumps(bench.steps) + capsys.readouterr().out
    assert "STEP_FAILED" in said
    for text in ("Anneli", "Synteettinen", "457000001", "Synteettisenkatu", "etunimi"):
        assert text not in said
    for event, answer in bench.steps:
        for value in (*event.values(), *answer.values()):
            assert isinstance(value, (int, list)) or value in {
                "begin",
                "part",
                "finish",
                "buyer",
                "job",
            }


def test_nothing_but_references_and_groups_is_written(bench: Bench) -> None:
    """Neither name nor number nor street comes back; the customer has them."""
    bench.lay(PERSONS, job=JOB | {"tell": ["age_group"]})
    bench.run()

    written = bench.out() + bench.out("result.json")

    for text in ("Anneli", "Noel", "Synteettinen", "457000001", "katu"):
        assert text not in written


@pytest.mark.parametrize(
    ("job", "code"),
    [
        (JOB | {"register": "somebody_elses"}, "register_unknown"),
        (JOB | {"register": "firms"}, "register_not_for_purpose"),
        (JOB | {"purpose": "home_visit"}, "purpose_not_permitted"),
        (JOB | {"criteria": {"shoe_size": {"in": ["42"]}}}, "criterion_unknown"),
        (JOB | {"tell": ["age"]}, "request_invalid"),
        (JOB | {"email": "somebody@example.org"}, "request_invalid"),
        ([], "request_invalid"),
    ],
)
def test_a_job_that_may_not_be_is_refused_with_its_reason(
    bench: Bench, job: Any, code: str
) -> None:
    """The customer finds the code beside its files; nothing is worked on, nothing quoted."""
    bench.lay(PERSONS, job=job)

    assert bench.run() == "StepFailed"

    refused = json.loads(bench.out("result.json"))
    assert refused["state"] == "refused"
    assert code in {refused["code"], *(fault["code"] for fault in refused["faults"])}
    assert "somebody" not in bench.out("result.json")
    assert not (bench.folder / ROOT / "job/out/part-00000.csv").exists()


def test_ages_that_are_switched_off_are_not_told(bench: Bench) -> None:
    """The operator's switch holds for jobs, too."""
    bench.services.policies.change("own", RegisterPolicy(age_prediction=False), by="operator")
    bench.lay(PERSONS, job=JOB | {"tell": ["age_group"]})

    assert bench.run() == "StepFailed"

    assert "register_switched_off" in bench.out("result.json")


def test_a_part_without_the_column_of_a_criterion_is_refused(bench: Bench) -> None:
    """Else nobody would be listed, and nobody told why."""
    bench.lay(["1,Anneli,0457000001"], header="ref,first_name,phone", job=JOB)
    assert bench.run() is None
    bench.lay(
        ["1,Anneli,0457000001"],
        header="ref,first_name,phone",
        job=JOB | {"criteria": {"region": {"in": ["01"]}}},
    )
    assert bench.run() == "StepFailed"


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"", b"ref,ref\n", b'ref,first_name,phone\n1,"A', b"\x00" * 100],
    ids=["not UTF-8", "nothing", "a column twice", "an open quote", "NUL"],
)
def test_a_part_that_is_no_csv_fails_the_job(bench: Bench, content: bytes) -> None:
    """No result is told where a part could not be read."""
    bench.lay(PERSONS)
    (bench.folder / ROOT / "job/in/part-00000.csv").write_bytes(content)

    assert bench.run() == "StepFailed"

    assert json.loads(bench.out("result.json")) == {"state": "working", "parts": 1}


@pytest.mark.parametrize("stray", ["part-1.csv", "names.csv", "part-00001.csv.gz"])
def test_a_stray_file_is_not_passed_over(bench: Bench, stray: str) -> None:
    """A part that is named wrongly would be lost in silence."""
    bench.lay(PERSONS)
    (bench.folder / ROOT / "job/in" / stray).write_text("ref")

    assert bench.run() == "StepFailed"

    assert "files_unusable" in bench.out("result.json")


def test_once_more_comes_to_the_same(bench: Bench) -> None:
    """A part may be worked on twice; what is written is the same to the byte."""
    bench.lay(PERSONS, job=JOB | {"tell": ["age_group"]})
    bench.run()
    first = bench.out()

    bench.run()

    assert bench.out() == first


@pytest.mark.parametrize("job_id", ["../other", "", "JOB", "a" * 41, "a/b"])
def test_a_job_cannot_name_another_folder(services: Services, tmp_path: Path, job_id: str) -> None:
    """An id is small letters, digits and hyphens; an account without a place has none."""
    settings = replace(services.settings, exchanges={"buyer": f"file:{tmp_path}"})
    with pytest.raises(ExchangeRefused):
        Services(settings).exchange("buyer", job_id)
    with pytest.raises(ExchangeRefused):
        Services(settings).exchange("other", "job")


@pytest.mark.parametrize("ref", ["1957-03-02", "010105a123x"])
def test_a_reference_that_is_a_birth_date_is_unreadable(bench: Bench, ref: str) -> None:
    """It would come back beside an age group; a personal identity code in either case."""
    bench.lay([PERSONS[0], f"{ref},Anneli,Synteettinen,0457000009,female,01300,092,,"])

    bench.run()

    assert bench.listed() == ["1"]


def test_without_a_data_folder_the_command_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And does not point to a result that nobody has written."""
    arguments = [str(tmp_path), "job", "--data", str(tmp_path / "none")]
    monkeypatch.setattr("sys.argv", ["whole_register", *arguments])

    with pytest.raises(SystemExit, match="--data DIR names the folder"):
        main()


@pytest.fixture
def bucket() -> Iterator[Any]:
    """A customer's bucket, as moto plays it."""
    with mock_aws():
        client = boto3.client(
            "s3", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        client.create_bucket(Bucket="customer")
        yield client


@pytest.fixture(params=["folder", "bucket"])
def exchange(request: pytest.FixtureRequest, bench: Bench) -> Exchange:
    """A job with two parts, in each kind of place."""
    bench.lay(PERSONS, ())
    here = bench.services.exchange("buyer", "job")
    if request.param == "folder":
        return here
    client = request.getfixturevalue("bucket")
    there = S3Exchange(client, "customer", "job")
    for name in ("job.json", *here.names()):
        there.write(name, here.read(name))
    return there


def test_a_folder_and_a_bucket_are_alike(exchange: Exchange) -> None:
    """Whole files, by name; what is missing or too large is refused."""
    assert sorted(exchange.names()) == ["in/part-00000.csv", "in/part-00001.csv"]
    assert parts_of(exchange, most=2) == [0, 1]
    with pytest.raises(ExchangeRefused):
        parts_of(exchange, most=1)
    assert json.loads(exchange.read("job.json")) == JOB
    exchange.write("out/result.json", b"{}")
    assert exchange.read("out/result.json") == b"{}"
    with pytest.raises(ExchangeRefused):
        exchange.read("in/part-00002.csv")
    exchange.write("in/part-00002.csv", b"x" * (MOST_BYTES + 1))
    with pytest.raises(ExchangeRefused):
        exchange.read("in/part-00002.csv")
