from hypothesis import given
from hypothesis import strategies as st

from afterword.text.context import AFTER_LIMIT, BEFORE_LIMIT, Context, reach

TEXT = "".join(f"{number} " for number in range(5000))


@given(st.integers(0, len(TEXT)))
def test_it_is_what_stands_around_the_cursor_within_the_limits(position: int) -> None:
    context = Context.around(TEXT, position, "notes")
    assert TEXT[:position].endswith(context.before)
    assert TEXT[position:].startswith(context.after)
    assert len(context.before) == min(position, reach(position)) <= BEFORE_LIMIT
    assert len(context.after) == min(len(TEXT) - position, AFTER_LIMIT)
    assert position <= BEFORE_LIMIT or len(context.before) > BEFORE_LIMIT / 2
    assert context.preface == "notes"


def test_its_beginning_stays_for_many_keystrokes() -> None:
    beginnings = {position - reach(position) for position in range(BEFORE_LIMIT, BEFORE_LIMIT + 3000)}
    assert len(beginnings) <= 3
