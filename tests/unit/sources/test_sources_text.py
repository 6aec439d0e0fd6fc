import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.language import detect_language, normal_language
from digest.sources.text import clean_text, headline_from, shorten, split_sentences, strip_teaser, summarise


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Talks with the U.S. and NATO go on. More follows.", 2),
        ("Mr. Smith and Dr. Jones met at 7 a.m. in St. Paul. They left.", 2),
        ("J. R. Example wrote it. Nobody read it!", 2),
        ("Is it true? Yes. It cost $1.5 million.", 3),
        ("The office opens at 9 a.m. on Monday.", 1),
        ('"We are late," she said. "Very late." He nodded.', 3),
        ("これは文です。次の文です。", 2),
        ("no end mark at all", 1),
        ("", 0),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    """Abbreviations and initials end no sentence; marks inside quotes do."""
    assert len(split_sentences(text)) == sentences


def test_summary_is_two_sentences() -> None:
    """A summary takes the first two sentences and leaves the teaser mark out."""
    assert summarise("One is here. Two is there. Three is left out.") == "One is here. Two is there."
    assert summarise("Only the beginning is told […]") == "Only the beginning is told"


def test_teasers_are_cut() -> None:
    """What publishing systems append is no part of a story."""
    assert strip_teaser("It rained. The post Rain appeared first on Harbor Post.") == "It rained."
    assert strip_teaser("It rained. Continue reading Rain →") == "It rained."
    assert (
        strip_teaser("She could read more than he wrote, and did so.")
        == "She could read more than he wrote, and did so."
    )


def test_headline_from_a_long_lead() -> None:
    """A long first sentence is cut at a clause; a short one stays whole, without its full stop."""
    lead = (
        "The council of the harbour town agreed on Tuesday to widen the old bridge over the river by two lanes, "
        "after a debate that lasted three hours and ended in applause."
    )
    assert (
        headline_from(lead)
        == "The council of the harbour town agreed on Tuesday to widen the old bridge over the river by two lanes"
    )
    assert headline_from("The bridge opens. It rained.") == "The bridge opens"


@given(st.text(), st.integers(min_value=5, max_value=200))
def test_shorten_keeps_its_limit(text: str, limit: int) -> None:
    """No text is longer than the limit after shortening."""
    assert len(shorten(text, limit)) <= limit


@given(st.text())
def test_clean_text_is_one_printable_line(text: str) -> None:
    """Cleaned text has no line break, control, bidi override or surrogate, and stays as it is when cleaned again."""
    cleaned = clean_text(text)
    assert not set("\n\r\0\x1b\u202e\u2066") & set(cleaned)
    assert clean_text(cleaned) == cleaned
    cleaned.encode("utf-8")


def test_bidi_overrides_are_dropped() -> None:
    """A headline cannot turn the rest of a line around."""
    assert clean_text("Price \u202egnp.exe\u202c is up\x00\ud800") == "Price gnp.exe is up"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "The council voted for the bridge and it will be built in the spring, they said on Tuesday."),
        ("de", "Der Rat hat für die Brücke gestimmt, und sie wird im Frühjahr gebaut, sagte die Stadt am Dienstag."),
        ("fr", "Le conseil a voté pour le pont et il sera construit dans la ville au printemps, selon les élus."),
        ("es", "El consejo votó por el puente y se construirá en la ciudad, según dijo este martes una portavoz."),
        ("it", "Il consiglio ha votato per il ponte, che sarà costruito nella città con gli aiuti della regione."),
        ("nl", "De raad heeft voor de brug gestemd en die wordt in het voorjaar gebouwd, zei een woordvoerder."),
        (
            "pl",
            "Rada zagłosowała za mostem i zostanie on zbudowany na wiosnę, jak powiedziała rzeczniczka, to jest plan.",
        ),
        ("ru", "Совет проголосовал за мост, и весной начнётся стройка."),
        ("uk", "Рада проголосувала за міст, і навесні почнеться будівництво."),
        ("ja", "評議会は橋の建設に賛成しました。"),
        ("zh", "市议会投票赞成修建大桥。"),
        ("", "Bridge 2024"),
    ],
)
def test_languages(code: str, text: str) -> None:
    """A sentence or two are enough; a few words are not."""
    assert detect_language(text) == code


def test_language_tags_are_shortened() -> None:
    """Rules name languages by two letters."""
    assert normal_language("en-US") == "en"
    assert normal_language("pt_BR") == "pt"
    assert normal_language("english") == ""
