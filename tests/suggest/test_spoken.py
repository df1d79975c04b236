"""What of a model's answer is meant for the writer: no word of the writer's is ever lost by it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from afterword.suggest.spoken import behind_thoughts, loops_from, remarks_from, repeated_from, text_alone, without_thoughts

TEXT = "The roof was not decided on, since two members were away."
SAID = 'the roof of Hale “said” "no" he: Sure Here is it ``` Changes: » « \'tis I changed . Let me know if'
WORDS = st.sampled_from(SAID.split(" "))
TEXTS = st.lists(WORDS | st.sampled_from(["\n", "\n\n", '"', "```\n"]), min_size=1, max_size=14).map(" ".join).filter(str.strip)


@pytest.mark.parametrize(
    "answer",
    [
        TEXT,
        f"\n {TEXT}\n",
        f"Sure, here is a shorter version:\n\n{TEXT}",
        f"Here's the corrected text:\n{TEXT}",
        f"Certainly! Here is the text:\n\n```\n{TEXT}\n```",
        f"```text\n{TEXT}\n```",
        f'"{TEXT}"',
        f"“{TEXT}”",
        f"„{TEXT}“",
        f'The corrected version of the text is: "{TEXT}"',
        f"Hier ist der kürzere Text:\n\n„{TEXT}“",
        f"Voici le texte :\n\n« {TEXT} »",
        f"{TEXT}\n\nI made the following changes:\n\n- I left out the meeting.\n- I left out Tuesday.",
        f"{TEXT}\n\nLet me know if it should be shorter still.",
        f"{TEXT}\n\nI have made a few minor adjustments.\n\nI changed more.",
    ],
)
def test_what_is_said_about_a_text_is_taken_off(answer: str) -> None:
    assert text_alone(answer, "The meeting that was held on Tuesday did not decide on the roof.") == TEXT


@pytest.mark.parametrize(
    "answer",
    [
        "“No,” he said, “not the sea.”",
        '"No," he said. "Not the sea."',
        "He said: “No.”",
        "Sure, it was late.",
        "Here is the harbour: it is small.",
        "Dear Tom,\n\nI made the figures ready.\n\nAnna",
        "The text: a history",
        "Answer me.\n\nNow.",
        "Dear Tom,\n\nthe figures are here.\n\nLet me know if you need more.\n\nAnna",
        "It was late.\n\nI made a cake, and I changed trains twice.",
    ],
)
def test_what_belongs_to_a_text_stays(answer: str) -> None:
    original = "He: no. The sea, not.\n\nI made the figures ready.\n\nAnna"
    assert text_alone(answer, original) == answer


@pytest.mark.parametrize("answer", ['"No."', "Here is the list:\n\n- pears", "One.\n\nI changed trains.", "```\nx = 1\n```"])
def test_what_the_writers_text_has_too_stays(answer: str) -> None:
    assert text_alone(answer, answer) == answer


def test_a_quotation_from_the_writers_text_keeps_its_quotes() -> None:
    assert text_alone("“No, not the sea.”", "He came. “No, not the sea.” She left.") == "“No, not the sea.”"


@given(TEXTS)
def test_a_text_that_is_said_again_is_that_text(text: str) -> None:
    assert text_alone(text, text) == text.strip()


@example("the the the", "the \n\n Changes: \n the the the")
@example("Changes: the the", "the \n\n Changes: the the \n the")
@given(TEXTS, TEXTS)
def test_no_line_of_the_writers_is_lost(original: str, said: str) -> None:
    kept = text_alone(said, original)
    assert kept or not said.strip()
    assert kept in said
    for line in said.split("\n"):
        words = line.strip().strip("\"“”„«»'` \t")
        if len(words.split()) > 2 and words in original and not line.strip().startswith("```"):
            assert words in kept, (original, said, kept)


@given(TEXTS)
def test_a_preamble_before_a_text_costs_it_nothing(text: str) -> None:
    assert text_alone(f"Sure, here is the text you asked for:\n\n{text}", text) in (text.strip(), text_alone(text, text))


# --- thoughts -------------------------------------------------------------------------------------------------------


@given(st.data())
def test_thoughts_are_left_out_in_whatever_pieces_they_come(data: st.DataObject) -> None:
    behind = data.draw(st.sampled_from(["The island.", "A <think> of it.", "<b>", "< 3"]))
    thoughts = data.draw(st.sampled_from(["", "<think></think>", "\n<think>\nHm. <b>\n</think>\n\n", "<think>a</think> "]))
    said, pieces = thoughts + behind, []
    while said:
        cut = data.draw(st.integers(1, len(said)))
        pieces.append(said[:cut])
        said = said[cut:]
    assert "".join(without_thoughts(pieces)) == behind


def test_thoughts_without_an_end_are_no_answer() -> None:
    assert "".join(without_thoughts(["<think>", "and on", " and on"])) == ""


def test_what_begins_like_a_thought_and_is_none_comes_at_the_end() -> None:
    assert "".join(without_thoughts(["<th"])) == "<th"


def test_nothing_waits_for_more_than_it_must() -> None:
    stream = without_thoughts(iter(["The", " island"]))
    assert next(stream) == "The"


# --- loops ----------------------------------------------------------------------------------------------------------


def test_a_loop_is_heard_once() -> None:
    said = "Paris. " + "la Belle Étoile, " * 12
    end = loops_from(said)
    assert end is not None
    assert said[:end].rstrip() == "Paris. la Belle Étoile,"


@pytest.mark.parametrize("text", ["", "no no no no", "-" * 60, "So it goes. " * 3, TEXT * 3, "\n" * 200 + "x", "x" + " " * 400])
def test_what_is_said_a_few_times_is_no_loop(text: str) -> None:
    assert loops_from(text) is None


def test_a_refrain_of_the_text_itself_is_no_loop() -> None:
    refrain = "We will, we will rock you again\n" * 4
    text = f"First verse heer.\n{refrain}Second verse.\n"
    assert loops_from(f"First verse here.\n{refrain}") is not None
    assert loops_from(f"First verse here.\n{refrain}", text) is None
    assert loops_from(f"First verse here.\n{refrain * 2}", text) is not None, "more often than there"
    assert loops_from("_" * 120, f"Sign here: {'_' * 130}") is None
    assert loops_from("He saw " + "the " * 30, "The other boat saw the sea. " * 90) is not None, "no loop there"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Who may it be? Hm.\n</think>\n\nAna.", "\n\nAna."),
        ("Ana.", "Ana."),
        ("Hm.\n</think>", ""),
        ("\n</think>\n\nAna.", "\n\nAna."),
        ("Wrap it: <think>…</think> is for thoughts.", "Wrap it: <think>…</think> is for thoughts."),
    ],
)
def test_thoughts_that_were_not_said_to_begin_end_all_the_same(said: str, meant: str) -> None:
    assert behind_thoughts(said, "Who?") == meant


def test_a_text_about_such_marks_keeps_them() -> None:
    said = "It ends with\n</think>\nthere."
    assert behind_thoughts(said, "What does </think> do?") == said


SETTING = "The setting of the story could be a bit claustrophobic. "
PACE = "The narrative's pacing might be a bit slow. "
TONE = "The tone of the story could be more introspective. "


def test_what_comes_back_to_its_sentences_again_and_again_is_heard_to_where_it_first_does() -> None:
    said = SETTING + PACE + TONE + SETTING + TONE + PACE + SETTING + PACE + SETTING + TONE
    end = repeated_from(said)
    assert end is not None
    assert said[:end] == (SETTING + PACE + TONE).rstrip()


@pytest.mark.parametrize(
    "said",
    [
        SETTING * 3 + PACE,
        "She waited. Nobody came. " * 9,
        "".join(f"{SETTING}In chapter {number} somebody opens a window at last, and the night comes in. " for number in range(9)),
        "The name of the harbour, " * 4 + SETTING * 3 + SETTING.strip(" ."),  # the last may go on
        "\n".join(f"Verse {number} tells of a ship that went out on the tide.\n{SETTING}\n" for number in range(6)),
    ],
)
def test_a_chorus_is_not_going_round(said: str) -> None:
    assert repeated_from(said) is None


@given(st.text("abc .\n", min_size=1, max_size=40), st.text("xyz ", max_size=20))
def test_a_loop_ends_sooner_or_later_and_what_stood_before_it_stays(loop: str, before: str) -> None:
    said = before + loop * 200
    end = loops_from(said)
    if loop.strip():
        assert end is not None
        assert said.startswith(said[:end])
        assert len(before) <= end <= len(before) + 2 * len(loop)


def test_a_gap_of_many_blank_lines_is_read_once() -> None:
    many = "\n" * 20_000
    assert remarks_from("The roof." + many, "") is None
    assert remarks_from(f"The roof.{many}Changes made:", "") == len("The roof.")
