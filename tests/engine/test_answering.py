"""Questions in the chat template of a model: what it is given, where its answer ends, and that the draft ends no turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.answering import Chat
from afterword.engine.local import TransformersModel
from afterword.engine.opening import open_model
from afterword.engine.protocol import Message, Question, Request
from afterword.engine.sampling import Sampling
from afterword.errors import AnswerUnfinished, GenerationFailed, NoChatTemplate, QuestionTooLong
from afterword.text.characters import printable
from afterword.text.context import Context
from tests.engine.chats import BROKEN, CHAT_ML, CHAT_VOCABULARY, FORGETTING, PARTED, REFUSING, Saying, chat_ml, inst, one_chat_ml
from tests.engine.tiny import byte_level, gpt2, llama
from tests.fakes.hearing import heard

GREEDY = Sampling(temperature=0, max_words=3, max_sentences=0)
SYSTEM = Message("system", "You help a writer.")
USER = Message("user", "What is missing?")
TALK = (SYSTEM, USER, Message("assistant", "The island."), Message("user", "And then?"))
MARKS = ["<|im_end|>", "<|im_start|>", "<|end|>", "</s>", "<s>", "[/INST]", "<|im_end|", "\ue000", "\ue0000\ue000"]


def chat(tokenizer: Any) -> Chat:
    return Chat("tiny", tokenizer, frozenset({tokenizer.eos_token_id}))


def by_template(tokenizer: Any, *messages: Message) -> list[int]:
    turns = [{"role": message.role, "content": message.text} for message in messages]
    tokens: list[int] = tokenizer.apply_chat_template(turns, add_generation_prompt=True)["input_ids"]
    return tokens


def question(*messages: Message, sampling: Sampling = GREEDY) -> Question:
    return Question(messages, sampling)


def saying(text: str, template: str = CHAT_ML, behind: str = "") -> TransformersModel:
    """A model that says `text`, and `behind` for ever, to everything."""
    tokenizer = chat_ml(template)
    said = tokenizer(text + behind, add_special_tokens=False)["input_ids"]
    model = llama(vocab_size=CHAT_VOCABULARY, max_position_embeddings=2048)
    return TransformersModel("tiny", model, tokenizer, runner=Saying(said))


def answer(model: TransformersModel, *messages: Message, sampling: Sampling = GREEDY) -> str:
    return heard(model.answer(question(*messages, sampling=sampling)))


# --- what the model is given ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tokenizer", [one_chat_ml, inst])
@given(st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_it_is_given_what_its_template_makes(tokenizer: Callable[[], Any], system: str, asked: str) -> None:
    made = tokenizer()
    system, asked = f"a{system.strip()}b", f"a{asked.strip()}b"
    if chat(made)._pattern().search(system + asked):
        return
    messages = Message("system", system), Message("user", asked)
    clean = [replace(message, text=message.text.replace("\r\n", "\n").replace("\r", "\n")) for message in messages]
    if any("\0" in message.text for message in clean):
        return
    assert chat(made).tokens(messages) == by_template(made, *clean)


@pytest.mark.parametrize("tokenizer", [one_chat_ml, inst])
def test_blanks_around_a_message_are_no_matter(tokenizer: Callable[[], Any]) -> None:
    made = tokenizer()
    assert chat(made).tokens([Message("user", "\n What is missing?\n")]) == chat(made).tokens([USER])


def test_a_conversation_goes_on_in_the_template() -> None:
    made = chat_ml()
    assert made.decode(chat(made).tokens(TALK)) == (
        "<|im_start|>system\nYou help a writer.<|im_end|>\n<|im_start|>user\nWhat is missing?<|im_end|>\n"
        "<|im_start|>assistant\nThe island.<|im_end|>\n<|im_start|>user\nAnd then?<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("template", [REFUSING, FORGETTING])
def test_what_has_no_place_for_a_system_has_it_before_the_question(template: str) -> None:
    made = chat_ml(template)
    text = made.decode(chat(made).tokens(TALK))
    assert text.startswith("<|im_start|>user\nYou help a writer.\n\nWhat is missing?<|im_end|>\n<|im_start|>assistant\n")
    assert text.endswith("<|im_start|>user\nAnd then?<|im_end|>\n<|im_start|>assistant\n")


def test_what_wants_its_messages_in_parts_has_them_so() -> None:
    made = chat_ml(PARTED)
    assert chat(made).tokens(TALK) == chat(chat_ml()).tokens(TALK)


@pytest.mark.parametrize("template", [None, "", BROKEN, "{% for", {"tool_use": CHAT_ML}, "no place for a question"])
def test_without_a_template_that_takes_questions_it_says_so(template: Any) -> None:
    with pytest.raises(NoChatTemplate):
        chat(chat_ml(template)).tokens([SYSTEM, USER])


def test_a_template_cannot_reach_beyond_its_text() -> None:
    """transformers renders it in Jinja's sandbox."""
    for escape in ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ messages.append(messages[0]) }}"):
        with pytest.raises(NoChatTemplate):
            chat(chat_ml(escape + CHAT_ML)).tokens([USER])


# --- the draft ends no turn -----------------------------------------------------------------------------------------


def special(tokenizer: Any, tokens: list[int]) -> list[int]:
    return [token for token in tokens if token in tokenizer.all_special_ids and token != tokenizer.unk_token_id]


@pytest.mark.parametrize("tokenizer", [one_chat_ml, inst])
@given(st.lists(st.sampled_from(MARKS) | st.text("ab <|>\n", max_size=4), max_size=6).map("".join))
def test_what_looks_like_a_mark_in_the_draft_is_text(tokenizer: Callable[[], Any], text: str) -> None:
    made = tokenizer()
    tokens = chat(made).tokens([SYSTEM, Message("user", f"x{text}x")])
    plain = chat(made).tokens([SYSTEM, Message("user", "x")])
    assert special(made, tokens) == special(made, plain)
    assert f"x{text}x" in made.decode(tokens).replace("\ufffd", "")


def test_a_mark_that_is_not_said_to_be_special_is_text_too() -> None:
    made = chat_ml(CHAT_ML.replace("<|im_end|>", "<turn>"))
    made.add_tokens(["<turn>"])
    turn = made.convert_tokens_to_ids("<turn>")
    tokens = chat(made).tokens([Message("user", "one<turn>two")])
    assert tokens.count(turn) == 1
    assert "one<turn>two<turn>" in made.decode(tokens)


# --- the answer -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [llama, gpt2])
def test_in_exact_mode_it_answers_as_generate_does(make: Callable[..., Any]) -> None:
    model, made = make(vocab_size=CHAT_VOCABULARY), chat_ml()
    prompt = by_template(made, *TALK)
    ids = torch.tensor([prompt])
    ends = [made.eos_token_id, *made.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>"])]
    whole = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=32, do_sample=False, pad_token_id=0, eos_token_id=ends
    )
    expected = made.decode(whole[0, len(prompt) :], skip_special_tokens=True)
    found = answer(TransformersModel("tiny", model, made, exact=True), *TALK)
    assert len(found) > 10
    assert found == printable(expected).replace("\ufffd", "").lstrip()


def test_it_ends_where_its_turn_ends_though_its_text_goes_on() -> None:
    model = saying("The island.", behind="<|im_end|>\n<|im_start|>user\nAnd then?")
    assert answer(model, USER) == "The island."


def test_it_ends_where_it_would_speak_for_the_writer() -> None:
    assert answer(saying("The island.", behind="<|im_start|>user\nAnd then?"), USER) == "The island."


def test_other_marks_are_not_shown() -> None:
    made = chat_ml()
    assert made.eos_token == "<|end|>"
    model = saying("The", behind="<|end|> island")
    assert answer(model, USER) == "The"


def test_whole_characters_are_streamed_and_no_blank_before_them() -> None:
    model = saying("\n Gut: 夜の鳥 👩‍👧", behind="<|im_end|>")
    parts = list(model.answer(question(USER, sampling=replace(GREEDY, max_words=40))))
    assert "".join(parts) == "Gut: 夜の鳥 👩‍👧"
    assert len(parts) > 5
    assert not any("\ufffd" in part for part in parts)


def test_it_says_where_there_was_no_room_for_the_rest() -> None:
    model = saying("a b c d e f g h", behind=" i")
    with pytest.raises(AnswerUnfinished):
        list(model.answer(question(USER, sampling=replace(GREEDY, max_words=1))))
    ended = saying("a b", behind="<|im_end|>")
    assert "".join(ended.answer(question(USER, sampling=replace(GREEDY, max_words=20)))) == "a b"
    assert list(model.answer(question(USER), lambda: True)) == [], "who stops it is told nothing"


def test_it_is_as_long_as_was_asked_for() -> None:
    short = answer(saying("a b c d e f g h", behind=" i"), USER, sampling=replace(GREEDY, max_words=1))
    long = answer(saying("a b c d e f g h", behind=" i"), USER, sampling=replace(GREEDY, max_words=20))
    assert 0 < len(short) < len(long) < 1000


def test_it_stops_when_it_is_asked_to() -> None:
    said: list[str] = []
    model = saying("a b c d e f g h", behind="<|im_end|>")
    for text in model.answer(question(USER), lambda: len(said) == 3):
        said.append(text)
    assert "".join(said) == "a b c"


def test_what_is_too_long_is_refused_and_it_says_by_how_much() -> None:
    made = chat_ml()
    said = made("The island.<|im_end|>", add_special_tokens=False)["input_ids"]
    model = TransformersModel("tiny", llama(vocab_size=CHAT_VOCABULARY), made, runner=Saying(said))
    with pytest.raises(QuestionTooLong) as raised:
        answer(model, Message("user", "word " * 400))
    assert raised.value.name == "tiny"
    assert raised.value.over > 100
    assert answer(model, USER) == "The island."


def test_a_model_without_a_template_says_that_it_cannot() -> None:
    plain = TransformersModel("tiny", gpt2(), byte_level())
    assert "answer" in plain.capabilities.absent
    with pytest.raises(NoChatTemplate):
        answer(plain, USER)
    assert "answer" not in saying("x").capabilities.absent


def test_a_text_goes_on_without_the_template_before_and_after_an_answer() -> None:
    model = TransformersModel("tiny", llama(vocab_size=CHAT_VOCABULARY), chat_ml())

    def goes_on() -> str:
        return "".join(piece.text for piece in model.complete(Request(1, Context("The ferry left"), GREEDY)))

    before, given_to_it = goes_on(), model.encode(Context("The ferry left"))
    first = answer(model, USER)
    assert not set(given_to_it) & set(model.decoding.tokenizer.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>"]))
    assert (goes_on(), answer(model, USER)) == (before, first)


def test_what_breaks_in_the_middle_is_said_in_our_words() -> None:
    class Breaking(Saying):
        def extend(self, tokens: Any, keep: int = 1) -> torch.Tensor:
            if self.held:
                raise RuntimeError("a library")
            return super().extend(tokens, keep)

    made = chat_ml()
    said = made("a b c", add_special_tokens=False)["input_ids"]
    model = TransformersModel("tiny", llama(vocab_size=CHAT_VOCABULARY), made, runner=Breaking(said))
    with pytest.raises(GenerationFailed):
        answer(model, USER)


@pytest.mark.starter
def test_the_starter_answers_in_its_template(starter_folder: Path) -> None:
    model = open_model(str(starter_folder), starter_folder.parent)
    try:
        sampling = replace(GREEDY, max_words=30)
        said = answer(model, Message("user", "What is the capital of France?"), sampling=sampling)  # type: ignore[arg-type]
        assert "Paris" in said
        assert "<|" not in said
        assert len(said) < 100, "it ends by itself"
    finally:
        model.close()
