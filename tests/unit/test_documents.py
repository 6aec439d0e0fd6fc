"""Documents say what the program does: words of the glossary, events of the log, files for deployment."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path

from ruamel.yaml import YAML

from digest.config.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CODE = {path: path.read_text(encoding="utf-8") for path in (ROOT / "digest").rglob("*.py")}
_EVENT = re.compile(r"log(?:ger\([^)]*\))?\.(?:info|warning|error|exception)\(\s*\"([^\"]+)\"")
_EVENT_OF_TWO = re.compile(r"log\.error\)\(\"([^\"]+)\"")


def words_of_the_glossary() -> list[str]:
    """Return every word that the glossary explains."""
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    return [word for line in lines if line.startswith("| **") for word in re.findall(r"\*\*([^*]+)\*\*", line[:60])]


def test_every_word_of_the_glossary_is_used() -> None:
    """A word that is explained stands in the program and in another document; each is explained once."""
    words = words_of_the_glossary()
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md") if path.name != "glossary.md"]
    code, text = "\n".join(CODE.values()).lower(), "\n".join(pages).lower()
    unused = [word for word in words if not re.search(rf"\b{word}", code) or not re.search(rf"\b{word}", text)]
    assert len(words) > 30 and unused == []
    assert len(set(words)) == len(words)


def test_every_event_of_the_log_is_documented() -> None:
    """The page of logs names what the program logs, and nothing else."""
    logged = {event for text in CODE.values() for event in (*_EVENT.findall(text), *_EVENT_OF_TWO.findall(text))}
    page = (ROOT / "docs" / "how-to" / "logs.md").read_text(encoding="utf-8")
    cells = [line.split("|")[2] for line in page.splitlines() if line.startswith("| `")]
    documented = {event for cell in cells for event in re.findall(r"`([^`]+)`", cell)}
    assert (logged - documented, documented - logged) == (set(), set())


def test_the_unit_starts_the_daemon_and_gives_it_time_to_end() -> None:
    """The service runs our commands, waits longer than a drain, and does not repeat a wrong configuration."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy" / "digest.service")
    service = unit["Service"]
    assert service["ExecStart"].endswith("/digest daemon") and service["ExecStartPre"].endswith("/digest check")
    assert int(service["TimeoutStopSec"]) > 30
    assert service["RestartPreventExitStatus"] == "2"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_the_compose_file_names_settings_that_exist() -> None:
    """Every variable of the container is a setting, secrets are asked for, the store is waited for."""
    compose = YAML(typ="safe").load(ROOT / "deploy" / "compose.yaml")
    digest = compose["services"]["digest"]
    for name in digest["environment"]:
        model: object = Settings
        for part in name.removeprefix("DIGEST_").lower().split("__"):
            field = model.model_fields[part]  # type: ignore[attr-defined]
            model = field.annotation
    assert digest["depends_on"]["store"]["condition"] == "service_healthy"
    assert (ROOT / "deploy" / digest["build"]["context"] / digest["build"]["dockerfile"]).is_file()
    assert "POSTGRES_PASSWORD:?" in compose["services"]["store"]["environment"]["POSTGRES_PASSWORD"]


def test_the_dockerfile_copies_what_there_is() -> None:
    """Each COPY from the project finds its file, the process is nobody's root, and gets the signal it knows."""
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    copied = [word for line in lines if line[0] == "COPY" and "--from" not in line[1] for word in line[1:-1]]
    assert copied and [word for word in copied if not (ROOT / word).exists()] == []
    verbs = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"}
    assert {line[0] for line in lines if line[0].isupper()} <= verbs | {"ENTRYPOINT", "CMD"}
    users = [line[1] for line in lines if line[0] == "USER"]
    assert users == ["digest"] and ["STOPSIGNAL", "SIGTERM"] in lines
    entry = next(line for line in lines if line[0] == "ENTRYPOINT")
    assert json.loads(" ".join(entry[1:])) == ["digest"]
