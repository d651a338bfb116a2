# SPDX-License-Identifier: MIT
"""What people and machines see of a result."""

import json
from datetime import date
from uuid import UUID

import pytest

from b2share_cli.output import SAMPLE, neutral, render

ID = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture
def shown(capsys):
    def run(result, **options):
        render(result, **options)
        return capsys.readouterr()

    return run


def test_list_of_dicts_is_a_table_with_all_columns(shown):
    text = shown([{"slug": "a", "is_open": True}, {"slug": "bcd", "tags": ["x", "y"]}]).out
    assert text.splitlines() == ["SLUG  IS OPEN  TAGS", "a     yes", "bcd            x, y"]


def test_wide_characters_keep_the_columns_aligned(shown):
    lines = shown([{"name": "日本", "n": 1}, {"name": "abcd", "n": 2}]).out.splitlines()
    assert lines == ["NAME  N", "日本  1", "abcd  2"]


def test_dict_is_names_and_values(shown):
    assert shown({"id": ID, "none": None}).out.splitlines() == [f"id    {ID}", "none"]


def test_text_is_printed_as_it_is_and_none_not_at_all(shown):
    assert shown("two\nlines").out == "two\nlines\n"
    assert shown(None).out == ""
    assert shown(42).out == "42\n"


def test_empty_list_says_so_on_stderr_only(shown):
    captured = shown([])
    assert captured.out == ""
    assert captured.err == "There are none.\n"


def test_list_of_texts_is_one_per_line(shown):
    assert shown(["a", "b"]).out == "a\nb\n"


@pytest.mark.parametrize(
    "evil",
    ["\x1b[2J", "\x9b31m", "\x07", "a\rb", "\u202eexe.pdf", "\x7f"],
    ids=["escape", "C1", "bell", "return", "bidi", "delete"],
)
def test_values_never_reach_the_terminal_as_commands(shown, evil):
    for result in (evil, {"a": evil}, [{"a": evil}], [{evil: 1}], [[evil]], {"a": {"b": evil}}):
        text = shown(result).out
        assert not set(text) & set("\x1b\x9b\x07\r\u202e\x7f")


def test_line_break_in_a_cell_does_not_forge_a_row(shown):
    assert shown([{"a": "x\ny\tz"}]).out.splitlines() == ["A", "x y z"]


def test_broken_text_is_spelled_out():
    assert neutral("a\ud800b") == "a\\ud800b"


def test_json_of_a_dict_is_an_object(shown):
    text = shown({"id": ID, "day": date(2025, 1, 2), "tags": {"b", "a"}}, as_json=True).out
    assert json.loads(text) == {"id": str(ID), "day": "2025-01-02", "tags": ["a", "b"]}


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_json_of_list_and_iterator_is_the_same_array_with_one_element_per_line(shown, rows):
    elements = [{"n": n} for n in range(rows)]
    texts = {shown(form, as_json=True).out for form in (elements, iter(elements))}
    assert len(texts) == 1
    text = texts.pop()
    assert json.loads(text) == elements
    assert len(text.splitlines()) == max(rows, 0) + 1


def test_json_is_ascii_and_says_null_for_none(shown):
    assert shown("ü\x9b", as_json=True).out == '"\\u00fc\\u009b"\n'
    assert shown(None, as_json=True).out == "null\n"


def test_iterator_is_printed_while_it_comes(capsys):
    def rows():
        for number in range(SAMPLE + 5):
            if number == SAMPLE + 4:
                assert f"\n{SAMPLE + 3}" in capsys.readouterr().out
            yield {"n": number}

    render(rows())
