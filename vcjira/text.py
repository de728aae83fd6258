"""What is read from a description or a comment before its text is dropped."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation, MatchKind

_MACROS = re.compile(r"\{(code|noformat|quote)[^}]{0,200}\}.*?\{\1\}", re.DOTALL)
_FENCES = re.compile(r"```.*?```", re.DOTALL)
_QUOTES = re.compile(r"^[ \t]*(?:>|bq\.).*$", re.MULTILINE)
_LINKS = re.compile(r"https?://\S+")
_MENTIONS = re.compile(r"\[~(?:accountid:)?([^\]\[\s][^\]\[\n]{0,254})\]")
_WORD = re.compile(r"\w[\w'’-]*")
_TYPOGRAPHY = "–—…“”„‘‚«»•·\u00a0\u2028"
"""Marks outside ASCII that are common and part of no word."""
_ASCII = bytes(range(128))
_STRANGE = re.compile(r"[^\w\x00-\x7f]")
_KINDS = bytes(
    97 if chr(code).isalnum() or code == 95 or code > 127 else 45 if chr(code) in "'-" else 32 for code in range(256)
)
"""Bytes of UTF-8: what begins a word becomes `a`, what may go on in one `-`, all else a space."""
_BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) not in "_'-")
LONG = 200_000
"""Characters from which a text is a log or a dump: its words are counted, nothing else is looked for in it."""

_FTES = ("fte needed", "ftes needed", "fte required", "ftes required")
_ONES = ("a", "an", "another", "new", "separate")
VOCABULARY: dict[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    # customer-supplier talk between colleagues; not product terms such as an internal customer id
    "L1": (
        (
            *("internal customer", "internal client", "our customer in", "our customers in", "service provider team"),
            *("customer team", "customer department", "client team", "client department"),
        ),
        re.compile(
            r"\binternal (?:customer|client)s?\b(?! (?:ids?|portal|table|number|key|name|record|account|facing)\b)"
            r"|\bour (?:internal )?customers? in (?:the )?\w+(?: team)?|\bservice provider team\b"
            r"|\b(?:customer|client) (?:team|department)\b(?! (?:portal|page)\b)"
        ),
    ),
    # sides
    "L2": (
        ("the business", "they guys", "those guys", "side of the fence"),
        re.compile(
            r"\bthe business (?:wants?|needs?|says|asked|decided|requires?|has to)\b"
            r"|\bit (?:vs\.?|and|versus) the business\b|\b(?:they|those) guys\b"
            r"|\bon (?:your|our|their) side of the fence\b"
        ),
    ),
    # throwing
    "L3": (
        (
            *("throw", " it over", " this over", " that over", " it off to", " this off to"),
            *(" it on to", " this on to", "fire and forget"),
        ),
        re.compile(
            r"\bthrow(?:n|ing)? (?:it |this |that )?over (?:the (?:wall|fence)|to)\b"
            r"|\bhand(?:ed|ing)? (?:it |this )(?:over|off) to\b|\bpass(?:ed|ing)? (?:it |this )on to\b"
            r"|\btoss(?:ed|ing)? (?:it|this|that) over\b|\bfire and forget\b"
        ),
    ),
    # ticket gate
    "L4": (
        (
            *(f" {which} {noun}" for which in _ONES for noun in ("ticket", "request", "jira")),
            *("wrong queue", "wrong project", "wrong board", "not my ", "not our "),
        ),
        re.compile(
            r"\b(?:raise|open|log|create|file|submit) (?:(?:a|an|another) (?:new |separate )?|(?:new|separate) )"
            r"(?:ticket|request|jira)\b(?! (?:id|number|key|account)\b)"
            r"|\bwrong (?:queue|project|board)\b|\bnot (?:my|our) (?:bug|job|ticket|problem|scope)\b"
        ),
    ),
    # order-taking
    "L5": (
        ("please action", "needful", "as per ", "ment sign", "ments sign", "just do it", "just build it"),
        re.compile(
            r"\bplease action\b|\bdo the needful\b|\bas per (?:the |your )?request\b|\brequirements? sign-?off\b"
            r"|\bjust (?:do|build) it\b"
        ),
    ),
    # people as things: only where persons must be meant
    "L6": (
        ("resource from", "resources from", "resource to ", "resources to ", *_FTES, "more bodies", "need bodies"),
        re.compile(
            r"\b(?:need|needs|lack|more|two|three|another|additional) (?:\w+ )?resources? "
            r"(?:from|to (?:work|help|join))\b|\bftes? (?:needed|required)\b|\b(?:more|need) bodies\b"
        ),
    ),
}
"""Class -> texts of which one stands in every match, and words that shape how people work (patterns.md 5.6), in lower
case. Looked for while syncing; only what matches is kept. The rarer the texts, the less there is to look at."""
INSTEAD = {
    "L1": "partner, or the colleague's or team's name; `our users in ...`",
    "L2": "the names of the people or teams",
    "L3": "work with, join, pair on",
    "L4": "take the question here; file the ticket yourself if one is needed",
    "L5": "say which outcome is wanted, and ask",
    "L6": "people, colleagues, by name or role",
}
"""Class -> wording to offer."""
_SPEAKER_ACTS = re.compile(
    r"\b(?:i|we|he|she|they|let me|let.s|will|happy to)\b(?:\W+(?!please|you\b|kindly)\w+){0,6}\W*$"
)
MEANT_OTHERWISE = {
    # "I will open a ticket", "we could just do it": what somebody does, not what is demanded of another
    "L4": _SPEAKER_ACTS,
    "L5": _SPEAKER_ACTS,
    # values that a program hands on
    "L3": re.compile(r"\b(?:value|parameter|argument|string|object|option|variable|need to|by)\b(?:\W+\w+){0,2}\W*$"),
}
"""Class -> what may stand before a match that then does not count; looked for in so many characters before it."""
BEFORE = 70
_CUSTOMERS = ("customer", "customers", "client", "clients", "tenant", "tenants")
NAMED: dict[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    # a user: "As a buyer, I want ..."; not "as a result we should"
    "U": (
        ("as a ", "as an ", "as the "),
        re.compile(
            r"(?i)\bas (?:an?|the) (?!(?:result|whole|rule|consequence|workaround|matter|first|next|side)\b)"
            r"(\w[\w /-]{1,40}?),? (?:i|we) (?:want|need|can|could|would|should|must|am)\b"
        ),
    ),
    # a customer: "Customer: Globex", "on behalf of Globex"
    "C": (
        (
            *(f"{noun}{then}" for noun in _CUSTOMERS for then in (":", "=", " :", " =", "  ", " \t", "\t", " name")),
            *("requested by ", "on behalf of "),
        ),
        re.compile(
            r"\b(?i:customers?|clients?|tenants?)(?i: names?)?[ \t]*[:=][ \t]*([\w&][\w&. -]{1,50})"
            r"|\b(?i:requested by|on behalf of)(?i: the)?(?i: customer| client| tenant)? "
            r"([A-Z][\w&.-]+(?: [A-Z][\w&.-]+){0,3})"
        ),
    ),
}
"""Whom descriptions name (backlog lint): class -> texts of which one stands in each match, a pattern with the name."""
MOST_MATCHES = 20
AROUND = 45
"""Characters before the word that makes us look, and twice as many after its start: no match is longer."""
_FROM = re.compile(
    r"^[ \t>|*_{}]{0,20}(?:From|Von|De|Van|Da|Od|Från|Fra|Lähettäjä|От"
    r"|发件人|寄件者|差出人|보낸 사람)[ \t*_{}]{0,9}[:：]"
    r"[^\n]{0,200}?(?<![\w.+-])([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})",
    re.MULTILINE | re.IGNORECASE,
)
_HEADER = re.compile(
    r"^[ \t>|*_{}]{0,20}(?:Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado|Fecha|Para|Asunto"
    r"|Verzonden|Aan|Onderwerp|Inviato|Data|Oggetto|Skickat|Till|Ämne|Дата|Кому|Тема|发送时间|收件人|主题|日付|宛先|件名"
    r"|보낸 날짜|받는 사람|제목)[ \t*_{}]{0,9}[:：]",
    re.MULTILINE | re.IGNORECASE,
)
FORWARDED_WITHIN = 20_000
"""Characters of a text in which the header of a forwarded e-mail is looked for."""
HEADER_LINES = 6
"""Lines after `From:` among which two other header lines must stand."""


@dataclass(slots=True)
class Reading:
    """`words` counts prose only; `digest` is None for an empty text."""

    words: int = 0
    question: bool = False
    digest: str | None = None
    lint: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Users and customers that the text names, as `U:buyer` and `C:globex`."""
    mentions: Sequence[str] = ()
    """Accounts that the text mentions, each once: by id on Cloud, by user name on Data Center."""
    text: str = ""
    """The text itself; only those who were told to keep it may."""
    forwarded_from: str | None = None


def read(text: str) -> Reading:
    if not text:
        return Reading()
    if len(text) >= LONG:
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return Reading(sum(1 for _ in _WORD.finditer(text)), "?" in text, digest, forwarded_from=forwarded(text))
    prose = _prose(text)
    lowered = prose.lower()
    count, words = _words(prose, lowered)
    places = _places(lowered)
    return Reading(
        words=count,
        question="?" in prose,
        lint=vocabulary(prose, places) if places else [],
        names=named(prose, places) if places else [],
        mentions=list(dict.fromkeys(_MENTIONS.findall(prose))) if "[~" in prose else (),
        text=text,
        digest=hashlib.blake2b(words, digest_size=8).hexdigest(),
        forwarded_from=forwarded(text),
    )


def _words(prose: str, text: str) -> tuple[int, bytes]:
    """How many words, and their letters in lower case, in a row; `text` is the prose in lower case. Where the letters
    are plain, a short cut counts the same ones many times as fast: where something that begins a word follows something
    that is part of none."""
    if not text.isascii():
        for mark in _TYPOGRAPHY:
            text = text.replace(mark, " ")
        text = text.replace("’", "'")
    encoded = text.encode("utf-8", "surrogatepass")
    rest = encoded.translate(None, _ASCII).decode("utf-8", "surrogatepass") if not text.isascii() else ""
    if not _STRANGE.search(rest):
        kinds = b" " + encoded.translate(_KINDS) + b" "
        apart = any(before.endswith(b" ") for before in kinds.split(b"-")[:-1])  # quicker than to look for b" -"
        if apart:
            kinds = kinds.replace(b" - ", b"   ")
        if not apart or b" -" not in kinds:
            return kinds.count(b" a"), encoded.translate(None, _BETWEEN)
    found = [word.lower().encode("utf-8", "surrogatepass") for word in _WORD.findall(prose)]
    return len(found), b"".join(found)


_NO_PROSE = {
    _MACROS: ("{code", "{noformat", "{quote"),
    _FENCES: ("```",),
    _QUOTES: (">", "bq."),
    _LINKS: ("http",),
}
"""What is no prose, in the order in which it is taken out -> texts of which one stands in each."""
_SIGNS = [pattern for pattern, signs in _NO_PROSE.items() for _ in signs]
_SIGNED = BytesAhoCorasick(
    [sign.encode() for signs in _NO_PROSE.values() for sign in signs], matchkind=MatchKind.LeftmostFirst
)


def _prose(text: str) -> str:
    """Without code, quotes and links."""
    signed = _SIGNED.find_matches_as_indexes(text.encode("utf-8", "replace"))
    if signed:
        present = {_SIGNS[number] for number, _, _ in signed}
        for pattern in _NO_PROSE:
            if pattern in present:
                text = pattern.sub(" ", text)
    return text


def forwarded(text: str) -> str | None:
    """The sender of the topmost e-mail whose header stands in the text, in lower case; None where there is none.

    A header is a `From:` line with an address and, right after it, two of the other lines that mail programs write,
    in any of their usual languages.
    """
    if "@" not in text:
        return None
    text = text[:FORWARDED_WITHIN]
    for match in _FROM.finditer(text):
        following = "\n".join(text[match.end() :].split("\n", HEADER_LINES)[1:HEADER_LINES])
        if len(_HEADER.findall(following)) >= 2:
            return match[1].lower().rstrip(".-")
    return None


def vocabulary(prose: str, places: Mapping[str, list[int]] | None = None) -> list[str]:
    """What of VOCABULARY occurs, as `class:words` in lower case, each once, at most 20."""
    text = prose.lower()
    places = _places(text) if places is None else places
    found: dict[str, None] = {}
    for name, (_, pattern) in VOCABULARY.items():
        guard = MEANT_OTHERWISE.get(name)
        for start, end in _around(places.get(name, [])):
            for match in pattern.finditer(text, start, end):
                if guard and guard.search(text[max(0, match.start() - BEFORE) : match.start()]):
                    continue
                found[f"{name}:{' '.join(match[0].split())[:60]}"] = None
    return list(found)[:MOST_MATCHES]


def named(prose: str, places: Mapping[str, list[int]] | None = None) -> list[str]:
    """Whom the text names, as `U:` users and `C:` customers in lower case, each once, at most 20."""
    text = prose.lower()
    places = _places(text) if places is None else places
    found: dict[str, None] = {}
    for kind, (_, pattern) in NAMED.items():
        # rarely, lower case is longer: then the places are not those of the prose
        stretches = _around(places.get(kind, [])) if len(text) == len(prose) else iter([(0, len(prose))])
        for start, end in stretches:
            for match in pattern.finditer(prose, start, end):
                found[f"{kind}:{' '.join(str(match[match.lastindex or 0]).lower().split())[:60]}"] = None
    return list(found)[:MOST_MATCHES]


_TRIGGERS = [(name, trigger) for name, (triggers, _) in (VOCABULARY | NAMED).items() for trigger in triggers]
_LOOKED_FOR = AhoCorasick([trigger for _, trigger in _TRIGGERS], implementation=Implementation.DFA)
_ANY = BytesAhoCorasick(
    [trigger.encode() for _, trigger in _TRIGGERS],
    matchkind=MatchKind.LeftmostFirst,
    implementation=Implementation.DFA,
)
"""Leaves out triggers that overlap, but says twice as fast that there is none, as in most texts."""


def _places(text: str) -> dict[str, list[int]]:
    """Class -> where its triggers begin in a text in lower case, found in one pass, in order."""
    encoded = text.encode("utf-8", "replace")  # there may be half of a surrogate pair
    if not _ANY.find_matches_as_indexes(encoded):
        return {}
    found = _LOOKED_FOR.find_matches_as_indexes(encoded.decode(), overlapping=True)
    places: dict[str, list[int]] = {}
    for number, start, _ in found:
        places.setdefault(_TRIGGERS[number][0], []).append(start)
    return places


def _around(places: list[int]) -> Iterator[tuple[int, int]]:
    """Stretches of a text around places, apart from each other: a match holds one, so it lies in one of them."""
    start = end = 0
    for place in sorted(places):
        if place - AROUND > end:
            if end:
                yield start, end
            start = max(0, place - AROUND)
        end = place + 2 * AROUND
    if places:
        yield start, end
