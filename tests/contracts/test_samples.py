"""Every recorded message is still read as it was said, and fits its schema."""

from pathlib import Path

import jsonschema
import orjson
import pytest

from contracts import generate
from contracts.catalogue import FACTS
from contracts.consumers import RELIES_ON
from contracts.envelope import EnvelopeError, UnknownType, decode, encode, headers
from contracts.fact import Fact
from contracts.samples import sample, sample_bytes
from contracts.schemas import schema_of
from contracts.ticket import TicketReplied
from contracts.topics import CALLS, SPEAKERS, TOPICS, topic_of, topics_of

SAMPLES = sorted(generate.samples_folder().glob("*.json"))


@pytest.mark.parametrize("file", SAMPLES, ids=lambda f: f.stem)
def test_a_recorded_message_is_read_and_said_again_the_same(file: Path) -> None:
    event = decode(file.read_bytes())
    assert event.type == file.stem
    assert decode(encode(event)) == event


@pytest.mark.parametrize("file", SAMPLES, ids=lambda f: f.stem)
def test_a_recorded_message_fits_its_schema(file: Path) -> None:
    message = orjson.loads(file.read_bytes())
    jsonschema.validate(message, schema_of(FACTS[message["type"]]))
    assert message["time"] == message["data"]["at"]


def test_every_type_has_a_sample_and_nothing_drifted() -> None:
    assert {file.stem for file in SAMPLES} >= set(FACTS)
    assert generate.drift() == []


def test_every_fact_has_exactly_one_speaker() -> None:
    said = [fact for facts in SPEAKERS.values() for fact in facts]
    assert sorted(f.type for f in said) == sorted(FACTS)


@pytest.mark.parametrize("service", RELIES_ON, ids=str)
def test_a_recorded_message_satisfies_every_consumer(service: str) -> None:
    """With a value for every field that is relied on: its own, or that of a field which came later."""
    for fact, fields in RELIES_ON[service].items():
        data = orjson.loads((generate.samples_folder() / f"{fact.type}.json").read_bytes())["data"]
        absent = [field for field in fields if field not in data and fact.model_fields[field].is_required()]
        assert absent == [], f"{service} relies on them in {fact.type}"


def test_headers_let_a_reader_skip_without_the_body() -> None:
    event = decode(SAMPLES[0].read_bytes())
    assert headers(event)["ce_type"] == event.type
    assert headers(event)["ce_subject"] == event.subject


@pytest.mark.parametrize("file", SAMPLES, ids=lambda f: f.stem)
def test_a_recorded_message_lies_where_its_type_is_said(file: Path) -> None:
    event = decode(file.read_bytes())
    assert topic_of(event.subject) in topics_of(type(event.data))


def test_every_subject_has_a_topic() -> None:
    assert {topic_of(f"{kind}_1") for kind in ("tkt", "art", "tsk", "ntc", "call")} < set(TOPICS)


def test_every_fact_is_listed_under_its_topics_and_a_phone_call_not_under_tickets() -> None:
    for facts in SPEAKERS.values():
        for fact in facts:
            assert set(topics_of(fact)) < set(TOPICS)

    class Rang(Fact):
        type = "hotline.call.rang.v1"
        about = ("call",)

    class Mooed(Fact):
        type = "hotline.cow.mooed.v1"
        about = ("cow",)

    assert topics_of(Rang) == (CALLS,)
    with pytest.raises(KeyError):
        topics_of(Mooed)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"specversion":"0.3"}', b'{"specversion":"1.0","id":"x"}'],
    ids=["empty", "cut off", "a list", "another version", "attributes missing"],
)
def test_what_is_no_event_of_ours_is_refused(body: bytes) -> None:
    with pytest.raises(EnvelopeError):
        decode(body)


def test_an_unknown_type_is_told_apart_from_a_malformed_event() -> None:
    message = orjson.loads(SAMPLES[0].read_bytes()) | {"type": "hotline.ticket.teleported.v1"}
    with pytest.raises(UnknownType):
        decode(orjson.dumps(message))


def test_a_field_from_a_newer_release_is_ignored() -> None:
    message = orjson.loads(SAMPLES[0].read_bytes())
    message["data"]["from_the_future"] = 1
    assert isinstance(decode(orjson.dumps(message)).data, Fact)


def test_a_field_that_a_newer_release_adds_to_a_value_is_ignored_too() -> None:
    message = orjson.loads(sample_bytes(TicketReplied))
    message["data"]["by"]["from_the_future"] = message["data"]["attachments"][0]["from_the_future"] = 1
    assert decode(orjson.dumps(message)).data == sample(TicketReplied).data
