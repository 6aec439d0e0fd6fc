"""Short lists of English words that the reading of names and events leans on; no rule that uses them."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words("""
    mr mrs ms dr judge justice officer detective sergeant lieutenant captain chief deputy sheriff mayor senator rep
    representative gov governor president coach pastor rev reverend father sister brother bishop councilman
    councilwoman commissioner attorney prosecutor spokesman spokeswoman spokesperson director manager superintendent
    principal professor sir lord lady king queen prince princess saint secretary minister chairman chairwoman
    congressman congresswoman private corporal colonel general trooper agent quarterback guard forward pitcher actor
    actress singer author miss uncle aunt
""")
"""Words before a person's name."""

NEVER = _words("""
    january february march april may june july august september october november december sunday monday tuesday
    wednesday thursday friday saturday sens reps govs christmas mart easter halloween thanksgiving congress internet
    earth police
""")
"""Names in the table that in news always mean something else."""

SIDES = _words("""
    north south east west northeast northwest southeast southwest greater metro central downtown upper lower old new
""")
"""Words before a place that name a part of it."""

PLAIN_STARTS = _words("""
    in near at from the a an to of for and but on by with as after before when while where since until outside
    around inside if that this
""")
"""Words that are capitalised only as the first of a sentence."""

TELLING = _words("""
    and or counties streets avenues roads area police mayor resident residents city council councilman councilwoman
    officials fire firefighters sheriff commissioners man woman native suburb suburbs neighborhood neighborhoods metro
    based township voters families homeowners public school
""")
"""Lower-case words that may tell something of the place named before them."""

STOP = _words("""
    a about after again against all also am amid an and any are as at be because been before being between both but
    by can could day did do does down during each few for from further get gets go goes had has have he her here him
    his how i if in inside into is it its just last latest like live made make makes may me more most mr mrs ms my
    new news no nor not now of off on once one only or other our out over own per photo photos report reported
    reports s said same say says see set she should show shows so some still such t take takes than that the their
    them then there these they this those through to today too top two under until up update updated updates us use
    very video vs was watch we were what when where which while who why will with world would year years yesterday
    you your monday tuesday wednesday thursday friday saturday sunday week month first time people told according
""")
"""Words that tell no event from another."""
