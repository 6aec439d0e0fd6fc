"""Subscribers' files of any origin: encodings, separators, columns, broken rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.errors import UsageError
from digest.store.subscribers import NewSubscriber
from digest.subscriptions.csv_table import Row, guard_formula, read_rows


def _read(folder: Path, content: bytes | str) -> list[Row]:
    file = folder / "list.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(file, lambda bytes_read: None))


def _people(folder: Path, content: bytes | str) -> list[NewSubscriber]:
    return [row.subscriber for row in _read(folder, content) if row.subscriber]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_any_spreadsheet_is_read(tmp_path: Path, separator: str, encoding: str, line_end: str) -> None:
    """Separator, encoding, byte-order mark and line ends are found out from the file."""
    text = line_end.join([separator.join(["Name", "E-mail"]), separator.join(["Zoë", "zoe@example.com"]), ""])
    assert _people(tmp_path, text.encode(encoding)) == [
        NewSubscriber("zoe@example.com", "zoe@example.com", "Zoë", attributes={})
    ]


@pytest.mark.parametrize(
    "title", ["email", "E-Mail", "EMAIL ADDRESS", "mail", "e_mail", "Subscriber", "Your email", "Address"]
)
def test_the_column_of_addresses_is_found(tmp_path: Path, title: str) -> None:
    """The column may have any of the names such files use."""
    (one,) = _people(tmp_path, f"id,{title},plan\n1,ann@example.com,pro\n")
    assert (one.email, one.attributes) == ("ann@example.com", {"id": "1", "plan": "pro"})


@pytest.mark.parametrize("title", ["Kontakt", "電子郵件", "Who", ""])
def test_a_column_of_addresses_needs_no_known_title(tmp_path: Path, title: str) -> None:
    """Where no title tells, the rows do; a column called `address` that holds streets is not taken for one."""
    rows = "1 High St,ann@example.com,pro\n2 Low St,bo@example.com,\n3 Old St,,free\n"
    people = _people(tmp_path, f"Address,{title},Plan\n{rows}")
    assert [one.email for one in people] == ["ann@example.com", "bo@example.com"]
    assert people[0].attributes == {"address": "1 High St", "plan": "pro"}


def test_a_list_without_titles_is_read(tmp_path: Path) -> None:
    """A first line with an address is no title."""
    people = _people(tmp_path, "Ann,ann@example.com\nBob,bob@example.com\n")
    assert [one.email for one in people] == ["ann@example.com", "bob@example.com"]
    assert people[0].attributes == {"column_1": "Ann"}


def test_a_file_without_addresses_says_what_to_do(tmp_path: Path) -> None:
    """The error names the columns there are."""
    for content in ("name,plan\nAnn,pro\n", "", "\n"):
        with pytest.raises(UsageError, match="call one `email`"):
            _read(tmp_path, content)


def test_names_languages_and_zones_are_known_and_the_rest_are_attributes(tmp_path: Path) -> None:
    """First and last name make the name; unknown zones and languages are dropped; titles become plain ids."""
    titles = "First name,Last name,email,Lang,Time zone,Favourite team!,attributes.plan,subscription.state,"
    (one,) = _people(tmp_path, f"{titles}\nAnn,Example,ann@example.com,pt_BR,America/Denver,Red,pro,confirmed,x\n")
    assert (one.name, one.language, one.timezone) == ("Ann Example", "pt-BR", "America/Denver")
    assert one.attributes == {"favourite_team": "Red", "plan": "pro"}
    (two,) = _people(tmp_path, "email,lang,tz\nann@example.com,english please,Mars\n")
    assert (two.language, two.timezone) == ("", "")


def test_refused_rows_tell_line_and_reason(tmp_path: Path) -> None:
    """Lines are counted as an editor counts them, also after a cell with line breaks; empty lines are skipped."""
    rows = _read(
        tmp_path,
        'name,email\n"Two\nlines",ann@example.com\n\n,,\nBob\nCarol,nobody\nDora,dora@example.com\n'
        + "x" * 201
        + ",eve@example.com\n"
        + "x" * 200_000
        + ",frank@example.com\nGil,gil@example.com\n",
    )
    assert [(row.line, row.subscriber is not None) for row in rows] == [
        (2, False), (6, False), (7, False), (8, True), (9, False), (10, False), (11, True),
    ]  # fmt: skip
    assert [row.refused.split(" ")[0] for row in rows if row.refused] == ["a", "no", "An", "a", "not"]


def test_no_spreadsheet_takes_a_text_for_a_formula(tmp_path: Path) -> None:
    """What could be a formula is guarded on the way out and comes back as it was."""
    for text in ("=1+1", "+2", "-3", "@x", "plain", "O'Neil", "'quoted"):
        guarded = guard_formula(text)
        assert guarded[0] not in "=+-@"
        (one,) = _people(tmp_path, f"email,name\nann@example.com,{guarded}\n")
        assert one.name == text


def test_progress_ends_with_the_size_of_the_file(tmp_path: Path) -> None:
    """The last call tells that all bytes were read."""
    file = tmp_path / "list.csv"
    file.write_text("email\n" + "".join(f"r{number}@example.com\n" for number in range(3000)))
    told: list[int] = []
    assert sum(row.subscriber is not None for row in read_rows(file, told.append)) == 3000
    assert told == sorted(told)
    assert told[-1] == file.stat().st_size
