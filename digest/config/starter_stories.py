"""Sample stories about a user's own place, so that a new project has an edition at once; nothing else."""

from __future__ import annotations

import json

_STORIES = (
    (
        "library-hours",
        "2h",
        "Schools",
        "The {place} library will open on Sundays",
        "{dateline} — From next month the main library is open on Sunday afternoons, for the first time in 11 years.",
        "Students and shift workers named the closed Sunday as the reason they stopped coming.",
        ("4 hours each Sunday, noon to 4 p.m.", "2 new staff, 9 volunteers", "$86,000 a year from the general fund"),
    ),
    (
        "bridge-repair",
        "4h",
        "Transit",
        "Repairs will close a {place} bridge for six weeks",
        "{dateline} — Crews start on Monday to replace the deck of a bridge that 14,000 drivers cross each day.",
        "The detour adds eight minutes; two bus lines get a lane of their own while the work lasts.",
        (
            "6 weeks, weather permitting",
            "1 lane stays open for walkers and bicycles",
            "$3.2 million in all",
        ),
    ),
    (
        "repair-shop",
        "6h",
        "Business",
        "A repair shop in {place} hires its tenth mechanic",
        "{dateline} — A company that began in a garage now mends 400 electric bicycles a month and needs room.",
        "Small manufacturers and repairers added more jobs here last year than the large employers did.",
        (
            "10 employees, 3 apprentices",
            "400 repairs a month, twice last year's",
            "1 empty warehouse in view",
        ),
    ),
    (
        "farmers-market",
        "8h",
        "Food",
        "The winter market in {place} doubles its stalls",
        "{dateline} — The indoor market moves to a larger hall and takes in 24 growers who were on the waiting list.",
        "Farmers within an hour's drive earn a third of their year between November and March.",
        ("48 stalls, up from 24", "Saturdays, 8 a.m. to 1 p.m.", "Tokens double food benefits up to $20"),
    ),
    (
        "swim-team",
        "10h",
        "Sports",
        "{place} swimmers bring home a relay title",
        "{dateline} — Four seniors won the state relay by 0.3 seconds, after a season without a pool of their own.",
        "The city council votes next week on repairs to the pool that was closed in spring.",
        ("0.3 seconds ahead", "5 a.m. practice, 40 minutes away", "$1.1 million to reopen the pool"),
    ),
)


def desk_stories(place: str, home: str) -> dict[str, str]:
    """Return Markdown files by name: five invented stories, marked as samples, with dates relative to now."""
    dateline = home.upper() if "," not in home else f"{home.partition(',')[0].upper()},{home.partition(',')[2]}"
    files = {}
    for name, age, category, headline, lead, why, bullets in _STORIES:
        front = {
            "headline": headline.format(place=place),
            "guid": f"desk-{name}",
            "url": f"https://news.example.com/desk/{name}",
            "age": age,
            "categories": [category, place],
            "sample": True,
        }
        lines = ["---", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()), "---"]
        lines += [lead.format(dateline=dateline), "", f"**Why it matters:** {why}", "", "**By the numbers:**", ""]
        lines += [f"- {bullet}" for bullet in bullets]
        files[f"{name}.md"] = "\n".join(lines) + "\n"
    return files
