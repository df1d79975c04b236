"""From a conversation to the tokens that a model is given, by the chat template that its tokenizer brings.

A template is Jinja in the sandbox of transformers (`utils/chat_template_utils.py`): data, never code. Where its marks are tokens
of their own ("<|im_end|>"), what the writer's text has of them is text: it ends no turn and begins none. Where they are plain
letters ("[/INST]", "### Instruction") nothing tells the one from the other, and a text that has them can end a turn.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from afterword.engine.protocol import Message
from afterword.errors import NoChatTemplate, QuestionTooLong
from afterword.text.characters import writable

_log = logging.getLogger(__name__)

_ANCHORS = "\n|"  # as in `prompting`: what follows one is tokenised as in the middle of a text
_PRIVATE = range(0xE000, 0xF8FF)  # characters that stand in no text but one that was made to have them


class Chat:
    """How one model is asked.

    Args:
        name: what the user calls the model.
        tokenizer: from AutoTokenizer.
        ends: the tokens that end a text.
    """

    def __init__(self, name: str, tokenizer: Any, ends: frozenset[int]) -> None:
        self._name = name
        self._tokenizer = tokenizer
        self._text_ends = ends
        self._ends: frozenset[int] | None = None
        self._marks: re.Pattern[str] | None = None

    @property
    def possible(self) -> bool:
        """Whether there is a template at all."""
        template = getattr(self._tokenizer, "chat_template", None)
        return bool("default" in template if isinstance(template, dict) else template)

    @property
    def ends(self) -> frozenset[int]:
        """The tokens that end an answer: those that end a text, and what the template writes behind one."""
        if self._ends is None:
            self._ends = self._text_ends | self._between_turns()
        return self._ends

    def tokens(self, messages: Sequence[Message], room: int | None = None) -> list[int]:
        """The tokens of a conversation up to where the model's turn begins.

        Args:
            messages: the last is the user's.
            room: how many tokens the model can take; None where it has no bound.

        Raises:
            NoChatTemplate: there is none, or it takes no conversation like this one.
            QuestionTooLong: it has more tokens than there is room for.
        """
        if not self.possible:
            raise NoChatTemplate(self._name)
        hidden, hiding = self._hidden([Message(message.role, writable(message.text).strip()) for message in messages])
        tokens = [token for part in self._parts(self._rendered(hidden), hiding) for token in part]
        if room is not None and len(tokens) > room:
            raise QuestionTooLong(self._name, math.ceil(100 * (len(tokens) - room) / room))
        return tokens

    # --- the template -----------------------------------------------------------------------------------------------

    def _rendered(self, messages: Sequence[Message]) -> str:
        """The conversation as the template writes it, with all that is in it; a system's message may be the user's there."""
        failure: Exception | None = None
        for turns in (messages, _folded(messages)):
            for parted in (False, True):
                try:
                    text = self._applied(turns, parted)
                except Exception as error:  # of Jinja, or of what it calls
                    failure = error
                    continue
                if all(turn.text in text for turn in (turns[0], turns[-1])):
                    return text
        _log.info("the chat template cannot be used", exc_info=failure)
        raise NoChatTemplate(self._name) from failure

    def _applied(self, turns: Sequence[Message], parted: bool, prompts: bool = True) -> str:
        """What the template makes of `turns`; `parted` as those want it that also take pictures."""
        conversation = [
            {"role": turn.role, "content": [{"type": "text", "text": turn.text}] if parted else turn.text} for turn in turns
        ]
        text: str = self._tokenizer.apply_chat_template(
            conversation, add_generation_prompt=prompts, tokenize=False, enable_thinking=False
        )
        return text

    def _between_turns(self) -> frozenset[int]:
        """The marks that the template writes behind an answer, and before what the user says next."""
        answer = chr(_PRIVATE[0])
        turns = [Message("user", "?"), Message("assistant", answer), Message("user", "?")]
        try:
            text = self._applied(turns, False, prompts=False)
        except Exception:  # as above
            return frozenset()
        special = {*self._tokenizer.all_special_ids, *self._added(special=True)}
        behind = self._encoded(text.rpartition(answer)[2]) if answer in text else []
        between = takewhile(lambda token: token in special or not self._tokenizer.decode([token]).strip(), behind)
        return frozenset(between) & special

    # --- marks in the writer's text ---------------------------------------------------------------------------------

    def _hidden(self, messages: Sequence[Message]) -> tuple[list[Message], dict[str, str]]:
        """`messages` with something else in place of each mark in them, and which mark each of those stands for."""
        marks, whole = self._pattern(), "".join(message.text for message in messages)
        free = next((chr(code) for code in _PRIVATE if chr(code) not in whole), "\ufffe")
        hiding: dict[str, str] = {}

        def hide(found: re.Match[str]) -> str:
            hider = f"{free}{len(hiding)}{free}"
            hiding[hider] = found.group()
            return hider

        return [Message(message.role, marks.sub(hide, message.text)) for message in messages], hiding

    def _parts(self, text: str, hiding: dict[str, str]) -> Iterator[list[int]]:
        if not hiding:
            yield self._encoded(text)
            return
        for number, part in enumerate(re.split("(" + "|".join(map(re.escape, hiding)) + ")", text)):
            if part in hiding:
                yield self._as_text(hiding[part])
            elif part:
                yield self._continued(part) if number else self._encoded(part)

    def _as_text(self, mark: str) -> list[int]:
        """The tokens that spell a mark without being one."""
        tokens = self._continued(mark, split=True)
        if set(tokens) & set(self._added()):  # one that is not said to be special
            tokens = [*self._continued(mark[:1], split=True), *self._continued(mark[1:], split=True)]
        return tokens

    def _continued(self, text: str, split: bool = False) -> list[int]:
        for anchor in _ANCHORS:
            begin, tokens = self._encoded(anchor, split), self._encoded(anchor + text, split)
            if tokens[: len(begin)] == begin:
                return tokens[len(begin) :]
        return self._encoded(text, split)

    def _encoded(self, text: str, split: bool = False) -> list[int]:
        tokens: list[int] = self._tokenizer(text, add_special_tokens=False, split_special_tokens=split)["input_ids"]
        return tokens

    def _pattern(self) -> re.Pattern[str]:
        """What the template writes between turns, and all else that the model takes for more than its letters."""
        if self._marks is None:
            template = str(self._tokenizer.chat_template)
            added = self._tokenizer.added_tokens_decoder.values()
            found = {token.content for token in added if token.special or (token.content.strip() and token.content in template)}
            found |= set(self._tokenizer.all_special_tokens)
            marks = sorted((mark for mark in found if len(mark) > 1), key=len, reverse=True)
            self._marks = re.compile("|".join(map(re.escape, marks)) or r"(?!)")
        return self._marks

    def _added(self, special: bool = False) -> list[int]:
        return [number for number, token in self._tokenizer.added_tokens_decoder.items() if token.special or not special]


def _folded(messages: Sequence[Message]) -> Sequence[Message]:
    """The system's message before the user's first, for templates that have no place for one."""
    if len(messages) < 2 or messages[0].role != "system":
        return messages
    system, first, *rest = messages
    return [Message(first.role, f"{system.text}\n\n{first.text}"), *rest]
