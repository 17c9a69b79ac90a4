"""Several utilities at one desk: each finds its own words, tickets and people, and nothing of another's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from procedures.model import Procedure
from procedures.model.types import PERSONAL_FIELDS
from tests.handlers.intake_desk import CUSTOMER, FRIDAY_10, FrontDesk
from tests.utilities import OURS, written

INSTALLED = [OURS.in_force(utility, FRIDAY_10) for utility in OURS.utilities()]
each_utility = pytest.mark.parametrize("procedure", INSTALLED, ids=[each.utility for each in INSTALLED])


@pytest.fixture
def desk(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


def asked(procedure: Procedure) -> dict[str, Any]:
    """A request of the utility's last type that somebody can make without proof of who they are."""
    alone = ((n, r) for n, r in reversed(procedure.types.items()) if r.identity is None and r.appeals is None)
    name, rules = next(alone)
    own = procedure.fields
    fields = {field: written(own[field]) for field in rules.required.value if field in own}
    assert set(rules.required.value) - set(fields) <= {*PERSONAL_FIELDS, "description", "callback"}
    area = procedure.organisation.targets()[0].areas
    body = {"channel": "phone", "type": name, "text": "有事相求", "customer": CUSTOMER, "reason_explained": True}
    wish = {"call_wish": {"preference": "default"}}
    return body | wish | {"fields": fields} | ({"area": area[0]} if area else {})


async def everybody_asks(desk: FrontDesk) -> dict[str, str]:
    """One ticket of each utility."""
    found = {}
    for procedure in INSTALLED:
        answer = await desk.post("agent", "/intake/requests", asked(procedure), utility=procedure.utility)
        assert answer.status_code == 201, answer.text
        (found[procedure.utility],) = [each["ticket"] for each in answer.json()["tickets"]]
    return found


async def test_each_desk_lists_its_own_tickets_and_anothers_do_not_exist(desk: FrontDesk) -> None:
    tickets = await everybody_asks(desk)
    for utility, own in tickets.items():
        listed = (await desk.get("agent", "/intake/tickets", utility=utility)).json()["items"]
        assert [each["id"] for each in listed] == [own]
        for ticket in tickets.values():
            expected = 200 if ticket == own else 404
            found = await desk.get("supervisor", f"/intake/tickets/{ticket}", utility=utility)
            assert found.status_code == expected
            if ticket != own:
                body = {"reason": "不办了"}
                step = await desk.post("agent", f"/intake/tickets/{ticket}/withdrawal", body, utility=utility)
                assert step.status_code == 404


async def test_every_event_says_whose_it_is_and_orders_are_numbered_by_the_utilitys_own_line(desk: FrontDesk) -> None:
    tickets = await everybody_asks(desk)
    lines = {procedure.utility: procedure.hotline for procedure in INSTALLED}
    said = {(event.subject, event.utility) for event in desk.outbox.events if event.subject.startswith("tkt_")}
    assert said == {(ticket, utility) for utility, ticket in tickets.items()}
    numbers = {event.utility: event.data.number for event in desk.outbox.events if hasattr(event.data, "number")}
    assert all(numbers[utility].startswith(f"{line}-") for utility, line in lines.items())


async def test_a_customer_of_one_is_nobody_at_another(desk: FrontDesk) -> None:
    await everybody_asks(desk)
    customers = {event.utility: event.data.customer_ref for event in desk.outbox.events if _opens(event.data)}
    assert len(set(customers.values())) == len(INSTALLED), "the same telephone number is another customer elsewhere"
    for utility, customer in customers.items():
        for other in customers:
            path = f"/intake/customers/{customer}"
            answer = await desk.get("agent", path, utility=other, reason="contact_customer")
            assert (answer.status_code == 404) is (other != utility)


def _opens(fact: Any) -> bool:
    return hasattr(fact, "customer_ref")


def foreign(procedure: Procedure) -> Iterator[str]:
    """Types that others have and this utility has not."""
    yield from {name for other in INSTALLED for name in other.types} - set(procedure.types)


@each_utility
async def test_a_word_of_anothers_file_is_refused_with_the_words_that_are_known(
    desk: FrontDesk, procedure: Procedure
) -> None:
    for word in foreign(procedure):
        body = asked(procedure) | {"type": word}
        answer = await desk.post("agent", "/intake/requests", body, utility=procedure.utility)
        assert answer.status_code == 422, answer.text
        assert answer.json()["accepts"] == list(procedure.types)
    body = asked(procedure) | {"flags": ["a_flag_of_another"]}
    refused = (await desk.post("agent", "/intake/requests", body, utility=procedure.utility)).json()
    assert refused["accepts"] == list(procedure.flags)


@each_utility
async def test_a_step_that_the_procedure_does_not_have_is_refused_with_those_it_has(
    desk: FrontDesk, procedure: Procedure
) -> None:
    if procedure.urging is not None:
        return
    answer = await desk.post("agent", "/intake/requests", asked(procedure), utility=procedure.utility)
    (ticket,) = (each["ticket"] for each in answer.json()["tickets"])
    refused = (await desk.post("agent", f"/intake/tickets/{ticket}/urges", {}, utility=procedure.utility)).json()
    assert refused["code"] == "not_in_procedure"
    assert "not part of this procedure" in refused["detail"]
    assert refused["accepts"]
    assert refused["clause"] == procedure.clauses.loop.source
