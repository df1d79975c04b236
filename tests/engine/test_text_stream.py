from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from afterword.engine.text_stream import TextStream
from tests.engine.tiny import tiny_gpt2
from tests.engine.tiny_tokenizers import gemma


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> object:
    folder: Path = tiny_gpt2(tmp_path_factory.mktemp("model"))
    return AutoTokenizer.from_pretrained(folder)


def characters() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="�"), max_size=30)


@settings(deadline=None, max_examples=100)
@given(before=characters(), text=characters() | st.text("\u0639\u0644\u6e2f ab", max_size=12))
def test_so_it_is_where_each_byte_of_a_character_is_a_token(before: str, text: str) -> None:
    tokenizer = gemma()
    prompt, tokens = (tokenizer(part, add_special_tokens=False)["input_ids"] for part in (before, text))
    stream = TextStream(tokenizer, prompt)
    assert "".join(stream.push(token) for token in tokens) == text.replace("\u2581", " ")


@settings(deadline=None, max_examples=200)
@given(before=characters(), text=characters())
def test_what_is_streamed_is_the_text_in_whole_characters(tokenizer: object, before: str, text: str) -> None:
    prompt, tokens = (tokenizer(part)["input_ids"] for part in (before, text))  # type: ignore[operator]
    stream = TextStream(tokenizer, prompt)
    assert "".join(stream.push(token) for token in tokens) == text


def test_an_emoji_of_several_tokens_comes_whole(tokenizer: object) -> None:
    tokens = tokenizer("a 🌊 b")["input_ids"]  # type: ignore[operator]
    stream = TextStream(tokenizer, [])
    pieces = [stream.push(token) for token in tokens]
    assert "🌊" in pieces
    assert "" in pieces


def test_bytes_that_are_no_character_are_left_out(tokenizer: object) -> None:
    byte = tokenizer("🌊")["input_ids"][0]  # type: ignore[operator]
    stream = TextStream(tokenizer, [])
    pieces = [stream.push(token) for token in [byte, *tokenizer("abc")["input_ids"]]]  # type: ignore[operator]
    assert "".join(pieces) == "abc"


def test_special_tokens_say_nothing(tokenizer: object) -> None:
    stream = TextStream(tokenizer, tokenizer("The ferry")["input_ids"])  # type: ignore[operator]
    assert stream.push(0) == ""
