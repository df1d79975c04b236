"""Half-typed words: whatever the vocabulary, the continuation begins where the text ends, to the byte."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.engine.healing import Typed
from afterword.engine.local import TransformersModel
from afterword.engine.opening import open_model
from afterword.engine.protocol import Piece, Request
from afterword.engine.sampling import Sampling
from afterword.engine.wordpiece import tidied
from afterword.text.context import Context
from tests.engine.bigrams import Bigrams
from tests.engine.tiny import PAGE, byte_level, llama
from tests.engine.tiny_tokenizers import EXACT, TOKENIZERS, tokenizer_of

DRAWN = Sampling(temperature=0.8, top_k=0, top_p=1.0, min_p=0.0, repetition_penalty=1.0, max_words=2, seed=1)
GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_words=4)
AWKWARD = {
    "one letter": "T",
    "one space": " ",
    "a line's end": "The end.\n",
    "a space at a line's beginning": "The end.\n ",
    "two spaces": "the  ga",
    "a space at the end": "the gulls ",
    "two spaces at the end": "the gulls  ",
    "a tab": "\tthe ga",
    "a space before the first word": " qui",
    "half a word of many tokens": "The unquestionab",
    "an opening quote": "she said “",
    "half a word after an opening quote": "she said “qui",
    "an opening bracket": "the oil (",
    "half a word after an opening bracket": "the oil (12.5",
    "a quote that opens the text": "“",
    "an apostrophe": "She wasn't s",
    "a hyphen": "a lamp-oi",
    "half an address": "see http://example.org/pears?lamp=oi",
    "a composed accent": "a caf\u00e9",
    "a combining accent": "a cafe\u0301",
    "an emoji": "gulls 😀",
    "the middle of an emoji": "gulls 👩\u200d",
    "Japanese": "港は静かだっ",
    "Japanese and a space": "The port 港は静",
    "Arabic": "السلام عل",
    "a space that does not break": "12\u00a0pea",
    "a space of no width": "the \u200bga",
    "half a character": "the gu\ud83d",
    "what looks like a special token": "the <s",
    "what looks like a byte": "the <0x4",
    "SentencePiece's mark": "the _\u2581ga",
    "a word that is longer than any": "a" + "b" * 60,
    "a ligature": "to \ufb01nd",
}


def scored(model: TransformersModel, context: Context, texts: list[str]) -> list[float]:
    found = model.score(context, texts)
    assert found is not None
    return found


@cache
def model_of(name: str, real: bool = False) -> TransformersModel:
    """A model that knows what follows what in PAGE; or one of random weights, whose next word nobody knows."""
    tokenizer = tokenizer_of(name)
    tokens = tokenizer(PAGE, add_special_tokens=False)["input_ids"]
    runner = None if real else Bigrams(tokens, len(tokenizer))
    return TransformersModel(name, llama(vocab_size=len(tokenizer), max_position_embeddings=1024), tokenizer, runner=runner)


def said(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def continued(name: str, context: Context, sampling: Sampling = DRAWN) -> str:
    return said(list(model_of(name).complete(Request(1, context, sampling))))


def whole(name: str, context: Context, sampling: Sampling = DRAWN) -> str:
    """What the tokens of the prompt and of the continuation spell together."""
    model, tokenizer = model_of(name), tokenizer_of(name)
    prompt, typed = model._prompt(context)
    tokens = [token.id for token in model.decoding.tokens(prompt, sampling, typed=typed)]
    text = str(tokenizer.decode(prompt + tokens, skip_special_tokens=True)).replace("\ufffd", "")
    return tidied(text) if name == "wordpiece" else text


def shown(name: str, text: str) -> str:
    """`text` as far as the tokenizer of `name` can hold it."""
    text = text.encode("utf-8", "ignore").decode()
    if name in EXACT:
        return text.removeprefix(" ") if name == "llama 2" else text
    tokenizer = tokenizer_of(name)
    held = tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True)
    if name in ("wordpiece", "unigram without lines"):
        held = tidied(held) if name == "wordpiece" else held
        return held + (" " if held and text[-1].isspace() and not text.endswith("\n") else "")
    return str(held)


@pytest.mark.parametrize("name", TOKENIZERS)
@settings(deadline=None, max_examples=30)
@given(end=st.integers(1, 1000), preface=st.sampled_from(["", "A tale of the sea."]))
def test_the_continuation_begins_where_the_text_ends(name: str, end: int, preface: str) -> None:
    context = Context(PAGE[max(0, end - 200) : end], preface=preface)
    before = f"{preface}\n\n{context.before}" if preface else context.before
    assert shown(name, before) + continued(name, context) == whole(name, context)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("preface", ["", "A tale."])
@pytest.mark.parametrize("before", AWKWARD.values(), ids=AWKWARD)
def test_so_it_does_after_anything_that_can_be_typed(name: str, before: str, preface: str) -> None:
    if name != "bytes" and "\u2581" in before:
        pytest.skip("to SentencePiece it is a space")
    context = Context(before, preface=preface)
    text = f"{preface}\n\n{before}" if preface else before
    found = continued(name, context)
    assert found
    assert shown(name, text) + found == whole(name, context)


@pytest.mark.parametrize("name", ["unigram", "unigram without lines", "wordpiece"])
@pytest.mark.parametrize("before", AWKWARD.values(), ids=AWKWARD)
def test_what_a_vocabulary_cannot_spell_is_continued_all_the_same(name: str, before: str) -> None:
    assert continued(name, Context(before))
    assert model_of(name, real=True).likeliest(Context(before), 3)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("bytes", "The ferry left the qua", "y"),
        ("llama 2", "The ferry left the qua", "y"),
        ("llama 2", "two hours awa", "y"),
        ("gemma", "The ferry left the qua", "y"),
        ("unigram", "The ferry left the qua", "y"),
        ("unigram without lines", "The ferry left the\nqua", "y"),
        ("wordpiece", "The ferry left the qua", "y"),
        ("wordpiece", "Ana counted the\ncra", "tes"),
        ("wordpiece", "“Don't op", "en"),
    ],
)
def test_half_a_word_is_completed(name: str, before: str, after: str) -> None:
    assert continued(name, Context(before), GREEDY).startswith(after)


@pytest.mark.parametrize("before", ["The oil (", "“", "she said “", "the oil ( ", "the house "])
def test_after_an_opening_mark_and_a_space_a_word_comes_without_another(before: str) -> None:
    assert continued("wordpiece", Context(before), GREEDY)[0].isalnum()


def test_after_a_word_another_comes_with_its_space() -> None:
    assert continued("wordpiece", Context("Ana counted the"), GREEDY)[0] == " "


def test_a_word_in_lower_case_is_completed_for_its_capitals() -> None:
    assert continued("wordpiece", Context("THE FERRY LEFT THE QUA"), GREEDY).startswith("y")


def test_the_typed_letters_decide_and_not_what_is_likeliest_alone() -> None:
    model = model_of("bytes")
    natural = said(list(model.complete(Request(1, Context("The ferry left the "), GREEDY))))
    assert not natural.startswith("isl")
    assert said(list(model.complete(Request(1, Context("The ferry left the isl"), GREEDY)))).startswith("and")


def test_a_short_token_counts_with_what_must_follow_it() -> None:
    """ "Ġw" is likely, and "he" after it is not: a token that goes further is taken though by itself it is less likely."""
    tokenizer = byte_level()
    w, wh, he, e, a = tokenizer.convert_tokens_to_ids(["Ġw", "Ġwh", "he", "e", "a"])
    runner = Bigrams([], len(tokenizer))
    runner.logits.fill_(-20.0)
    runner.logits[:, w] = 0.0
    runner.logits[:, wh] = -1.0
    runner.logits[w, a] = 0.0
    runner.logits[w, he] = -12.0
    runner.logits[wh, e] = 0.0
    model = TransformersModel("x", llama(), tokenizer, runner=runner)
    prompt, typed = model._prompt(Context("The ferry whe"))
    first = next(model.decoding.tokens(prompt, GREEDY, typed=typed))
    assert first.id == wh
    assert first.probability > 0.9


def test_the_token_that_begins_the_word_counts_however_much_likelier_shorter_ones_are() -> None:
    """As "Ġun" is than "Ġunbelie": its own word is found all the same."""
    tokenizer = byte_level()
    w, whe, he, n = tokenizer.convert_tokens_to_ids(["Ġw", "Ġwhe", "he", "n"])
    runner = Bigrams([], len(tokenizer))
    runner.logits.fill_(-30.0)
    runner.logits[:, w] = 0.0
    runner.logits[:, whe] = -8.0
    runner.logits[w, he] = -14.0
    runner.logits[whe, n] = 0.0
    model = TransformersModel("x", llama(), tokenizer, runner=runner)
    prompt, typed = model._prompt(Context("The ferry when"))
    assert tokenizer(" when")["input_ids"] == [whe, n]
    first = next(model.decoding.tokens(prompt, GREEDY, typed=typed))
    assert first.id == whe
    assert first.probability > 0.9


def logits_after(model: TransformersModel, tokens: list[int]) -> torch.Tensor:
    logits = model.decoding.following.logits_after(tokens)
    assert logits is not None
    return logits


NEGLIGIBLE = 1e-7


def spelled_out(model: TransformersModel, tokens: list[int], spelling: bytes) -> dict[int, float]:
    """How probable each token is, with all that may follow it to spell what was typed: by trying everything."""
    found = {}
    probabilities = logits_after(model, tokens).softmax(-1)
    for token in model.decoding.vocabulary.continuing(spelling):
        rest, probability = model.decoding.vocabulary.rest(spelling, token), float(probabilities[token])
        if not rest or probability > NEGLIGIBLE:
            found[token] = probability * (sum(spelled_out(model, [*tokens, token], rest).values()) if rest else 1.0)
    return found


@pytest.mark.parametrize(
    ("typed_so_far", "after"),
    [
        ("The ferry lef", "t the quay"),
        ("The fer", "ry left"),
        ("Ana counted t", "he crates"),
    ],
)
def test_what_was_typed_is_spelled_with_the_probability_of_all_ways_to_spell_it(typed_so_far: str, after: str) -> None:
    is_near(model_of("bytes"), typed_so_far, after)


@pytest.mark.long
@pytest.mark.starter
def test_so_are_words_of_several_tokens_with_the_starter(starter_folder: Path, tmp_path: Path) -> None:
    model = open_model(str(starter_folder), tmp_path, exact=False)
    assert isinstance(model, TransformersModel)
    for typed_so_far, after in [
        ("I saw a rhinoc", "eros in"),
        ("It was an unbeliev", "able story"),
        ("He has a therm", "ometer"),
    ]:
        is_near(model, typed_so_far, after)


def is_near(model: TransformersModel, typed_so_far: str, after: str) -> None:
    prompt, typed = model._prompt(Context(typed_so_far))
    ways = spelled_out(model, prompt, typed.spelling)
    mass = sum(ways.values())
    found = model.decoding.healing.constrained(logits_after(model, prompt), typed, prompt).softmax(-1)
    assert sum(abs(ways.get(token, 0.0) / mass - float(p)) for token, p in enumerate(found)) / 2 < 0.1
    tokens = model._prompting.continuation(typed.text + after)
    logs = [float(logits_after(model, [*prompt, *tokens[:n]]).log_softmax(-1)[token]) for n, token in enumerate(tokens)]
    assert scored(model, Context(typed_so_far), [after]) == [pytest.approx(min(0.0, sum(logs) - math.log(mass)), abs=0.1)]


@pytest.mark.parametrize("name", EXACT)
@settings(deadline=None, max_examples=15)
@given(end=st.integers(1, 1000), seed=st.integers(0, 10))
def test_candidates_begin_differently_where_the_text_ends(name: str, end: int, seed: int) -> None:
    """With a model of random weights: what was typed is spelled by tokens that nobody would expect."""
    model, context = model_of(name, real=True), Context(PAGE[max(0, end - 60) : end])
    sampling = Sampling(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, repetition_penalty=1.0, max_words=2, seed=seed)
    prompt, typed = model._prompt(context)
    begun = model.decoding.likeliest(prompt, typed, 3)
    assert len({tokens[-1].id for tokens in begun}) == len(begun) > 0
    assert len({tuple(token.id for token in tokens[:-1]) for tokens in begun}) == 1
    for tokens in begun:
        spelled = b"".join(model.decoding.vocabulary.spelling[token.id] for token in tokens)
        assert spelled.startswith(typed.spelling)
    found = model.candidates(Request(1, context, sampling), 3)
    assert len(found) == len(begun)
    assert all(piece.text and 0 <= piece.probability <= 1 for pieces in found for piece in pieces)


def test_candidates_of_a_word_of_many_tokens_differ_in_what_is_new() -> None:
    model, context = model_of("bytes", real=True), Context("The ferry left the xq")
    found = [said(pieces) for pieces in model.candidates(Request(1, context, GREEDY), 4)]
    assert len(set(found)) == 4


def test_a_greedy_candidate_is_what_complete_says() -> None:
    model = model_of("bytes", real=True)
    for before in ("The ferry ", "The ferry left the quay.\n", "The ferry lef"):
        context = Context(before)
        alone = said(list(model.complete(Request(1, context, GREEDY))))
        first = said(model.candidates(Request(1, context, GREEDY), 3)[0])
        shorter = min(len(alone), len(first))  # the typed word may be spelled in one token more here or there
        assert shorter > 20
        assert alone[:shorter] == first[:shorter]
        assert alone.startswith(model.likeliest(context, 1)[0].text)


def test_the_likeliest_tokens_complete_the_word_and_their_probabilities_are_given_what_was_typed() -> None:
    model = model_of("bytes")
    found = model.likeliest(Context("The ferry left th"), 400)
    assert sum(piece.probability for piece in found) <= 1.0001
    assert found[0].text.startswith("e")
    assert found[0].probability > 0.5


@pytest.mark.parametrize("name", EXACT)
def test_the_score_of_what_follows_is_given_what_was_typed(name: str) -> None:
    model = model_of(name)
    right, wrong = scored(model, Context("The ferry left the qua"), ["y at six", "ck at six"])
    assert wrong < right < 0
    alone = scored(model, Context("The ferry left the"), [" quay at six"])[0]
    assert right > alone  # "qua" is known by then


def test_scoring_leaves_no_trace() -> None:
    model = model_of("bytes", real=True)
    context = Context("The ferry left th")
    before = said(list(model.complete(Request(1, context, GREEDY))))
    scores = scored(model, context, ["e quay", "ere", "x"])
    assert said(list(model.complete(Request(1, context, GREEDY)))) == before
    assert model.score(context, ["e quay", "ere", "x"]) == pytest.approx(scores, rel=1e-4)


def test_a_long_word_leaves_room_for_what_follows() -> None:
    short = Sampling(temperature=0, repetition_penalty=1.0, max_words=1)
    assert len(continued("bytes", Context("see http://example.org/pears?lampoi"), short)) > 1


def test_nothing_typed_asks_nothing() -> None:
    assert model_of("bytes").decoding.healing.typed("", "The end.\n") == Typed()
