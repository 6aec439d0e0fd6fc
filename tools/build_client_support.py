"""Make the compact table of client support from caniemail's data: run it when a newer `caniemail.json` is at hand.

    python tools/build_client_support.py caniemail.json digest/rendering/data/client_support.json

Keeps, for each CSS, HTML and image feature, the latest result of each platform as one letter: y (supported),
a (in part), n (not), u (unknown). The data is caniemail.com's, under the MIT licence (`data/caniemail-LICENSE`).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KINDS = ("css", "html", "image")
_DATE = re.compile(r"\d{4}(-\d\d)?")


def latest(results: Mapping[str, str]) -> str:
    """Return the letter of the newest result: by date where all are dated, else the last one listed."""
    versions = list(results)
    newest = max(versions) if all(_DATE.fullmatch(version) for version in versions) else versions[-1]
    return results[newest][0]


def compact(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table: platforms of each family in a fixed order, and one string of letters a feature."""
    features = [feature for feature in source["data"] if feature["category"] in KINDS]
    platforms: dict[str, list[str]] = {}
    for feature in features:
        for family, results in feature["stats"].items():
            known = platforms.setdefault(family, [])
            known.extend(name for name in sorted(results) if name not in known)
    names = source["nicenames"]
    return {
        "about": "Support of HTML and CSS in mail clients, from caniemail.com (MIT, see caniemail-LICENSE)",
        "updated": source["last_update_date"][:10],
        "families": {
            family: {
                "name": names["family"].get(family, family),
                "platforms": [names["platform"].get(name, name) for name in known],
            }
            for family, known in sorted(platforms.items())
        },
        "features": {feature["slug"]: _row(feature, platforms) for feature in features},
    }


def _row(feature: Mapping[str, Any], platforms: Mapping[str, list[str]]) -> dict[str, Any]:
    support = {}
    for family, results in sorted(feature["stats"].items()):
        support[family] = "".join(latest(results[p]) if results.get(p) else "u" for p in platforms[family])
    return {"title": feature["title"], "support": support}


def main() -> None:
    """Read the file named first, write the one named second."""
    source, target = (Path(name) for name in sys.argv[1:3])
    table = compact(json.loads(source.read_text(encoding="utf-8")))
    rows = ",\n".join(f"{json.dumps(slug)}: {json.dumps(row)}" for slug, row in table.pop("features").items())
    head = json.dumps(table, indent=1).removesuffix("\n}")
    target.write_text(f'{head},\n "features": {{\n{rows}\n}}\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
