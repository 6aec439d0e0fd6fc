"""Each mistake is told with file, line, column, path and cure."""

from __future__ import annotations

import pytest

GOOD = "extends: city\nname: Denver\nregion: denver\n"

NEWSLETTER_MISTAKES = [
    ("secitons: []\n", 4, 1, "secitons", "unknown key `secitons`; did you mean `sections`?"),
    ("kind: regoinal\n", 4, 7, "kind", "did you mean `regional`?"),
    ("timezone: America/Dever\n", 4, 11, "timezone", "America/Denver"),
    ("timezone: denver\n", 4, 11, "timezone", "America/Denver"),
    ("timezone: Mars/Olympus\n", 4, 11, "timezone", "is not a time zone"),
    ("schedule: {at: 630}\n", 4, 16, "schedule.at.0", 'write the time in quotes, as "06:30"'),
    ("schedule: {at: '25:00'}\n", 4, 16, "schedule.at.0", "is not a time of day"),
    ("schedule: {at: '6:30', days: [Monday]}\n", 4, 31, "schedule.days.0", "did you mean `mon`?"),
    ("schedule: {cron: '0 7 * *'}\n", 4, 18, "schedule.cron", "has 4 fields"),
    ("schedule: {days: [mon]}\n", 4, 11, "schedule", "give either at"),
    ("window: {length: 36}\n", 4, 18, "window.length", "a duration with its unit"),
    ("window: {length: 36 hours}\n", 4, 18, "window.length", "write 45s, 30m, 36h"),
    ("accent: {light: red}\n", 4, 17, "accent.light", "a colour as #b3402a"),
    ("language: english\n", 4, 11, "language", "a language as en"),
    ("min_stories: -1\n", 4, 14, "min_stories", "at least 0"),
    ("min_stories: few\n", 4, 14, "min_stories", "a whole number"),
    ("min_stories: [1]\n", 4, 14, "min_stories", "a list stands here"),
    ("prompt: hello\n", 4, 9, "prompt", "keys and values"),
    ("sections: []\n", 4, 11, "sections", "empty list; give at least 1"),
    ("sections: [{limit: 2}]\n", 4, 12, "sections.0.title", "`title:` is missing"),
    ("sections: [{title: A, limit: 0}]\n", 4, 30, "sections.0.limit", "at least 1"),
    ("sections: [{title: A, match: {regoins: [x]}}]\n", 4, 31, "sections.0.match.regoins", "`regions`"),
    ("sections: [{title: A, layout: big}]\n", 4, 31, "sections.0.layout", "lead, story, brief or headlines"),
    ("sections: [{title: A, match: {max_age: ~}}, {title: }]\n", 4, 46, "sections.1.title", "nothing behind it"),
    ("id: denver\n", 4, 1, "id", "the file's name is the id"),
    ("avoid_repeats_of: [denvr]\n", 4, 20, "avoid_repeats_of.0", "did you mean `denver`?"),
]


@pytest.mark.parametrize(("line_4", "line", "column", "path", "words"), NEWSLETTER_MISTAKES)
def test_a_mistake_in_a_newsletter(folder, line_4: str, line: int, column: int, path: str, words: str):
    """One wrong line gives one problem, at its place."""
    folder.write("newsletters/denver.yaml", GOOD + line_4)
    problems = folder.problems()
    assert len(problems) == 1, problems
    assert problems[0][:4] == ("denver.yaml", line, column, path)
    assert any(word in problems[0][4] for word in words.split("|")), problems[0][4]


RULE_MISTAKES = [
    ("{regions: [denvr]}", "match.regions.0", "did you mean `denver`?"),
    ("{regions: denvr}", "match.regions", "did you mean `denver`?"),
    ("{all: [{regions: [denver]}, {any: [{topics: [busines]}]}]}", "match.all.1.any.0.topics.0", "`business`"),
    ("{none: [{sources: [wier]}]}", "match.none.0.sources.0", "did you mean `wire`?"),
    ("{regions: [$regoin]}", "match.regions.0", "`$regoin` is not known here"),
]


@pytest.mark.parametrize(("rule", "path", "words"), RULE_MISTAKES)
@pytest.mark.parametrize("where", ["sections", "fallback"])
def test_unknown_names_in_rules(folder, rule: str, path: str, words: str, where: str):
    """Regions, topics and sources that do not exist are found in every rule, nested ones too."""
    title = "title: A, " if where == "sections" else ""
    folder.write("newsletters/denver.yaml", f"{GOOD}{where}:\n  - {{{title}match: {rule}}}\n")
    problems = folder.problems()
    assert [problem[3] for problem in problems] == [f"{where}.0.{path}"]
    assert words in problems[0][4]


def test_dollar_region_without_a_region(folder):
    """A rule that says `$region` in a base is told at the newsletter that has no region, once."""
    folder.write("newsletters/denver.yaml", "extends: city\nkind: topical\nname: X\ntopic:\n")
    assert folder.problems() == [
        ("denver.yaml", 1, 1, "region", "the rules say `$region`, but this newsletter has no `region:`; write one")
    ]


def test_an_inherited_mistake_is_told_once_where_it_stands(folder):
    """Two newsletters with one bad base give one problem, in the base's file."""
    folder.write("newsletters/_city.yaml", "kind: regional\nsections:\n  - {title: A, limit: none}\n")
    folder.write("newsletters/boise.yaml", "extends: city\nname: Boise\nregion: boise\n")
    assert [problem[:4] for problem in folder.problems()] == [("_city.yaml", 3, 23, "sections.0.limit")]


def test_an_overridden_mistake_is_none(folder):
    """What the own file replaces is not judged."""
    folder.write("newsletters/_city.yaml", "kind: regional\nsections: 5\n")
    folder.write("newsletters/denver.yaml", GOOD + "sections: [{title: A}]\n")
    assert folder.problems() == []


def test_unknown_base_with_near_match_and_no_noise(folder):
    """A misspelt `extends` is one problem; that sections are missing follows and is not told."""
    folder.write("newsletters/denver.yaml", "extends: citty\nname: Denver\nregion: denver\nmin_stories: x\n")
    problems = folder.problems()
    assert [problem[:4] for problem in problems] == [
        ("denver.yaml", 1, 10, "extends"),
        ("denver.yaml", 4, 14, "min_stories"),
    ]
    assert "did you mean `city`?" in problems[0][4]


def test_bases_in_a_circle(folder):
    """The way round is told at the base that closes it."""
    folder.write("newsletters/_a.yaml", "extends: b\n")
    folder.write("newsletters/_b.yaml", "extends: c\n")
    folder.write("newsletters/_c.yaml", "extends: a\n")
    problems = folder.problems()
    assert [problem[:4] for problem in problems] == [("_c.yaml", 1, 10, "extends")]
    assert "a → b → c → a" in problems[0][4]


def test_extends_must_be_one_name(folder):
    """A list of bases is refused with the cure."""
    folder.write("newsletters/denver.yaml", "extends: [city]\nname: Denver\n")
    assert "extends names one base file, as `extends: city`" in [problem[4] for problem in folder.problems()]


def test_a_syntax_error_does_not_hide_other_files(folder):
    """One unreadable file, and the mistakes of all others."""
    folder.write("regions.yaml", "regions: {denver: [\n")
    folder.write("newsletters/denver.yaml", GOOD + "secitons: []\n")
    folder.write("newsletters/boise.yaml", "name: 'Boise\n")
    folder.write("topics.yaml", "topics:\n  business: {use: defualt}\n")
    files = [problem[0] for problem in folder.problems()]
    assert files == ["boise.yaml", "denver.yaml", "regions.yaml", "topics.yaml"]


@pytest.mark.parametrize("other", ["Denver.yaml", "denver.yml", "DENVER.YAML"])
def test_two_files_of_one_id(folder, other: str):
    """Ids that differ in case or ending only are told as the same."""
    folder.write(f"newsletters/{other}", GOOD)
    assert any("is also given by" in problem[4] for problem in folder.problems())


def test_a_file_name_that_is_no_id(folder):
    """Blanks and capitals in a file's name are told with an example."""
    folder.write("newsletters/New York.yaml", GOOD)
    problems = folder.problems()
    assert problems[0][:3] == ("New York.yaml", 0, 0)
    assert "nw-arkansas.yaml" in problems[0][4]


def test_an_empty_newsletter_is_told(folder):
    """A file without a key says what it needs."""
    folder.write("newsletters/boise.yaml", "# later\n")
    assert folder.problems() == [
        ("boise.yaml", 0, 0, "", "the file is empty; write at least name: and sections:, or extends:")
    ]


SOURCE_MISTAKES = [
    ("{id: Front Range, path: .}", 10, "sources.1.id", "lower-case letters"),
    ("{id: a, path: nowhere/}", 19, "sources.1.path", "nowhere does not exist"),
    ("{id: a, path: ., topics: [busines]}", 31, "sources.1.topics.0", "did you mean `business`?"),
    ("{id: a, path: ., sample: true}", 22, "sources.1.sample", "did you mean `samples`"),
    ("{id: wire, path: .}", 10, "sources.1.id", "already given in line 2"),
    ("{id: a, url: 'ftp://news.example.com/'}", 18, "sources.1.url", "begins with https:// or http://"),
    ("{id: a, url: news.example.com}", 18, "sources.1.url", "an address, as https://"),
    ("{id: a}", 5, "sources.1", "needs url: (a feed) or path:"),
    ("{id: a, path: ., url: 'https://news.example.com/'}", 5, "sources.1", "not both"),
    ("just text", 5, "sources.1", "keys and values"),
    ("{id: a, path: ., weight: eleven}", 30, "sources.1.weight", "a number"),
]


@pytest.mark.parametrize(("entry", "column", "path", "words"), SOURCE_MISTAKES)
def test_a_mistake_in_a_source(folder, entry: str, column: int, path: str, words: str):
    """Each is told at its line in sources.yaml."""
    folder.write("sources.yaml", f'sources:\n  - {{id: wire, url: "https://news.example.com/feed.xml"}}\n  - {entry}\n')
    problems = folder.problems()
    assert [problem[3] for problem in problems] == [path]
    file, line, found_column, _, message = problems[0]
    assert (file, line, found_column) == ("sources.yaml", 3, column)
    assert words in message


def test_repeated_ids_without_regard_to_case(folder):
    """`Wire` is `wire`, and no id besides."""
    folder.write("sources.yaml", "sources:\n  - {id: wire, path: .}\n  - {id: Wire, path: .}\n")
    assert ["already given in line 2" in problem[4] for problem in folder.problems()].count(True) == 1


def test_topics_that_are_part_of_themselves(folder):
    """Unknown parents and circles of parents are told."""
    folder.write(
        "topics.yaml",
        "topics:\n  business: {use: default, parent: deals}\n  deals: {use: default, parent: business}\n"
        "  food: {about: Food., parent: busines}\n",
    )
    problems = folder.problems()
    assert [problem[1] for problem in problems] == [2, 3, 4]
    assert "part of itself" in problems[0][4]
    assert "did you mean `business`?" in problems[2][4]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("regions:\n  denver: {place: 'Denver, CO', radius: 5}\n  boise: {place: x}\n", "denver.radius", "radius_km"),
        ("regions:\n  denver: {}\n  boise: {place: x}\n", "denver", "needs place:"),
        ("regions:\n  denver: {place: x, radius_km: -3}\n  boise: {place: x}\n", "denver.radius_km", "more than 0"),
        ("regions:\n  denver:\n  boise: {place: x}\n", "denver", "nothing behind it"),
        ("regions:\n  denver: {place: x}\n  Boise: {place: x}\n", "Boise", "lower-case"),
    ],
)
def test_a_mistake_in_regions(folder, text: str, path: str, words: str):
    """Each is told below its region."""
    folder.write("regions.yaml", text)
    assert [(problem[3], words in problem[4]) for problem in folder.problems()] == [(f"regions.{path}", True)]


def test_missing_files_of_the_settings(folder):
    """Keys and template folders that are not there are told before anything is sent."""
    folder.write("digest.yaml", "dkim: {selector: a, key_file: keys/none.pem}\ntemplates: looks/\n")
    assert [problem[3] for problem in folder.problems()] == ["dkim.key_file", "templates"]


def test_a_missing_data_file_is_a_warning(folder):
    """A figure without its file does not stop a newsletter."""
    folder.write("newsletters/denver.yaml", GOOD + "figures: [{file: weather.csv}]\n")
    project, problems = folder.check()
    assert project is not None
    assert [(problem.level, problem.path) for problem in problems] == [("warning", "figures.0.file")]
