"""What tokens spell, and where a text is split for them."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.engine.vocabulary import Vocabulary, split
from tests.engine.tiny_tokenizers import EXACT, TOKENIZERS, tokenizer_of

# --- splitting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("The harbour lay qui", " qui"),
        ("The harbour ", " "),
        ("The harbour.\n", ""),
        ("The harbour.\nqui", "qui"),
        ("qui", "qui"),
        ("", ""),
        ("a  b", " b"),
        ("a\n\tb", "\tb"),
        ("he said (“qui", " (“qui"),
    ],
)
def test_where_a_text_is_split(text: str, typed: str) -> None:
    assert split(text) == (text.removesuffix(typed), typed)


@pytest.mark.parametrize("name", TOKENIZERS)
@settings(deadline=None, max_examples=40)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=80) | st.text("港は静か ab\n", max_size=120))
def test_nothing_is_lost_where_a_text_is_split(name: str, text: str) -> None:
    before, typed = split(text, tokenizer_of(name))
    assert before + typed == text


def test_without_spaces_the_last_tokens_are_spelled_again() -> None:
    before, typed = split("港は静かだった", tokenizer_of("bytes"))
    assert before
    assert 0 < len(typed) <= 2
    assert split("港は静かだった") == ("港は静かだった", "")


# --- vocabularies ---------------------------------------------------------------------------------------------------


@cache
def vocabulary_of(name: str) -> Vocabulary:
    return Vocabulary(tokenizer_of(name), len(tokenizer_of(name)) + 5)


@pytest.mark.parametrize("name", EXACT)
@settings(deadline=None, max_examples=50)
@given(text=st.text(max_size=30).map(lambda text: text.encode("utf-8", "ignore").decode()))
def test_the_spelling_of_a_text_is_the_text(name: str, text: str) -> None:
    if name != "bytes" and "\u2581" in text:
        return
    tokens = tokenizer_of(name)(text, add_special_tokens=False)["input_ids"]
    spelled = b"".join(vocabulary_of(name).spelling[token] for token in tokens).decode()
    assert spelled.removeprefix(" ") == text.removeprefix(" ")


@pytest.mark.parametrize("name", TOKENIZERS)
def test_special_tokens_and_tokens_that_the_tokenizer_lacks_spell_nothing(name: str) -> None:
    vocabulary, tokenizer = vocabulary_of(name), tokenizer_of(name)
    assert len(vocabulary.spelling) == len(vocabulary.begins_word) == len(tokenizer) + 5
    assert vocabulary.spelling[-5:] == [b""] * 5
    assert all(vocabulary.spelling[token] == b"" for token in tokenizer.all_special_ids)


@pytest.mark.parametrize("name", EXACT)
@settings(deadline=None, max_examples=50)
@given(typed=st.text(min_size=1, max_size=6).map(lambda text: text.encode("utf-8", "ignore")).filter(bool))
def test_the_tokens_that_continue_are_those_that_agree(name: str, typed: bytes) -> None:
    vocabulary = vocabulary_of(name)
    agreeing = {
        token
        for token, spelled in enumerate(vocabulary.spelling)
        if spelled and (spelled.startswith(typed) or typed.startswith(spelled))
    }
    found = vocabulary.continuing(typed)
    assert len(found) == len(set(found))
    assert set(found) == agreeing
    for token in found:
        assert vocabulary.rest(typed, token) == typed[len(vocabulary.spelling[token]) :]


@pytest.mark.parametrize(
    ("name", "typed", "before", "seen"),
    [
        ("bytes", "The", "", ("The", 3)),
        ("gemma", "The", "", ("The", 3)),
        ("llama 2", "The", "", (" The", 3)),
        ("llama 2", "The", "One.\n", ("The", 3)),
        ("llama 2", " The", "", (" The", 3)),
        ("llama 2", " The", "One.", (" The", 4)),
        ("unigram", "The", "", (" The", 3)),
        ("unigram", "\ufb01nd", "One.\n", ("find", 4)),
        ("unigram without lines", "The", "One.\n", (" The", 4)),
        ("unigram without lines", "The", "\n", (" The", 3)),
        ("unigram without lines", "he", "T", ("he", 2)),
        ("wordpiece", "The", "", (" the", 3)),
        ("wordpiece", "The", "One.\n", (" the", 4)),
        ("wordpiece", " (“Caf\u00e9.", "One", (" ( “ cafe.", 8)),
        ("wordpiece", "he", "T", ("he", 2)),
        ("wordpiece", " ", "One", (" ", 1)),
        ("wordpiece", "静か", "港は", (" 静 か", 3)),
        ("bytes", "", "One", ("", 0)),
        ("bytes", " \ufffda", "One", (" \ufffda", 2)),
    ],
)
def test_how_tokens_spell_what_was_typed(name: str, typed: str, before: str, seen: tuple[str, int]) -> None:
    assert vocabulary_of(name).seen(typed, before) == seen


def test_a_token_after_which_nothing_goes_on_is_no_beginning() -> None:
    slow = SlowTokenizer()
    slow.texts = ("</s>", "a", "ab", "abx", "bd")
    vocabulary = Vocabulary(slow, 5)
    assert vocabulary.continuing(b"abd") == [1]
    assert vocabulary.continuing(b"ab") == [1, 2, 3]
    assert not vocabulary.spells(b"abc")


def test_what_a_vocabulary_spells() -> None:
    vocabulary = vocabulary_of("unigram")
    assert vocabulary.spells(b" the")
    assert not vocabulary.spells("the \u2019".encode())
    assert not vocabulary.spells(" caf\u00e9".encode())
    assert vocabulary.spells(b"")


def test_a_vocabulary_is_put_on_any_tokenizer(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is neither fast nor SentencePiece is asked what each token decodes to."""
    slow = SlowTokenizer()
    vocabulary = Vocabulary(slow, 5)
    assert vocabulary.spelling == [b"", b"a", b" b", b"c", b""]
    assert vocabulary.continuing(b" b") == [2]
    assert vocabulary.seen(" b", "a") == (" b", 2)


class SlowTokenizer:
    """Three tokens, and one that is special."""

    all_special_ids = (0,)
    added_tokens_decoder: ClassVar[dict[int, Any]] = {}
    texts: tuple[str, ...] = ("</s>", "a", " b", "c")

    def __len__(self) -> int:
        return len(self.texts)

    def __call__(self, text: str, **_: object) -> dict[str, list[int]]:
        return {"input_ids": [self.texts.index(letter) for letter in text if letter in self.texts]}

    def convert_ids_to_tokens(self, ids: range) -> list[str]:
        return [self.texts[i] for i in ids]

    def decode(self, tokens: list[int], **_: object) -> str:
        return "".join(self.texts[token] for token in tokens)


@pytest.mark.parametrize(
    ("name", "spelled", "begins"),
    [
        ("bytes", "Ġthe", True),
        ("bytes", "ed", False),
        ("bytes", ".", True),
        ("bytes", "'t", False),
        ("bytes", "Ċ", True),
        ("llama 2", "▁the", True),
        ("llama 2", "ll", False),
        ("wordpiece", "the", True),
        ("wordpiece", "##ed", False),
        ("wordpiece", ",", True),
    ],
)
def test_where_words_begin(name: str, spelled: str, begins: bool) -> None:
    token = tokenizer_of(name).convert_tokens_to_ids(spelled)
    assert bool(vocabulary_of(name).begins_word[token]) is begins


def test_a_token_that_ends_a_text_ends_a_word() -> None:
    assert bool(Vocabulary(tokenizer_of("bytes"), 400, frozenset({0})).begins_word[0])
    assert not bool(vocabulary_of("bytes").begins_word[0])
