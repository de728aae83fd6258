"""JQL text into a tree: clauses joined by AND and OR, NOT pushed into the clauses as Jira does it, and an order."""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<op>!=|!~|<=|>=|=|~|<|>|!|&&|\|\||&|\||\(|\)|,)
    | (?P<word>(?:\\.|[^\s"'=!<>~()&|,\\])+(?:\[[^\]]*\])?)
    )""",
    re.VERBOSE,
)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
OPPOSITE = {
    "=": "!=", "!=": "=", "in": "not in", "not in": "in", "is": "is not", "is not": "is", "~": "!~", "!~": "~",
    "<": ">=", ">=": "<", ">": "<=", "<=": ">", "was": "was not", "was not": "was", "was in": "was not in",
    "was not in": "was in", "changed": "not changed", "not changed": "changed",
}  # fmt: skip
RESERVED = {"and", "or", "not", "in", "is", "order", "by", "empty", "null", "was", "changed"}

HISTORY = ("was not in", "was in", "was not", "was", "changed")
PREDICATES = ("after", "before", "on", "during", "by", "from", "to")


class BadJql(Exception):
    """What Jira would say of it, as `errorMessages`."""


@dataclass(frozen=True)
class Operand:
    """A value: text, quoted or not, or a function with its arguments."""

    text: str
    quoted: bool = False
    function: bool = False
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clause:
    field: str
    op: str
    operands: tuple[Operand, ...]
    predicates: tuple[tuple[str, tuple[Operand, ...]], ...] = ()
    """Of a question about history: after, before, on, during, by, from, to."""


@dataclass(frozen=True)
class Join:
    word: str
    parts: tuple["Tree", ...]


Tree = Clause | Join


@dataclass(frozen=True)
class Query:
    where: Tree | None
    order: tuple[tuple[str, bool | None], ...] = ()
    """Field and whether descending; None when the query does not say."""


@dataclass
class Tokens:
    kinds: list[tuple[str, str]]
    at: int = 0
    places: list[int] = field(default_factory=list)

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        place = self.at + ahead
        return self.kinds[place] if place < len(self.kinds) else ("end", "")

    def next(self) -> tuple[str, str]:
        found = self.peek()
        self.at += 1
        return found

    def word(self, *words: str) -> bool:
        """Take the words if they come next."""
        ahead = [self.peek(n) for n in range(len(words))]
        if all(kind == "word" and text.lower() == word for (kind, text), word in zip(ahead, words, strict=True)):
            self.at += len(words)
            return True
        return False

    def op(self, *texts: str) -> bool:
        kind, text = self.peek()
        if kind == "op" and text in texts:
            self.at += 1
            return True
        return False

    def wrong(self, expected: str) -> BadJql:
        kind, text = self.peek()
        column = (self.places[self.at] if self.at < len(self.places) else 0) + 1
        if kind == "end":
            return BadJql(f"Error in the JQL Query: Expecting {expected} before the end of the query.")
        return BadJql(f"Error in the JQL Query: Expecting {expected} but got '{text}'. (line 1, character {column})")


def parse(jql: str) -> Query:
    """The tree of a query; BadJql with Jira's words when it is none."""
    tokens = _tokens(jql)
    starts_with_order = tokens.peek() == ("end", "") or tokens.word("order", "by")
    if starts_with_order:
        order = _order(tokens) if tokens.at else ()
        return Query(None, order)
    where = _either(tokens, negated=False)
    order = _order(tokens) if tokens.word("order", "by") else ()
    if tokens.peek()[0] != "end":
        raise tokens.wrong("either 'OR' or 'AND'")
    return Query(where, order)


def _tokens(jql: str) -> Tokens:
    tokens = Tokens([])
    place = 0
    end = len(jql.rstrip())
    while place < end:
        found = TOKEN.match(jql, place)
        if found is None:
            rest = jql[place:].lstrip()
            raise BadJql(
                f"Error in the JQL Query: The character '{rest[:1]}' is a reserved JQL character. "
                "You must enclose it in a string or use the escape. "
                f"(line 1, character {place + 1})"
            )
        kind = str(found.lastgroup)
        tokens.kinds.append((kind, found[kind]))
        tokens.places.append(found.start(kind))
        place = found.end()
    return tokens


def _either(tokens: Tokens, *, negated: bool) -> Tree:
    return _joined(tokens, "or", ("||", "|"), negated=negated)


def _both(tokens: Tokens, *, negated: bool) -> Tree:
    return _joined(tokens, "and", ("&&", "&"), negated=negated)


def _joined(tokens: Tokens, word: str, signs: tuple[str, ...], *, negated: bool) -> Tree:
    inner = _both if word == "or" else _one
    parts = [inner(tokens, negated=negated)]
    while tokens.word(word) or tokens.op(*signs):
        parts.append(inner(tokens, negated=negated))
    if len(parts) == 1:
        return parts[0]
    flipped = {"and": "or", "or": "and"}
    return Join(flipped[word] if negated else word, tuple(parts))


def _one(tokens: Tokens, *, negated: bool) -> Tree:
    if tokens.word("not") or tokens.op("!"):
        return _one(tokens, negated=not negated)
    if tokens.op("("):
        inside = _either(tokens, negated=negated)
        if not tokens.op(")"):
            raise tokens.wrong("')'")
        return inside
    return _clause(tokens, negated=negated)


def _clause(tokens: Tokens, *, negated: bool) -> Clause:
    kind, text = tokens.peek()
    if kind not in ("word", "text") or (kind == "word" and text.lower() in RESERVED):
        raise tokens.wrong("a field name")
    tokens.next()
    name = _plain(kind, text)
    op = _operator(tokens, name)
    operands = () if op == "changed" else _operands(tokens, listed=op.endswith("in"))
    predicates = _predicates(tokens) if op in HISTORY else ()
    return Clause(name, OPPOSITE[op] if negated else op, operands, predicates)


def _predicates(tokens: Tokens) -> tuple[tuple[str, tuple[Operand, ...]], ...]:
    found = []
    while tokens.peek()[1].lower() in PREDICATES:
        word = tokens.next()[1].lower()
        listed = word == "during" or tokens.peek() == ("op", "(")
        found.append((word, _operands(tokens, listed=listed)))
    return tuple(found)


def _operator(tokens: Tokens, name: str) -> str:
    if tokens.word("not", "in"):
        return "not in"
    if tokens.word("in"):
        return "in"
    if tokens.word("is", "not"):
        return "is not"
    if tokens.word("is"):
        return "is"
    for op in HISTORY:
        if tokens.word(*op.split()):
            return op
    if tokens.op("!"):
        if tokens.op("~"):
            return "!~"
        raise tokens.wrong("an operator")
    kind, text = tokens.peek()
    if kind == "op" and text in OPPOSITE:
        tokens.next()
        return text
    raise BadJql(
        f"Error in the JQL Query: Expecting operator before the end of the query. The valid operators are '=', '!=', "
        f"'<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (field '{name}')"
        if kind == "end"
        else f"Error in the JQL Query: Expecting operator but got '{text}'. The valid operators are '=', '!=', '<', "
        "'>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
    )


def _operands(tokens: Tokens, *, listed: bool) -> tuple[Operand, ...]:
    if not listed:
        return (_operand(tokens),)
    if tokens.peek()[0] == "word" and tokens.peek(1) == ("op", "("):
        return (_operand(tokens),)
    if not tokens.op("("):
        raise tokens.wrong("'('")
    found = [_operand(tokens)]
    while tokens.op(","):
        found.append(_operand(tokens))
    if not tokens.op(")"):
        raise tokens.wrong("')' or ','")
    return tuple(found)


def _operand(tokens: Tokens) -> Operand:
    kind, text = tokens.peek()
    if kind not in ("word", "text"):
        raise tokens.wrong("either a value, list or function")
    tokens.next()
    if kind == "word" and tokens.op("("):
        arguments: list[str] = []
        while not tokens.op(")"):
            inner, argument = tokens.next()
            if inner not in ("word", "text"):
                raise tokens.wrong("a function's argument")
            arguments.append(_plain(inner, argument))
            tokens.op(",")
        return Operand(text, function=True, arguments=tuple(arguments))
    return Operand(_plain(kind, text), quoted=kind == "text")


def _order(tokens: Tokens) -> tuple[tuple[str, bool | None], ...]:
    found: list[tuple[str, bool | None]] = []
    while True:
        kind, text = tokens.next()
        if kind not in ("word", "text"):
            tokens.at -= 1
            raise tokens.wrong("a field name")
        down = True if tokens.word("desc") else False if tokens.word("asc") else None
        found.append((_plain(kind, text), down))
        if not tokens.op(","):
            break
    if tokens.peek()[0] != "end":
        raise tokens.wrong("',' or the end of the query")
    return tuple(found)


def _plain(kind: str, text: str) -> str:
    inside = text[1:-1] if kind == "text" else text
    return ESCAPE.sub(lambda found: _escaped(found[1]), inside)


def _escaped(code: str) -> str:
    if code[0] == "u" and len(code) == 5:
        return chr(int(code[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(code, code)
