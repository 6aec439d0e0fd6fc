"""Tells the language of a text by its script and its commonest words; a code of two letters or ""."""

from __future__ import annotations

import re
from collections import Counter

_STOP_WORDS = {
    "en": (
        "the and of to in that is was for on with as his they at be this from have or by had are but what "
        "were when who will would "
    ),
    "de": (
        "der die und das den von ist mit des im dem nicht ein eine auf für sich auch wird sind bei einer "
        "wurde nach haben werden aus "
    ),
    "fr": (
        "le la les des et est une dans que pour du qui sur pas au par plus avec ce sont cette ont mais aux "
        "leur été ses être "
    ),
    "es": (
        "el los las del que una por con para como más pero sus este ya entre está cuando también fue ha son "
        "muy hasta desde según "
    ),
    "it": (
        "il che di della del per una non sono con gli nel alla dei le anche più ha delle dal si come stato "
        "questo nella ai lo "
    ),
    "pt": (
        "o os que do da em um uma para com não por mais as dos como mas foi ao ele das tem seu sua ou ser "
        "quando muito também são "
    ),
    "nl": (
        "de het een van en dat die niet zijn op te voor met aan er ook als bij nog naar maar door wordt heeft "
        "uit worden werd hij "
    ),
    "sv": (
        "och att det som en på är av för med den till inte om ett har de var jag så men från kan vi eller när "
        "också efter "
    ),
    "da": (
        "og at det er en på af til for med som den ikke de har et der kan vil blev også efter fra men han var "
        "sig ved skal "
    ),
    "nb": (
        "og i det er på til som en av for med at ikke har de den et om var fra kan seg men ble også etter "
        "skal hun vil være "
    ),
    "fi": (
        "ja on ei se että oli mutta hän kun niin ovat joka myös mukaan kuin ole sen jos tai vain ollut sekä jotka tämä "
    ),
    "pl": (
        "i w na nie się z do to że jest jak po co tak za od ale jego przez są już był dla może oraz tym które "
        "jako została "
    ),
    "cs": (
        "a se na že je v to s do o za jsem k by ale jako po byl jeho které také pro podle už který jsou bude však při "
    ),
    "hu": (
        "a az és hogy nem is egy ez volt meg csak már van de mint még el ha azt ki mert kell lehet majd után szerint "
    ),
    "ro": ("și în de la a cu pe nu că este din care mai pentru o au fost sunt dar după prin sau fi lui această între "),
    "tr": (
        "ve bir bu da de için ile çok olarak daha olan gibi ne kadar sonra ama var olduğu en göre yeni ise tarafından "
    ),
    "ca": ("els les amb per una que del més ha no són aquest com al pel també però dels aquesta van seva entre fins "),
}
_WORDS: dict[str, tuple[str, ...]] = {}
for _code, _list in _STOP_WORDS.items():
    for _word in _list.split():
        _WORDS[_word] = (*_WORDS.get(_word, ()), _code)
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]"), 0.1),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]"), 0.2),
    ("zh", re.compile("[\u4e00-\u9fff]"), 0.2),
    ("el", re.compile("[\u0370-\u03ff]"), 0.3),
    ("he", re.compile("[\u0590-\u05ff]"), 0.3),
    ("ar", re.compile("[\u0600-\u06ff]"), 0.3),
    ("hi", re.compile("[\u0900-\u097f]"), 0.3),
    ("th", re.compile("[\u0e00-\u0e7f]"), 0.3),
)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_CODE = re.compile(r"[A-Za-z]{2,3}(?![A-Za-z])")
_LOOKED_AT = 400
_LEAST_HITS = 3


def normal_language(tag: str) -> str:
    """Return the first part of a language tag in lower case, as `en` of `en-US`; "" where it is none."""
    found = _CODE.match(tag.strip())
    return found[0].lower() if found else ""


def detect_language(text: str) -> str:
    """Return the code of the language, or "" where too little speaks for one."""
    text = text[:_LOOKED_AT]
    if not text.isascii() and (script := _by_script(text)):
        return script
    hits: Counter[str] = Counter()
    for word in re.findall(r"[^\W\d_]+", text.lower()):
        for code in _WORDS.get(word, ()):
            hits[code] += 1
    ranking = hits.most_common(2)
    if not ranking or ranking[0][1] < _LEAST_HITS or (len(ranking) > 1 and ranking[0][1] == ranking[1][1]):
        return ""
    return ranking[0][0]


def _by_script(text: str) -> str:
    letters = sum(c.isalpha() for c in text) or 1
    for code, pattern, share in _SCRIPTS:
        if len(pattern.findall(text)) / letters >= share:
            return code
    if len(_CYRILLIC.findall(text)) / letters >= 0.3:
        return "uk" if _UKRAINIAN.search(text) else "ru"
    return ""
