# SPDX-License-Identifier: MIT
"""The merged command tree: which command runs, and what its callers get."""

import json

import pytest
from flask import Flask

from b2share_cli import groups, main, manifest
from tests.cli.sample_commands import claim, sample

STOCK: dict[str, manifest.Entry] = {
    "communities": {
        "help": "Stock communities.",
        "plain": True,
        "commands": {
            "demo": {"help": "Make some."},
            "custom-fields": {"help": "F.", "plain": True, "commands": {"init": {"help": "I."}}},
        },
    },
    "index": {"help": "Indices.", "plain": True, "commands": {"init": {"help": "Init."}}},
    "rdm-records": {"help": "R.", "plain": False, "commands": {"demo": {"help": "D."}}},
    "secret": {"help": "S.", "hidden": True},
}


@pytest.fixture
def called(monkeypatch):
    """The words that reached the stock command line."""
    calls = []
    monkeypatch.setattr(groups, "run_stock", lambda words, known: calls.append(list(words)))
    return calls


@pytest.fixture
def b2share(monkeypatch, capsys):
    """Run a command line in the context of an application, with the given claims."""

    def run(*words, claims=()):
        monkeypatch.setattr(manifest, "load", lambda: STOCK)
        monkeypatch.setattr(main, "installed_claims", lambda: list(claims))
        with Flask("tests").app_context():
            code = main.main(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


GREET = sample("communities greet", "greet")


def test_own_command_prints_a_table_or_json(b2share):
    assert b2share("communities", "greet", "Ada", claims=[GREET])[:2] == (
        0,
        "greeting  Ada\nloud      no\n",
    )
    code, out, _ = b2share("communities", "greet", "--json", "--loud", "Ada", claims=[GREET])
    assert code == 0
    assert json.loads(out) == {"greeting": "ADA", "loud": True}


def test_own_and_stock_commands_of_one_noun_are_one_group(b2share):
    code, out, _ = b2share("communities", "--help", claims=[GREET])
    assert code == 0
    assert [line.split()[0] for line in out.split("Commands:\n")[1].splitlines()] == [
        "custom-fields",
        "demo",
        "greet",
    ]


def test_first_help_lists_own_nouns_with_their_verbs_and_hides_hidden_ones(b2share):
    _, out, _ = b2share("--help", claims=[GREET])
    own, stock = out.split("Commands of Invenio:\n")
    assert own.split("Commands:\n")[1].split() == [
        *("communities", "custom-fields,", "demo,", "greet")
    ]
    assert [line.split()[0] for line in stock.splitlines()] == ["index", "rdm-records"]


def test_plugin_wins_over_stock(b2share, called):
    demo = sample("communities demo", "greet")
    assert b2share("communities", "demo", "Ada", claims=[demo])[0] == 0
    assert called == []


def test_stock_verb_of_a_merged_noun_gets_all_words(b2share, called):
    words = ["communities", "custom-fields", "init", "-f", "x", "--help"]
    assert b2share(*words, claims=[GREET])[0] == 0
    assert called == [words]


@pytest.mark.parametrize(
    "words",
    [
        ["index", "init", "--force"],
        ["index", "init", "--", "--json"],
        ["rdm-records"],
        ["rdm-records", "--help"],
        ["unknown", "--option", "x"],
        ["index", "unknown"],
        ["index", "--unknown"],
    ],
    ids=" ".join,
)
def test_stock_command_gets_its_words_unchanged(b2share, called, words):
    assert b2share(*words)[0] == 0
    assert called == [words]


@pytest.mark.parametrize("words", [["index"], ["index", "--help"]], ids=" ".join)
def test_help_of_a_plain_stock_group_needs_no_invenio(b2share, called, words):
    code, out, _ = b2share(*words)
    assert code == 0
    assert "init  Init." in out
    assert called == []


@pytest.mark.parametrize("verb", ["set-all", "set_all"])
def test_underscores_and_dashes_name_the_same_command(b2share, verb):
    policies = sample("communities policies", "policies")
    assert b2share("communities", "policies", verb, claims=[policies])[:2] == (0, "set\n")
    command = sample("communities set_everything", "set_all")
    spelled = "set-everything".replace("-", verb[3])
    assert b2share("communities", spelled, claims=[command])[:2] == (0, "set\n")


def test_group_of_a_plugin_is_merged_with_further_verbs(b2share):
    claims = [sample("policies", "policies"), sample("policies greet", "greet")]
    _, out, _ = b2share("policies", "--help", claims=claims)
    assert "Look at policies." in out
    assert "greet" in out
    assert "set-all" in out
    assert b2share("policies", "set-all", "--json", claims=claims)[:2] == (0, '"set"\n')


def test_noun_may_be_a_command_itself(b2share):
    claims = [sample("greet", "greet")]
    assert "Greet somebody." in b2share("--help", claims=claims)[1]
    assert b2share("greet", "Ada", claims=claims)[0] == 0


@pytest.mark.parametrize(
    "value", ["absent_package.cli:x", f"{__name__}:absent", "tests.cli.sample_commands:policy"]
)
def test_command_that_cannot_be_loaded_breaks_itself_only(b2share, value):
    claims = [claim("broken", value), GREET]
    code, out, _ = b2share("--help", claims=claims)
    assert code == 0
    assert "(cannot be loaded)" in out
    code, out, err = b2share("broken", "--help", claims=claims)
    assert code == 1
    assert value in err
    assert out == ""


def test_broken_noun_does_not_hide_its_verbs(b2share):
    claims = [claim("noun", "absent_package.cli:x"), sample("noun greet", "greet")]
    assert b2share("noun", "greet", "Ada", claims=claims)[0] == 0


def test_value_that_is_no_command_is_named(b2share):
    code, _, err = b2share("odd", claims=[sample("odd", "not_a_command")])
    assert (code, "it is no click command" in err) == (1, True)


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [
        ("own", 7, "not today \\x1b[31m\n"),
        ("interrupt", 130, "Interrupted.\n"),
        ("use", 2, "one of both is needed\n"),
    ],
)
def test_error_of_a_command_becomes_one_line_and_a_code(b2share, kind, code, message):
    got, out, err = b2share("refuse", kind, claims=[sample("refuse", "refuse")])
    assert got == code
    assert out == ""
    assert err.endswith(message)
    assert "Traceback" not in err


def test_result_of_an_error_is_printed_like_any_other(b2share):
    claims = [sample("refuse", "refuse")]
    assert b2share("refuse", "half", claims=claims) == (7, "DONE\na\n", "stopped\n")
    assert b2share("refuse", "half", "--json", claims=claims)[1] == '[{"done": "a"}\n]\n'


def test_wrong_use_is_two(b2share):
    assert b2share("communities", "greet", claims=[GREET])[0] == 2
    assert b2share("communities", "greet", "--nonsense", "x", claims=[GREET])[0] == 2


def test_manifest_is_made_at_the_first_miss_and_kept(b2share, monkeypatch, called):
    kept = []
    monkeypatch.setattr(manifest, "read_tree", lambda: STOCK)
    monkeypatch.setattr(manifest, "store", kept.append)
    catalog = groups.Catalog(groups.Node())
    monkeypatch.setattr(manifest, "load", lambda: None)
    catalog.complete()
    assert kept == [STOCK]
    assert catalog.stock(("index", "init")) == {"help": "Init."}


def test_help_survives_an_application_that_cannot_start(monkeypatch, capsys):
    def fail():
        raise RuntimeError("bad wiring")

    monkeypatch.setattr(manifest, "load", lambda: None)
    monkeypatch.setattr(manifest, "read_tree", fail)
    monkeypatch.setattr(main, "installed_claims", lambda: [GREET])
    assert main.main(["--help"]) == 0
    captured = capsys.readouterr()
    assert "communities" in captured.out
    assert "bad wiring" in captured.err
