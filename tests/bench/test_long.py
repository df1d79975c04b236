"""Long continuations: where they are asked for, and how what they say again is counted."""

import pytest

from afterword.bench.long import PLACES, measure_long
from afterword.engine.sampling import Sampling
from tests.bench.scripted import ScriptedSuggester

TEXT = " ".join(f"w{n}" for n in range(1, 60)) + "."


def test_each_number_by_hand() -> None:
    suggester = ScriptedSuggester(lambda before: " a b c d e A, b c d!" if before.endswith("w8") else " one two three")
    found = measure_long(suggester, [TEXT], Sampling(seed=3))
    befores = [request.context.before for request in suggester.requests]
    assert len(befores) == PLACES
    assert all(TEXT[len(before)] == " " for before in befores)
    assert {request.sampling.temperature for request in suggester.requests} == {0}
    assert found == {"asked": PLACES, "words": pytest.approx((9 + 7 * 3) / PLACES), "repeated": pytest.approx(1 / 6)}


@pytest.mark.parametrize("text", ["", "one", "one two"])
def test_where_there_is_nothing_to_ask_there_are_no_numbers(text: str) -> None:
    assert measure_long(ScriptedSuggester({}), [text], Sampling())["repeated"] is None
