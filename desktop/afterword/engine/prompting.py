"""From the text around the cursor to the tokens that the model is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from afterword.engine.protocol import Seen
from afterword.engine.vocabulary import split
from afterword.text.characters import writable
from afterword.text.context import Context

CONTEXT_TOKENS = 1024  # of the page; more costs prefill time and gains a small model little
_SLIDES = 4  # a full window slides by this part of itself, so that its beginning survives most keystrokes
_ANCHORS = "\n|"  # what follows one that it does not merge with is tokenised as in the middle of a text
_BEGINNING = "<|endoftext|>"  # between two texts, for models that were trained on texts one behind the other


@dataclass(frozen=True)
class Prompt:
    """What the model is given, as text.

    Attributes:
        preface: the writer's notes.
        before: the page up to the last white space, or up to the cursor.
        typed: what the first tokens must spell.
    """

    preface: str
    before: str
    typed: str = ""

    @property
    def given(self) -> str:
        """All that stands before `typed`."""
        return f"{self.preface}\n\n{self.before}" if self.preface else self.before


class Prompting:
    """Makes prompts for one model.

    Args:
        tokenizer: from AutoTokenizer.
        ends: the tokens that end a text: one that the tokenizer puts behind every text would end the suggestion too.
        exact: leave half-typed words as they are.
    """

    def __init__(self, tokenizer: Any, ends: frozenset[int], exact: bool = False) -> None:
        self._tokenizer = tokenizer
        self._ends = ends
        self._exact = exact
        self._anchors = {anchor: self._encoded(anchor, special=False) for anchor in _ANCHORS}

    def split(self, context: Context) -> Prompt:
        """The text before the cursor, parted where a half-typed word begins."""
        text = writable(context.before)
        before, typed = (text, "") if self._exact else split(text, self._tokenizer)
        return Prompt(context.preface, before, typed)

    def tokens(self, prompt: Prompt, room: int | None = None) -> list[int]:
        """The tokens of a prompt: its preface, and of the page the last of them where there is not room for all.

        Args:
            prompt: as text.
            room: how many tokens the model can take; None where it has no bound.
        """
        head, page, _ = self._parts(prompt, _most(room))
        return head + page

    def seen(self, prompt: Prompt, room: int | None = None) -> Seen:
        """How much of a prompt `tokens` has."""
        head, page, left_out = self._parts(prompt, _most(room))
        characters = len(self._tokenizer.decode(page, skip_special_tokens=True))
        return Seen(len(head) if prompt.preface else 0, left_out, len(page), characters, _most(room))

    def _parts(self, prompt: Prompt, most: int) -> tuple[list[int], list[int], int]:
        """The tokens before the page, those of the page, and how many of the notes were left out."""
        left_out = 0
        if prompt.preface:
            head = self._begun(f"{writable(prompt.preface)}\n\n")
            left_out = max(0, len(head) - most // 2)
            head = head[: most // 2]
            page = self.continuation(writable(prompt.before))
        else:
            page = self._begun(writable(prompt.before))
            first = page[0] if page else None
            head = page[:1] if first is not None and first == self._tokenizer.bos_token_id and most > 1 else []
            page = page[len(head) :]
        room_left = most - len(head)
        over = len(page) - room_left
        if over > 0:
            step = max(1, room_left // _SLIDES)
            page = page[-(-over // step) * step :]
        return head, page, left_out

    def continuation(self, text: str) -> list[int]:
        """The tokens of a text that stands behind another."""
        for anchor, begin in self._anchors.items():
            ids = self._encoded(anchor + text, special=False)
            if ids[: len(begin)] == begin:
                return ids[len(begin) :]
        return self._encoded(text, special=False)

    def _begun(self, text: str) -> list[int]:
        """The tokens of a text that begins here; what stands before every text stands before this too."""
        ids = self._encoded(text, special=True)
        least = 0 if text else 1  # a beginning may be an end too, as in GPT-2
        while len(ids) > least and ids[-1] in self._ends:
            ids = ids[:-1]
        return ids or self._beginning()

    def _beginning(self) -> list[int]:
        """What a model can be given when nothing has been written; no chat's mark, where there is another."""
        token = self._tokenizer.convert_tokens_to_ids(_BEGINNING)
        if token is None or token == self._tokenizer.unk_token_id != self._tokenizer.eos_token_id:
            token = self._tokenizer.bos_token_id
        token = self._tokenizer.eos_token_id if token is None else token
        return [] if token is None else [token]

    def _encoded(self, text: str, special: bool) -> list[int]:
        # What looks like a special token in a draft is text; `generate` takes it for one.
        ids: list[int] = self._tokenizer(text, add_special_tokens=special, split_special_tokens=not self._exact)["input_ids"]
        return ids


def _most(room: int | None) -> int:
    return CONTEXT_TOKENS if room is None else min(CONTEXT_TOKENS, room)
