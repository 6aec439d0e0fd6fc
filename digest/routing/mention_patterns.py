"""How names of places stand in news text, as regular expressions; what a match means is decided in `mentions`."""

from __future__ import annotations

import re

from digest.routing.states import AP_ABBREVIATIONS, US_STATES

_CAPITALS = "A-ZÀ-ÖØ-ÞĀĆČĎĐĒĖĘĚĞĢĪĮİĶĹĽŁŃŅŇŌŐŘŚŞŠŢŤŪŮŰŲŹŻŽ"
_LINKS = r"(?:of|the|du|de|la|le|del|los|and|on|upon|in|am|an|der)"
_STATES = "|".join(sorted(US_STATES.values(), key=len, reverse=True))
_SHORT_STATES = "|".join(re.escape(short) for short in sorted(AP_ABBREVIATIONS, key=len, reverse=True))
_TITLES = "Mr|Mrs|Ms|Dr|Rev|Gov|Sen|Rep|Sgt|Lt|Capt|Col|Gen|Cpl|Pvt|Det|Jr|Prof|Hon|[A-Z]"
_AGENCIES = "AP|Reuters|UPI|AFP|CNN|CBS|NBC|ABC"
_LOUD = r"(?:[A-Z][A-Z.'’-]+)(?: [A-Z][A-Z.'’-]+)*"
_STATE_PART = r"(?:, [A-Z][\w.]+(?: [A-Z]\w+)?)?"


def _run(capitals: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    word = rf"[{capitals}][\w'’]*(?:\.(?:(?<=\b[SFM][tT]\.)|(?<=\bSte\.)))?"
    return re.compile(rf"{word}(?:[ -](?:{_LINKS} ){{0,2}}{word})*", flags)


RUN = _run(_CAPITALS)
"""A run of capitalised words, with small words such as `of` inside; `St.` and the like keep their period."""
RUN_IN_ASCII = _run("A-Z", re.ASCII)
"""The same for text in ASCII alone, where it is found in half the time."""
SPLIT = re.compile(r"[ -]")
PHONE = re.compile(r"(?<!\d)\(?([2-9]\d\d)(?:\) ?|[-. ])\d{3}[-. ]\d{4}(?!\d)")
DATELINE = re.compile(
    rf"\W{{0,3}}(?:{_LOUD}{_STATE_PART}(?: ?\([^)]{{2,40}}\))?"
    rf"|[A-Z][\w.' -]{{2,40}}{_STATE_PART} \((?:{_AGENCIES})[^)]{{0,20}}\))"
    r" ?(?:—|–|--|-|_|:) ?"
)
STATE_AFTER = re.compile(
    rf",? \(?(?:({_STATES})\b(?! (?:State|University))|({_SHORT_STATES})\.)|, ([A-Z]{{2}})\b(?!\.)"
)
STATE_STARTS = frozenset(re.split(r"\W", name)[0] for name in (*US_STATES.values(), *AP_ABBREVIATIONS))
"""The first words of states as they stand behind a name, beside the codes of two letters."""
COUNTY_AFTER = re.compile(r" (?:County|Parish|Borough|Co\.)(?!\w)|(?:,? (?:and |or )?[A-Z]\w+){0,4} [Cc]ounties\b")
STREET_AFTER = re.compile(
    r"(?: [A-Z]\w+)? (?:Street|St\.|St(?= )|Avenue|Ave\b|Road|Rd\b|Drive|Dr\.|Boulevard|Blvd|Lane|Ln\b|Parkway|Pkwy|"
    r"Highway|Hwy|Pike|Terrace|Circle|Trail|Turnpike|Expressway|Freeway|streets|avenues|roads)"
)
BLOCK_BEFORE = re.compile(r"(?:block of |\d )(?:[NSEW]\.? |North |South |East |West )?$")
SIDES_BEFORE = frozenset(("of", "N", "S", "E", "W", "N.", "S.", "E.", "W.", "North", "South", "East", "West"))
"""Words before a name with which `BLOCK_BEFORE` may end, beside a number."""
IN_WORDS = frozenset(("in", "near", "at", "from", "outside", "around", "downtown", "to", "of", "for"))
PERSON_BEFORE = re.compile(rf"\b(?:{_TITLES})\.? $|\w[\"”] $")
"""A title, an initial, or a nickname in quotation marks."""
INITIAL_AFTER = re.compile(r" [A-Z]\.(?: |,|-)")
DOUBLE_NAME = re.compile(r" [A-Z][a-z]+-[A-Z][a-z]")
AFTER = re.compile(
    r"(?:'s|’s)?[ -](?:"
    r"(?P<official>(?i:area )?(?i:police|mayor|residents?|city council|city hall|council(?:man|woman)?|officials|"
    r"fire (?:department|chief|marshal)|firefighters|sheriff|commissioners|man|woman|native|suburbs?|neighborhoods?|"
    r"metro|area|based|city|township|voters|families|homeowners|public schools|school board|school district)\b)"
    r"|(?P<paper>(?:[A-Z]\w+[ -])?(?:Times|Herald|Tribune|Post|News|Gazette|Journal|Dispatch|Star|Sun|Chronicle|Press|"
    r"Inquirer|Observer|Register|Courier|Ledger|Morning News|Sentinel|Free Press|Banner|Examiner|Record|Globe|Mirror|"
    r"Magazine)\b)"
    r"|(?P<site>(?:[A-Z]\w+ ){0,2}(?:High|Middle|Elementary|School|Schools|Park|Church|Hospital|University|College|"
    r"Medical|Center|Mall|Airport|Stadium|Theater|Theatre|Museum|Library|Academy|Institute|Raceway|Speedway|Hotel|"
    r"Inn)\b)"
    r"|(?P<company>(?:[A-Z][\w&]+ ){0,2}(?:Corp|CORP|Inc|INC|Co|CO|Ltd|LTD|Industries|Holdings|Bancorp|Bank|Energy|"
    r"Electric|Power|Airlines|Group)\b)"
    r"|(?P<team>[A-Z][a-z]+s\b)"
    r")"
)
"""What follows a place's name and says how much it tells: an office, a newspaper, a site, a company, a team."""
TAIL = re.compile(r"(?:'s|’s)?,?[ -]\(?([A-Za-z]+)")
"""The word behind a name, where it may tell something of it."""
