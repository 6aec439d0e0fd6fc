"""Wrong input on purpose: one line each with its place, all at once, status 2, nothing sent or stored."""

from __future__ import annotations

import json


def test_every_mistake_is_told_at_once(project, write):
    """Mistakes in several files are all told with file, line and column, and nothing is stored."""
    write(
        "config/newsletters/boise.yaml",
        'extends: city\nname: Boise\ntimezone: America/Boize\nregion: boise\nschedule: {at: "06:30"}\n',
    )
    write(
        "config/newsletters/cron.yaml", 'extends: topical\nname: Cron\ntopic: tech\nschedule: {cron: "61 7 * * mon"}\n'
    )
    write(
        "config/newsletters/keys.yaml",
        'extends: topical\nname: Keys\ntopic: tech\nsecitons: []\nschedule: {at: "06:30"}\n',
    )
    done = project.run("check", "--json")
    assert done.returncode == 2
    told = json.loads(done.stdout)
    assert told["ok"] is False
    errors = [problem for problem in told["problems"] if problem["level"] == "error"]
    messages = " ".join(f"{p['file']}:{p['line']} {p['message']}" for p in errors)
    for place in ("boise.yaml:3", "boise.yaml:4", "keys.yaml:4"):
        assert place in messages, messages
    assert "sections" in messages
    for command in (("send", "denver"), ("fetch",), ("daemon", "--no-web")):
        refused = project.run(*command)
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr
    assert not (project.folder / "var").exists()


def test_cron_mistake_has_its_place(project, write):
    """A cron field out of range is told with its line."""
    write(
        "config/newsletters/cron.yaml", 'extends: topical\nname: Cron\ntopic: tech\nschedule: {cron: "61 7 * * mon"}\n'
    )
    done = project.run("check", "--json")
    assert done.returncode == 2
    problems = [
        p for p in json.loads(done.stdout)["problems"] if p["file"].endswith("cron.yaml") and p["level"] == "error"
    ]
    assert [problem["line"] for problem in problems] == [4]


def test_broken_template_has_its_place(project, write):
    """A template of the user's own that does not parse is told with file and line."""
    settings = project.folder / "config" / "digest.yaml"
    settings.write_text(settings.read_text() + "\ntemplates: my-templates\n")
    write("my-templates/brief/partials/footer.mjml.j2", "<mj-section>\n{% if %}\n</mj-section>\n")
    done = project.run("check", "--json")
    assert done.returncode == 2
    places = [(p["file"].rsplit("/", 1)[-1], p["line"]) for p in json.loads(done.stdout)["problems"]]
    assert ("footer.mjml.j2", 2) in places


def test_unknown_names_are_told_with_the_known_ones(project):
    """A newsletter, source or story that does not exist ends with status 2 and what exists."""
    for words in (("build", "denvr", "--out", "x"), ("fetch", "--source", "nope"), ("schedule", "denvr")):
        done = project.run(*words)
        assert done.returncode == 2
        assert "denver" in done.stderr or "front-range" in done.stderr
        assert "Traceback" not in done.stderr


def test_missing_configuration_says_what_to_do(empty):
    """Without a configuration every command says how to get one."""
    done = empty.run("check")
    assert done.returncode == 2
    assert "digest init" in done.stderr


def test_a_broken_feed_concerns_itself_alone(project, write):
    """A feed that is no feed is an error of its source; the others are read."""
    write("config/samples/broken/feed.xml", "<rss><channel><item>")
    sources = project.folder / "config" / "sources.yaml"
    sources.write_text(
        sources.read_text() + "\n  - id: dead\n    url: http://127.0.0.1:1/feed.xml\n    allow_private: true\n"
    )
    told = project.json("fetch")["sources"]
    by_id = {source["id"]: source for source in told}
    assert by_id["dead"]["status"] == "error"
    assert by_id["dead"]["error"]
    assert by_id["front-range"]["status"] == "ok"
    assert by_id["front-range"]["new"] > 0
