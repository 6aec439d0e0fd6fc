"""A folder of YAML becomes a project, with what its files inherit."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from digest.config.load import check_files, load_project
from digest.config.shipped import shipped_config
from digest.errors import ConfigError


def test_a_good_folder_gives_a_project(folder):
    """Every file kind is read into its typed values."""
    project = folder.load()
    assert project.folder == folder.path
    assert project.root == folder.path.parent
    assert [source.id for source in project.sources] == ["wire"]
    assert set(project.regions) == {"denver", "boise"}
    assert project.topics["deals"].parent == "business"
    assert list(project.newsletters) == ["denver"]


def test_a_newsletter_inherits_from_its_base_and_the_defaults(folder):
    """Mappings are merged over all levels, the own file is strongest."""
    denver = folder.load().get_newsletter("denver")
    assert denver.kind == "regional"
    assert denver.min_stories == 4
    assert (denver.late.send_within, denver.late.then) == (dt.timedelta(hours=1), "hold")
    assert denver.schedule is not None
    assert denver.schedule.at == (dt.time(6, 30),)


def test_lists_are_replaced_and_nothing_takes_away(folder):
    """A list in the own file stands alone; a key with nothing behind it has the model's default again."""
    folder.write(
        "newsletters/denver.yaml",
        "extends: city\nname: Denver\nregion: denver\nmin_stories:\nsections: [{title: Only, match: {}}]\n",
    )
    denver = folder.load().get_newsletter("denver")
    assert [section.title for section in denver.sections] == ["Only"]
    assert denver.min_stories == 3


def test_a_base_may_extend_a_base(folder):
    """A chain of bases is merged from its end to its beginning."""
    folder.write("newsletters/_big-city.yaml", "extends: city\nmin_stories: 9\n")
    folder.write("newsletters/denver.yaml", "extends: big-city\nname: Denver\nregion: denver\n")
    denver = folder.load().get_newsletter("denver")
    assert (denver.min_stories, denver.late.then) == (9, "hold")


def test_bases_and_other_files_are_no_newsletters(folder):
    """Files with a leading underscore, hidden files and files that are no YAML give no newsletter."""
    folder.write("newsletters/.#boise.yaml", "name: [")
    folder.write("newsletters/README.md", "# notes\n")
    folder.write("newsletters/boise.yml", "extends: city\nname: Boise\nregion: boise\n")
    assert set(folder.load().newsletters) == {"denver", "boise"}


def test_regions_and_topics_may_be_missing(folder):
    """A project of topical newsletters by keyword needs neither file."""
    folder.path.joinpath("regions.yaml").unlink()
    folder.path.joinpath("topics.yaml").unlink()
    folder.write("newsletters/denver.yaml", "name: Snow\nsections: [{title: Snow, match: {keywords: snow*}}]\n")
    project = folder.load()
    assert (dict(project.regions), dict(project.topics)) == ({}, {})


def test_the_projects_folder_will_do(folder):
    """The folder around `config/` is taken for it, so that commands work from both."""
    assert load_project(folder.path.parent, {}).folder == folder.path


def test_load_project_raises_with_all_problems(folder):
    """Errors of different files come together, in the order of files and lines."""
    folder.write("newsletters/denver.yaml", "name: Denver\nkindd: x\nmin_stories: many\n")
    folder.write("sources.yaml", "sources: [{id: A}]\n")
    folder.write("regions.yaml", "regions: [\n")
    with pytest.raises(ConfigError) as raised:
        load_project(folder.path, {})
    problems = raised.value.problems
    assert raised.value.exit_status == 2
    assert len({problem.file for problem in problems}) == 3
    assert list(problems) == sorted(problems)


@pytest.mark.parametrize("name", ["digest.yaml", "sources.yaml"])
def test_a_missing_file_is_told(folder, name: str):
    """Without its two main files a folder is not taken for a configuration."""
    folder.path.joinpath(name).unlink()
    assert any(file == name and f"there is no {name}" in message for file, *_, message in folder.problems())


def test_a_missing_folder_is_told_with_the_cure(tmp_path: Path):
    """No folder, no newsletters' folder and no newsletter are three different messages."""
    project, problems = check_files(tmp_path / "nowhere", {})
    assert project is None
    assert "digest init" in problems[0].message
    (tmp_path / "digest.yaml").write_text("")
    (tmp_path / "sources.yaml").write_text("")
    assert "one YAML file a newsletter" in check_files(tmp_path, {})[1][0].message
    (tmp_path / "newsletters").mkdir()
    assert "no newsletter here" in check_files(tmp_path, {})[1][0].message


def test_empty_files_are_defaults(folder):
    """A file of comments only is as good as none of its keys."""
    folder.write("digest.yaml", "# nothing yet\n")
    folder.write("topics.yaml", "topics:\n")
    project = folder.load()
    assert project.settings.store == "sqlite:///var/digest.db"
    assert dict(project.topics) == {}


def test_five_hundred_newsletters_read_their_bases_once(folder, monkeypatch: pytest.MonkeyPatch):
    """The number of files opened is the number of files there are."""
    for number in range(60):
        folder.write(f"newsletters/n{number}.yaml", f"extends: city\nname: N{number}\nregion: denver\n")
    opened: list[Path] = []
    real = Path.read_bytes

    def counting(path: Path) -> bytes:
        opened.append(path)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", counting)
    assert len(folder.load().newsletters) == 61
    assert len(opened) == len(set(opened)) == 67


def test_a_cron_expression_takes_the_place_of_an_inherited_time(tmp_path: Path) -> None:
    """A newsletter that writes `cron` does not inherit its base's `at`, and the other way round."""
    shutil.copytree(shipped_config(), tmp_path / "config")
    folder = tmp_path / "config" / "newsletters"
    (folder / "_early.yaml").write_text('extends: city\nschedule: {cron: "0 5 * * *"}\n')
    (folder / "boise.yaml").write_text('extends: city\nname: Boise\nregion: denver\nschedule: {cron: "0 7 * * mon"}\n')
    (folder / "nampa.yaml").write_text('extends: early\nname: Nampa\nregion: denver\nschedule: {at: "06:00"}\n')
    newsletters = load_project(tmp_path / "config", {}).newsletters
    assert newsletters["boise"].schedule is not None
    assert (newsletters["boise"].schedule.cron, newsletters["boise"].schedule.at) == ("0 7 * * mon", ())
    assert newsletters["nampa"].schedule is not None
    assert newsletters["nampa"].schedule.cron is None
