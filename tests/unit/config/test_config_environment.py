"""What the environment adds to the YAML, and what it says when it is wrong."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.environment import setting_names, substitute


def test_references_are_filled_in(folder):
    """A set variable, a default, an escaped one, in settings and sources; numbers and switches too."""
    folder.write(
        "digest.yaml",
        'smtp: {host: "${HOST}", port: "${PORT:-2525}", verify: "${VERIFY:-no}", password: "a${PASS}b"}\n'
        'brand: {name: "$${HOST}"}\n',
    )
    folder.write("sources.yaml", 'sources: [{id: a, url: "https://u:${PASS}@news.example.com/"}]\n')
    project = folder.load({"HOST": "mx.example.com", "PASS": "secret"})
    smtp = project.settings.smtp
    assert (smtp.host, smtp.port, smtp.verify) == ("mx.example.com", 2525, False)
    assert smtp.password.get_secret_value() == "asecretb"
    assert project.settings.brand.name == "${HOST}"
    assert str(project.sources[0].url) == "https://u:secret@news.example.com/"


def test_an_empty_variable_takes_the_default():
    """As in a shell, `:-` also stands in for an empty value."""
    assert substitute("${A:-b}${C}", {"A": "", "C": ""}, {}) == "b"


def test_missing_variables_are_told_at_their_place_and_only_they(folder):
    """The place, the name and the cure; no second message about the value."""
    folder.write("digest.yaml", 'smtp:\n  host: "${HOST}"\n  port: "${PORT}"\n')
    assert [(problem[1], problem[2], problem[3]) for problem in folder.problems()] == [
        (2, 9, "smtp.host"),
        (3, 9, "smtp.port"),
    ]
    assert "the environment has no HOST; set it, or write ${HOST:-default}" in folder.problems()[0][4]


def test_an_override_makes_a_missing_variable_unneeded(folder):
    """What `DIGEST_…` sets need not be found elsewhere."""
    folder.write("digest.yaml", 'smtp: {host: "${HOST}"}\n')
    assert folder.load({"DIGEST_SMTP__HOST": "mx.example.com"}).settings.smtp.host == "mx.example.com"


def test_overrides_are_typed(folder):
    """Text, numbers, switches, durations, lists and mappings; names in any case."""
    settings = folder.load(
        {
            "DIGEST_SMTP__HOST": "127.0.0.1",
            "DIGEST_SMTP__PORT": "2525",
            "digest_smtp__security": "none",
            "DIGEST_SMTP__VERIFY": "false",
            "DIGEST_SMTP__PASSWORD": "1234",
            "DIGEST_SMTP__RETRY_AFTER": "1m, 5m",
            "DIGEST_SMTP__DOMAINS": '{"gmail.com": {"connections": 4}}',
            "DIGEST_STORE": "postgresql://digest@db.example.com/digest",
            "DIGEST_FETCH__EVERY": "2h",
            "DIGEST_LABELS": "[One, Two]",
            "DIGEST_ALARMS__MAIL_TO": "ops@example.com",
            "DIGEST_SMTP__PER_SECOND": "",
            "DIGEST_DKIM": "",
        }
    ).settings
    smtp = settings.smtp
    assert (smtp.host, smtp.port, smtp.security, smtp.verify) == ("127.0.0.1", 2525, "none", False)
    assert smtp.password.get_secret_value() == "1234"
    assert smtp.retry_after == (dt.timedelta(minutes=1), dt.timedelta(minutes=5))
    assert smtp.domains["gmail.com"].connections == 4
    assert settings.store.startswith("postgresql://")
    assert settings.fetch.every == dt.timedelta(hours=2)
    assert (settings.labels, settings.alarms.mail_to) == (("One", "Two"), ("ops@example.com",))
    assert (smtp.per_second, settings.dkim) == (None, None)


def test_an_override_leaves_its_neighbours(folder):
    """Only the setting named is changed; the rest of the file stands."""
    folder.write("digest.yaml", "smtp: {host: mx.example.com, port: 25}\n")
    smtp = folder.load({"DIGEST_SMTP__PORT": "26"}).settings.smtp
    assert (smtp.host, smtp.port) == ("mx.example.com", 26)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DIGEST_SMTP__PORT", "many", "'many' must be a whole number"),
        ("DIGEST_SMTP__SECURITY", "ssl", "none, starttls or tls"),
        ("DIGEST_STORE", "mysql://db", "write sqlite:///FILE"),
        ("DIGEST_SMTP__DOMAINS", "{gmail.com: {connections: 0}}", "at least 1"),
        ("DIGEST_LABELS", "[a", "never closed"),
        ("DIGEST_SMTP", "{hots: x}", "did you mean `host`"),
    ],
)
def test_a_bad_override_names_its_variable(folder, name: str, value: str, words: str):
    """The variable is told in place of a file."""
    problems = folder.problems({name: value})
    assert len(problems) == 1
    assert problems[0][0] == "environment"
    assert problems[0][4].startswith(f"{name}: ")
    assert any(word in problems[0][4] for word in (words, "not closed"))


def test_an_unknown_setting_is_a_warning_with_a_near_name(folder):
    """A misspelt variable does not stop the program, but is told; others are not looked at."""
    project, problems = folder.check({"DIGEST_SMTP__PROT": "1", "DIGEST_CONFIG": "x", "PATH": "/bin"})
    assert project is not None
    assert [(problem.level, problem.message) for problem in problems] == [
        ("warning", "DIGEST_SMTP__PROT is no setting; did you mean DIGEST_SMTP__PORT?")
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("smtp: {password: hunter2}\n", "smtp.password"),
        ("smtp: {routes: [{password: hunter2}]}\n", "smtp.routes.0.password"),
        ("keys: {old: [hunter2]}\n", "keys.old.0"),
        ("store: postgresql://digest:hunter2@db.example.com/digest\n", "store"),
    ],
)
def test_a_secret_in_clear_is_a_warning_that_keeps_it(folder, text: str, path: str):
    """The place is told, the secret is not."""
    folder.write("digest.yaml", text)
    project, problems = folder.check()
    assert project is not None
    assert [(problem.level, problem.path) for problem in problems] == [("warning", path)]
    assert "hunter2" not in str(problems[0])


def test_secrets_do_not_show_in_problems(folder):
    """A wrong neighbour of a password, and a password of the wrong kind, tell nothing of it."""
    folder.write("digest.yaml", "smtp:\n  password: [hunter2]\n  port: x\n  username: ${U}\n")
    assert "hunter2" not in str(folder.problems())
    folder.write("digest.yaml", "")
    assert "hunter2" not in repr(folder.load({"DIGEST_SMTP": "{password: hunter2}"}).settings)


def test_a_problem_is_blamed_on_the_one_who_wrote_it(folder):
    """Beside an override of a whole mapping, the file's own mistakes stay the file's."""
    folder.write("digest.yaml", "smtp: {port: x}\n")
    problems = folder.problems({"DIGEST_SMTP": "{host: mx.example.com}", "DIGEST_DKIM": "{selector: a}"})
    assert [(problem[0], problem[3]) for problem in problems] == [
        ("digest.yaml", "smtp.port"),
        ("environment", "dkim.key_file"),
    ]
    assert problems[1][4].startswith("DIGEST_DKIM: ")


def test_every_setting_has_a_variable():
    """Names of all levels are known."""
    names = setting_names()
    assert {"DIGEST_STORE", "DIGEST_SMTP__HOST", "DIGEST_DKIM__SELECTOR", "DIGEST_WEB__PUBLIC_URL"} <= set(names)
    assert len(names) == len(set(names))


@given(st.text(max_size=40), st.dictionaries(st.text("AB", min_size=1, max_size=2), st.text(max_size=5)))
def test_substitution_is_total_and_leaves_plain_text(text: str, env: dict[str, str]):
    """Any text gives a text; without a reference, the same one."""
    filled = substitute(text, env, {})
    assert isinstance(filled, str)
    if "${" not in text:
        assert filled == text
