"""`digest demo`: the main job in an empty folder."""

from __future__ import annotations

from digest.config.shipped import shipped_config

NEWSLETTERS = {path.stem for path in (shipped_config() / "newsletters").glob("[!_]*.yaml")}


def test_demo_sends_every_newsletter_once(empty):
    """A first run delivers each newsletter to three readers; a second one delivers nothing more."""
    first = empty.json("demo")["editions"]
    assert {edition["newsletter"] for edition in first} == NEWSLETTERS
    assert len(first) == 22
    for edition in first:
        assert edition["state"] == "done", edition
        assert edition["sent"] == edition["selected"] >= 3
        assert edition["stories"] >= 3
    caught = sorted((empty.folder / "var" / "demo" / "caught").glob("*.eml"))
    assert len(caught) == sum(edition["sent"] for edition in first)

    second = empty.json("demo")["editions"]
    assert all(edition["sent_before"] for edition in second)
    assert sorted((empty.folder / "var" / "demo" / "caught").glob("*.eml")) == caught


def test_demo_shows_a_table_and_where_to_look(project):
    """Without --json the demo prints a line for each newsletter and the place of the messages."""
    done = project.run("demo")
    assert done.returncode == 0, done.stderr
    for newsletter in NEWSLETTERS:
        assert f" {newsletter} " in done.stdout
    assert "var/demo/caught" in done.stdout
