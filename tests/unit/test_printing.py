"""What others wrote reaches a terminal as characters, never as orders."""

import json

import pytest

from hotline.printing import printable, printable_json, printable_lines


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("客户王女士：灶具［新］打不着火", "客户王女士：灶具［新］打不着火"),
        ("[bold red]urgent[/] [link=http://x]", "[bold red]urgent[/] [link=http://x]"),
        ("\x1b[2J\x1b]0;owned\x07", r"\x1b[2J\x1b]0;owned\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("one\ntwo\r\tthree", r"one\ntwo\r\tthree"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("全角\u3000空格\u00a0", "全角\u3000空格\u00a0"),
    ],
)
def test_a_text_is_shown_as_it_stands_and_what_a_terminal_would_obey_is_written_out(written: str, shown: str) -> None:
    assert printable(written) == shown


def test_a_text_of_several_lines_keeps_them() -> None:
    assert printable_lines("a\n\x1bb") == "a\n\\x1bb"


def test_json_stays_the_same_data_in_which_a_terminal_finds_nothing_to_obey() -> None:
    data = {"text": "灶具\x1b[2J\x9b31m\u202e\u2028", "n": [1, None]}
    shown = printable_json(data)
    assert json.loads(shown) == data
    assert "灶具" in shown
    assert all(printable(line) == line for line in shown.splitlines())
