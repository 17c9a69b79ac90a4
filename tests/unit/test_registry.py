"""The registry is the one list of services: whatever else must name them all is held to it."""

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.consumers import RELIES_ON
from contracts.topics import CALLS, KNOWLEDGE, SPEAKERS, TICKETS
from hotline.cli import app
from services.registry import SERVICES, Service, speaking_on

ROOT = Path(__file__).parents[2]
HOLD_THE_LIST = {"services/registry.py"}

WITHOUT_BROKER = """
import sys
sys.modules["embedded"] = None
from importlib import import_module
from services.registry import SERVICES
for name in SERVICES:
    import_module(f"services.{name}.__main__")
from hotline.cli import app
app(sys.argv[1:], prog_name="hotline")
"""


def without_broker(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process that has every package but `embedded`, as in the image."""
    environment = {"HOTLINE_KAFKA__BOOTSTRAP_SERVERS": "", "COLUMNS": "200"}
    command = [sys.executable, "-c", WITHOUT_BROKER, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)


def test_every_package_that_can_run_as_a_service_is_registered() -> None:
    assert {path.parent.name for path in (ROOT / "services").glob("*/__main__.py")} == set(SERVICES)


def test_every_service_says_something_and_no_stranger_says_or_hears_anything() -> None:
    assert set(SPEAKERS) == set(SERVICES)
    assert set(RELIES_ON) <= set(SERVICES)


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_what_decides_in_a_service_speaks_in_its_name(service: Service) -> None:
    assert {decider.service for decider in service.deciders()} == {service.name}


def test_no_two_services_answer_under_one_path() -> None:
    assert len({service.prefix for service in SERVICES.values()}) == len(SERVICES)


def test_topics_follow_from_what_a_service_says_and_hears() -> None:
    assert SERVICES["sla_monitor"].says_on() == SERVICES["sla_monitor"].hears_on() == {TICKETS, KNOWLEDGE}
    assert SERVICES["callback"].hears_on() == {TICKETS, CALLS}
    assert SERVICES["knowledge"].hears_on() == set()
    assert [service.name for service in speaking_on(KNOWLEDGE)] == ["sla_monitor", "knowledge"]


def test_import_rules_hold_every_service_apart_from_every_other() -> None:
    rules = ConfigParser()
    rules.read(ROOT / ".importlinter")
    apart = rules["importlinter:contract:services-speak-only-events"]
    assert (apart["type"], apart["modules"].split()) == ("independence", ["services.*"])
    assert not [name for name in SERVICES if name in apart["ignore_imports"]]


def test_the_readme_draws_every_service_under_its_path() -> None:
    drawn = set(re.findall(r"[/\w]+", (ROOT / "README.md").read_text("utf-8")))
    assert [s for s in SERVICES.values() if not {s.name, f"/{s.prefix}"} <= drawn] == []


@pytest.mark.parametrize("name", SERVICES)
def test_the_command_line_offers_every_service(name: str) -> None:
    told = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200"}).stdout
    assert re.search(rf"\b{name}\b", told)


def test_nothing_else_lists_the_services() -> None:
    told = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    quoted = {name: re.compile(rf"""["']{name}["']""") for name in SERVICES}
    written = {file: (ROOT / file).read_text("utf-8") for file in told.stdout.split() if (ROOT / file).exists()}
    lists = {file for file, text in written.items() if all(found.search(text) for found in quoted.values())}
    assert lists - HOLD_THE_LIST == set()


def test_without_the_broker_package_the_command_line_offers_what_it_still_can() -> None:
    told = without_broker("--help")
    assert told.returncode == 0, told.stderr
    assert re.search(r"^\W*run\b", told.stdout, re.M)
    assert not re.search(r"^\W*up\b", told.stdout, re.M)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_needs_no_broker_package(name: str) -> None:
    told = without_broker("run", name)
    assert (told.returncode, "HOTLINE_KAFKA__BOOTSTRAP_SERVERS: not set" in told.stderr) == (2, True), told.stderr
