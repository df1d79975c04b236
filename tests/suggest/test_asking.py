"""What a model is given of a draft when it is asked about it, and what of its answer is shown."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Answers, Question, never
from afterword.engine.sampling import LETTERS_PER_WORD
from afterword.errors import AnswerUnfinished, DeviceFull, GenerationFailed, NoChatTemplate, QuestionTooLong, ServerBrokeOff
from afterword.suggest.asking import (
    READ_HERE,
    READY,
    SAMPLING,
    SYSTEM,
    Answer,
    Asked,
    Cut,
    Matter,
    Turn,
    answers,
    given_for_question,
)
from afterword.text.boundaries import count_words
from tests.fakes.scripted import ScriptedModel

DRAFT = " ".join(f"word{number}" for number in range(1000))


class Narrow:
    """Reads so many characters and no more, all messages together, and tells by how much there are more."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.questions: list[Question] = []

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        self.questions.append(question)
        length = sum(len(message.text) for message in question.messages)
        if length > self.room:
            raise QuestionTooLong("narrow", 100 * (length - self.room) // self.room + 1)
        yield "Yes."


class Curt(Narrow):
    """Breaks off without a word where there is more."""

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        try:
            yield from super().answer(question, stopped)
        except QuestionTooLong as error:
            raise ServerBrokeOff("https://there") from error


def asked(question: str = "What is missing?", text: str = "The ferry left.", selected: bool = False, **more: object) -> Asked:
    return Asked(question, Matter(text, selected, at=len(text)), **more)  # type: ignore[arg-type]


def last(model: Answers, about: Asked) -> Answer:
    return list(answers(model, about))[-1]


# --- what it is given -----------------------------------------------------------------------------------------------


def test_it_is_given_the_text_then_the_question_and_the_notes_before_both() -> None:
    matter = Matter("\nThe ferry left.\n", notes="Ana tells it.")
    system, user = Asked("Shorter?", matter).messages()
    assert (system.role, user.role) == ("system", "user")
    assert user.text == "Ana tells it.\n\n---\n\nThe ferry left.\n\nShorter?"
    assert Asked("A name?", Matter("")).messages()[-1].text == "A name?"


def test_a_conversation_goes_on_and_the_text_stands_before_its_first_question() -> None:
    earlier = (Turn("Who?", "Ana."), Turn("When?", "At six."))
    messages = asked("Where?", earlier=earlier).messages()
    assert [message.role for message in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert [message.text for message in messages[1:]] == ["The ferry left.\n\nWho?", "Ana.", "When?", "At six.", "Where?"]


def test_what_would_leave_the_machine_is_all_of_every_message() -> None:
    about = asked("Where?", earlier=(Turn("Who?", "Ana."),))
    assert given_for_question(about) == "\n\n".join(message.text for message in about.messages())


def test_the_question_says_whether_it_may_be_shared_and_bounds_the_answer() -> None:
    model = ScriptedModel()
    model.reply = "Yes."
    last(model, asked(shared=True, seed=7))
    last(model, asked(text="word " * 4000, selected=True))
    first, second = model.questions
    assert (first.shared, second.shared, first.sampling.seed) == (True, False, 7)
    assert [question.sampling.max_words for question in model.questions] == [1000, 1000]


def test_of_a_long_draft_it_is_given_what_stands_around_the_cursor() -> None:
    matter = Matter("a " * 9000 + "here " + "b " * 9000, at=18_000).within(READ_HERE)
    assert len(matter.text) <= READ_HERE
    assert not matter.whole
    assert matter.text[matter.at :].startswith("here")
    assert Matter("a " * 9000, selected=True).within(READ_HERE).text == "a " * 9000
    assert Matter("a").within(READ_HERE) == Matter("a")


def test_who_wishes_for_a_long_text_is_not_contradicted() -> None:
    assert re.search(r"briefly unless .*\blong\b", SYSTEM)
    assert asked("Write a long letter.").messages()[0].text == SYSTEM


# --- what it cannot read --------------------------------------------------------------------------------------------


def test_a_model_that_cannot_read_all_of_a_draft_reads_less_of_it_and_that_is_said() -> None:
    model = Narrow(1500)
    answer = last(model, asked(text=DRAFT))
    given_to_it = model.questions[-1].messages[-1].text
    assert answer.text == "Yes."
    assert answer.read == count_words(given_to_it.removesuffix("What is missing?"))
    assert 100 < answer.read < 1000
    assert given_to_it.endswith("word999\n\nWhat is missing?")


def test_a_server_that_breaks_off_without_a_word_is_asked_about_half_as_much() -> None:
    model = Curt(1500)
    answer = last(model, asked(text=DRAFT))
    lengths = [len(question.messages[-1].text) for question in model.questions]
    assert lengths == pytest.approx([len(DRAFT), len(DRAFT) / 2, len(DRAFT) / 4, len(DRAFT) / 8], abs=50)
    assert answer.text == "Yes."
    assert answer.read == count_words(model.questions[-1].messages[-1].text.removesuffix("What is missing?"))


@pytest.mark.parametrize("selected", [False, True])
def test_a_server_that_breaks_off_whatever_it_is_asked_is_asked_a_few_times(selected: bool) -> None:
    model = Curt(10)
    with pytest.raises(ServerBrokeOff):
        last(model, asked(text=DRAFT * 6, selected=selected))
    assert len(model.questions) == (1 if selected else 6)


def test_what_is_read_whole_is_not_spoken_of() -> None:
    assert last(Narrow(1500), asked()).read is None


def test_a_selection_is_read_whole_or_not_at_all() -> None:
    model = Narrow(1500)
    with pytest.raises(QuestionTooLong):
        last(model, asked(text=DRAFT, selected=True))
    assert len(model.questions) == 1


def test_a_model_that_can_read_nothing_says_so() -> None:
    with pytest.raises(QuestionTooLong):
        last(Narrow(10), asked(text=DRAFT))


def test_what_was_said_long_ago_goes_first() -> None:
    earlier = tuple(Turn(f"Question {number}?", "word " * 100) for number in range(5))
    model = Narrow(1500)
    last(model, asked("And now?", text="The ferry left.", selected=True, earlier=earlier))
    messages = model.questions[-1].messages
    assert messages[1].text == "The ferry left.\n\nQuestion 3?"
    assert messages[-1].text == "And now?"


def test_of_a_long_conversation_what_was_said_last_is_given_however_little_can_be_read() -> None:
    earlier = tuple(Turn(f"Question {number}?", "word " * 100) for number in range(100))
    model = Narrow(1500)
    answer = last(model, asked("And now?", text="The ferry left.", selected=True, earlier=earlier))
    assert answer == Answer("Yes.", None), "all of the text was read"
    assert model.questions[-1].messages[-2].text == "word " * 100
    assert len(model.questions) <= 8


def test_the_last_word_on_what_cannot_be_read_names_the_model_and_by_how_much() -> None:
    class Never(Narrow):
        def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
            self.questions.append(question)
            raise QuestionTooLong("narrow", 7)

    model = Never(0)
    with pytest.raises(QuestionTooLong) as raised:
        last(model, asked(text=DRAFT, earlier=(Turn("Who?", "Ana."),) * 40))
    assert (raised.value.name, raised.value.over) == ("narrow", 7)
    assert len(model.questions) < 16


def test_who_stopped_is_not_sent_less_of_the_draft() -> None:
    model, stop = Narrow(1500), threading.Event()
    ask = model.answer

    def answer(question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        stop.set()
        return ask(question, stopped)

    model.answer = answer  # type: ignore[method-assign]
    assert list(answers(model, asked(text=DRAFT), stop.is_set)) == []
    assert len(model.questions) == 1


def test_half_a_character_is_given_as_a_file_would_hold_it() -> None:
    about = asked("Who\ud83d?", text="The\ud83d ferry\0", earlier=(Turn("\ud83d", "\ude00"),))
    assert "".join(message.text for message in about.messages()[1:]) == "The\ufffd ferry\ufffd\n\n\ufffd\ufffdWho\ufffd?"
    assert given_for_question(about).encode()


# --- the answer -----------------------------------------------------------------------------------------------------


def test_it_grows_and_is_whole_at_the_end() -> None:
    model = ScriptedModel()
    model.reply = "The island is missing."
    grown = [answer.text for answer in answers(model, asked())]
    assert grown == ["The", "The island", "The island is", "The island is missing."]


@given(st.lists(st.sampled_from(["so ", "it ", "goes. ", "\n", "on "]), max_size=200))
def test_it_only_grows_until_it_goes_in_circles(words: list[str]) -> None:
    model = ScriptedModel()
    model.reply = "".join(words)
    grown = [answer.text for answer in answers(model, asked())]
    for before, after in pairwise(grown[:-1]):
        assert after.startswith(before)
    assert all(model.reply.lstrip().startswith(text) for text in grown)


def test_a_loop_is_cut_and_the_model_stopped() -> None:
    model = ScriptedModel()
    model.reply = "Paris. " + "La Belle Étoile, " * 5000
    assert last(model, asked()) == Answer("Paris.", cut=Cut.ROUND)
    assert model.iterators_open == 0


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("It has a roof. The writer has " + "a roof, and the writer has " * 40, "It has a roof."),
        ("- The roof\n- The door\n" + "- The wall\n" * 40, "- The roof\n- The door\n- The wall"),
        ("- The roof\n- The door " + "and the wall " * 40, "- The roof"),
    ],
)
def test_what_is_heard_of_a_loop_ends_with_a_sentence_or_a_line_where_there_is_one(said: str, heard: str) -> None:
    model = ScriptedModel()
    model.reply = said
    assert last(model, asked()) == Answer(heard, cut=Cut.ROUND)


def test_of_a_loop_without_a_sentence_or_a_line_something_is_heard() -> None:
    model = ScriptedModel()
    model.reply = "ha" * 200
    assert last(model, asked()) == Answer("ha", cut=Cut.ROUND)


def test_a_text_with_a_refrain_is_corrected_to_its_end() -> None:
    model = ScriptedModel()
    refrain = "We will, we will rock you again\n" * 4
    text = f"First verse heer.\n{refrain}Second verse, which is the writer's own.\n"
    model.reply = text.replace("heer", "here")
    answered = list(answers(model, Asked("Correct.", Matter(text, selected=True), alone=True)))[-1]
    assert answered == Answer(model.reply)


def test_where_there_was_no_room_for_the_rest_it_says_so() -> None:
    class Full(ScriptedModel):
        def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
            yield from super().answer(question, stopped)
            raise AnswerUnfinished(self.name)

    model = Full()
    model.reply = "The meeting was"
    assert last(model, asked()) == Answer("The meeting was", cut=Cut.ROOM)
    model.reply = "<think>The meeting"
    assert last(model, asked()) == Answer("", cut=Cut.ROOM)


def test_thoughts_that_a_template_began_are_not_meant_for_the_writer() -> None:
    model = ScriptedModel()
    model.reply = "Who may it be? Hm.\n</think>\n\nAna."
    assert last(model, asked()) == Answer("Ana.")
    model.reply = "Write one sentence, then\n</think>\nand go on."
    assert list(answers(model, Asked("Where do I put </think>?", Matter(""))))[-1] == Answer(model.reply)


def test_an_answer_has_a_thousand_words_at_most_and_then_the_model_is_stopped() -> None:
    model = ScriptedModel()
    model.reply = " ".join(f"word{number}" for number in range(5000))
    answered = [answer.text for answer in answers(model, asked())]
    assert answered[-1] == " ".join(f"word{number}" for number in range(1000))
    assert last(model, asked()).cut is Cut.LONG
    assert len(answered) <= 1001
    assert model.iterators_open == 0


def test_an_answer_that_goes_round_is_cut_but_never_a_text_that_is_to_take_the_place_of_one() -> None:
    model = ScriptedModel()
    setting, pace, tone = (
        "The setting of the story could be a bit claustrophobic. ",
        "Its pace might be slow. ",
        "So might its tone. ",
    )
    model.reply = setting + pace + tone + setting + tone + pace + setting + pace + setting + tone + "The end."
    assert last(model, asked()) == Answer((setting + pace + tone).strip(), cut=Cut.ROUND)
    assert last(model, asked(alone=True)) == Answer(model.reply)


def test_a_word_without_end_is_cut_and_the_model_stopped() -> None:
    class Endless(ScriptedModel):
        said = 0

        def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
            while not stopped():
                self.said += 1
                yield f"{self.said:x}".zfill(1000)

    model = Endless()
    longest = LETTERS_PER_WORD * SAMPLING.max_words
    assert len(last(model, asked()).text) == longest
    assert model.said <= longest // 1000 + 1


def test_a_model_that_begins_to_speak_about_its_text_is_stopped_where_that_was_not_asked_for() -> None:
    model = ScriptedModel()
    model.reply = "The roof.\n\nI made the following changes:\n\n" + "- Changed it.\n- Changed that.\n" * 2
    grown = [answer.text for answer in answers(model, asked(alone=True))]
    assert grown[-1] == "The roof."
    assert len(grown) < 12, "nothing behind it was waited for"
    assert last(model, asked()).text == model.reply


def test_thoughts_are_not_shown() -> None:
    model = ScriptedModel()
    model.reply = "<think> Who is it? </think> Ana."
    assert last(model, asked()).text == "Ana."


def test_it_stops_when_it_is_asked_to_and_leaves_nothing_open() -> None:
    model, stop = ScriptedModel(), threading.Event()
    model.reply = "one two three four"
    heard = []
    for answer in answers(model, asked(), stop.is_set):
        heard.append(answer.text)
        stop.set()
    assert heard == ["one"]
    stream = answers(model, asked())
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert model.iterators_open == 0


def test_a_model_that_keeps_its_iterator_in_hand_has_it_closed() -> None:
    class Holding(ScriptedModel):
        def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
            self.held = super().answer(question, stopped)
            return self.held

    model = Holding()
    model.reply = "one two three"
    stream = answers(model, asked())
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert model.iterators_open == 0


@pytest.mark.parametrize("error", [NoChatTemplate("tiny"), GenerationFailed("tiny", "x")])
def test_what_goes_wrong_is_passed_on(error: Exception) -> None:
    model = ScriptedModel()
    model.reply_error = error
    with pytest.raises(type(error)):
        last(model, asked())


def test_a_model_that_had_to_leave_its_device_is_asked_again_once() -> None:
    class Moving(ScriptedModel):
        def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
            self.questions.append(question)
            if len(self.questions) == 1:
                raise DeviceFull("tiny")
            yield "Yes."

    assert last(Moving(), asked()).text == "Yes."
    stuck = ScriptedModel()
    stuck.reply_error = DeviceFull("tiny")
    with pytest.raises(DeviceFull):
        last(stuck, asked())
    assert len(stuck.questions) == 2


def test_the_ready_questions_can_be_told_apart() -> None:
    assert len({ready.title for ready in READY}) == len({ready.prompt for ready in READY}) == len(READY) == 6
    assert [ready.title for ready in READY if not ready.alone] == ["What is missing?"]
