"""What is learnt of a model while it answers: that it is there, and how much it can read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from afterword.engine.protocol import Answers, Question, never
from afterword.errors import QuestionTooLong, ServerBrokeOff

_SURE = 2  # a stream that breaks off once may do so for any reason


class Hearing:
    """A model that is asked one question, with less and less of a draft where it cannot read all of it.

    Args:
        model: the model.
        heard: called once, at the first thing that it says, be it a thought; with how many characters of a question it can read,
            where it was asked for more before, else None.
    """

    def __init__(self, model: Answers, heard: Callable[[int | None], None]) -> None:
        self._model = model
        self._heard = heard
        self._refused = 0
        self._speaks = False

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        """Stream the model's turn; see Answers."""
        stream = None
        try:
            stream = self._model.answer(question, stopped)
            for text in stream:
                if not self._speaks:
                    self._speaks = True
                    length = sum(len(message.text) for message in question.messages)
                    self._heard(length if self._refused >= _SURE else None)
                yield text
        except (QuestionTooLong, ServerBrokeOff) as error:
            self._refused += _SURE if isinstance(error, QuestionTooLong) else 1
            raise
        finally:
            if isinstance(stream, Generator):
                stream.close()
