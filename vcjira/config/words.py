"""Texts that a rule names, as people write them, and the SQL that finds them in a column.

Compared without case; `glob:` and `re:` give patterns. Conditions are null where the column is.
"""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, RootModel, WithJsonSchema


def _texts(value: object) -> object:
    """One value or a list of them; numbers and truth values as the texts that Jira would show."""
    values = value if isinstance(value, list) else [value]
    return [str(v).lower() if isinstance(v, bool) else str(v) if isinstance(v, int | float) else v for v in values]


Word = str | bool | int | float
"""What may stand where a text is meant."""
YesNo = Annotated[bool, WithJsonSchema({"enum": [True, False, "yes", "no"]})]
"""Without quotes; YAML readers disagree on whether `no` is a text."""
Listed = Annotated[list[str], BeforeValidator(_texts, json_schema_input_type=Word | list[Word]), Field(min_length=1)]


class Words(RootModel[Listed]):
    """Texts of which any may match: compared without case; `glob:` and `re:` (RE2, found anywhere) give patterns."""

    model_config = ConfigDict(frozen=True)

    @property
    def exact(self) -> list[str]:
        return [word for word in self.root if pattern(word) is None]

    @property
    def patterns(self) -> list[str]:
        return [found for word in self.root if (found := pattern(word)) is not None]


def pattern(word: str) -> str | None:
    """The RE2 pattern of a `re:` or `glob:` text; None for a plain one."""
    if word.startswith("re:"):
        return word[3:]
    if not word.startswith("glob:"):
        return None
    parts = (_GLOB.get(character) or _literal(character) for character in word[5:])
    return f"^(?:{''.join(parts)})$"


_GLOB = {"*": ".*", "?": "."}


def _literal(character: str) -> str:
    return character if character.isalnum() or character == "_" or ord(character) > 127 else "\\" + character


def quote(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''").replace("\0", "") + "'"


def name(column: str) -> str:
    """A column's name as an SQL identifier."""
    return '"' + column.lower().replace('"', '""') + '"'


def one_of(column: str, words: Words) -> str:
    """SQL: the text in `column` is one of the words; null where the column is."""
    tests = [_like(column, word) for word in words.root if pattern(word) is not None]
    if words.exact:
        tests.insert(0, f"{column} IN ({', '.join(f'lower({quote(word)})' for word in words.exact)})")
    return f"({' OR '.join(tests)})"


def _like(column: str, word: str) -> str:
    """SQL: a pattern as it is; of a `glob:` in lower case, as the texts are (not every letter folds).

    The usual globs, one star at an end or one at both, need no regular expression.
    """
    if word.startswith("re:"):
        return f"regexp_matches({column}, {quote(word[3:])}, 'is')"
    glob = word[5:]
    inner = glob.removeprefix("*").removesuffix("*")
    if inner and "*" not in inner and "?" not in inner:
        test = {
            (True, True): "contains",
            (True, False): "ends_with",
            (False, True): "starts_with",
        }.get((glob.startswith("*"), glob.endswith("*")))
        if test:
            return f"{test}({column}, lower({quote(inner)}))"
    return f"regexp_matches({column}, lower({quote(pattern(word) or '')}), 'is')"


def any_of(column: str, words: Words) -> str:
    """SQL: one of the texts in the list `column` is one of the words; null where the column is, false when empty."""
    if len(words.root) == 1 and words.exact:
        return f"list_contains({column}, lower({quote(words.root[0])}))"
    if not words.patterns:
        return f"list_has_any({column}, [{', '.join(f'lower({quote(word)})' for word in words.exact)}])"
    return f"(len(list_filter({column}, lambda x: {one_of('x', words)})) > 0)"


def all_read(column: str, words: Words) -> str:
    """SQL: everything the words name has been looked up, so that not finding it means something."""
    if words.patterns:
        return "false"
    if len(words.root) == 1:
        return any_of(column, words)
    return f"list_has_all({column}, [{', '.join(f'lower({quote(word)})' for word in words.exact)}])"
