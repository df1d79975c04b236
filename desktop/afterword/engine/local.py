"""Any causal language model of transformers, in this process."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch

from afterword.engine import measuring
from afterword.engine.answering import Chat
from afterword.engine.decoding import Decoding
from afterword.engine.following import Following
from afterword.engine.healing import Healing, Typed
from afterword.engine.libraries import give_back_memory
from afterword.engine.measuring import Agreement, Speed
from afterword.engine.prompting import Prompt, Prompting
from afterword.engine.protocol import Capabilities, Piece, Question, Request, Seen, never
from afterword.engine.runner import Runner, TransformersRunner
from afterword.engine.spelled import Spelled, Token
from afterword.engine.vocabulary import Vocabulary
from afterword.errors import AfterwordError, AnswerUnfinished, DeviceFull, GenerationFailed
from afterword.text.context import Context

_RESERVED = 256  # positions that are left for what is to be said, where a model has few: always as many, so that the window stays


class TransformersModel:
    """A LanguageModel (see `protocol`) on a causal model and its tokenizer, both loaded by transformers.

    Args:
        name: what the user calls it.
        model: from AutoModelForCausalLM, in eval mode, on its device; of no use to others when `runner` took it apart.
        tokenizer: from AutoTokenizer.
        exact: as `generate` does it: half-typed words as they are tokenised, prefill in one piece, a token at a time.
        runner: a faster one for the same model.
        small: whether the runner has the model in a smaller form than is fastest.
        parameters: how many weights it has.

    Attributes:
        parameters: likewise.
        fallback: see `Capabilities`.
        decoding: all that it does with tokens.
    """

    def __init__(
        self,
        name: str,
        model: Any,
        tokenizer: Any,
        exact: bool = False,
        runner: Runner | None = None,
        small: bool = False,
        parameters: int = 0,
    ) -> None:
        self._name = name
        self._exact = exact
        self._small = small
        self._model = None if model.device.type == "cpu" else model  # to be moved where memory runs out there
        self.parameters = parameters
        self.fallback = ""
        self._positions = _positions(model)
        ends = _end_tokens(model, tokenizer)
        self._prompting = Prompting(tokenizer, ends, exact)
        self._chat = Chat(name, tokenizer, ends)
        following = Following(runner or TransformersRunner(model, room=not exact), whole=exact)
        vocabulary = Vocabulary(tokenizer, model.get_output_embeddings().weight.shape[0], ends)
        self.decoding = Decoding(
            name=name,
            tokenizer=tokenizer,
            vocabulary=vocabulary,
            healing=Healing(vocabulary, following, self._prompting.continuation),
            following=following,
            device=model.device,
            ends=ends,
            positions=self._positions,
            guesses=not exact,
        )

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """It ignores nothing; not every one answers questions."""
        absent = frozenset[str]() if self._chat.possible else frozenset({"answer"})
        return Capabilities(absent=absent, small=self._small, device=self.decoding.device.type, fallback=self.fallback)

    @property
    def positions(self) -> int | None:
        """How many tokens it has positions for; None where it has no bound."""
        return self._positions

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        """Stream what comes after the context; see LanguageModel."""
        with self._failing():
            prompt, typed = self._prompt(request.context)
            yield from self._pieces(prompt, typed, self.decoding.tokens(prompt, request.sampling, stopped, typed))

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        """Stream the model's turn in its chat template; see Answers."""
        with self._failing():
            prompt = self._chat.tokens(question.messages, self._room)
            tokens = self.decoding.tokens(prompt, question.sampling, stopped, ends=self._chat.ends)
            begun = False
            for piece in self._pieces(prompt, Typed(), tokens):
                text = piece.text if begun else piece.text.lstrip()
                if text:
                    begun = True
                    yield text
        if self.decoding.unfinished:
            raise AnswerUnfinished(self._name)

    def warm(self, context: Context, stopped: Callable[[], bool] = never) -> None:
        """Prefill what the next request for `context` will need; see LanguageModel."""
        with self._failing():
            if prompt := self._prompt(context)[0]:
                self.decoding.following.logits_after(prompt, stopped=stopped)

    def candidates(
        self,
        request: Request,
        n: int,
        whole: Callable[[Sequence[Piece]], bool] = lambda _: False,
        stopped: Callable[[], bool] = never,
    ) -> list[list[Piece]]:
        """Continue from each of the `n` likeliest first tokens, all in one batch; see LanguageModel."""
        with self._failing():
            prompt, typed = self._prompt(request.context)
            begun = self.decoding.likeliest(prompt, typed, n, stopped)
            return self.decoding.branched(prompt, typed, begun, request.sampling, whole, stopped) if begun else []

    def score(self, context: Context, texts: Sequence[str], stopped: Callable[[], bool] = never) -> list[float] | None:
        """Natural logarithms of the probability of each text after the context; see LanguageModel."""
        with self._failing():
            prompt, typed = self._prompt(context)
            if not prompt:
                return [0.0 for _ in texts]
            spelled = self.decoding.spelling_log(prompt, typed, stopped)
            if spelled is None:
                return None
            room = None if self._positions is None else self._positions - len(prompt)
            continued = [self._prompting.continuation(typed.text + text)[:room] for text in texts]
            found = self.decoding.following.log_probabilities(prompt, [tokens for tokens in continued if tokens], stopped)
            if found is None:
                return None
            logs = iter(found)
            return [min(0.0, next(logs) - spelled) if tokens else 0.0 for tokens in continued]

    def seen(self, context: Context) -> Seen:
        """How much of `context` it is given; see LanguageModel."""
        with self._failing():
            return self._prompting.seen(Prompt(context.preface, context.before), self._room)

    def likeliest(self, context: Context, k: int) -> list[Piece]:
        """Spell the `k` likeliest next tokens; see LanguageModel."""
        with self._failing():
            prompt, typed = self._prompt(context)
            return [piece for begun in self.decoding.likeliest(prompt, typed, k) for piece in self._pieces(prompt, typed, begun)]

    def measure(self, text: str, prompt: int, new: int, guess: bool = False) -> Speed:
        """Time the prefill of the first `prompt` tokens of `text`, repeated as need be, and `new` decode steps after them."""
        with self._failing():
            tokens = self._prompting.continuation(text)
            tokens = list(itertools.islice(itertools.cycle(tokens), prompt))
            return measuring.measured(self.decoding.following, tokens, new, guess)

    def agreement(self, exact: TransformersModel, text: str) -> Agreement:
        """How near this model's decoding comes to that of `exact`, the same model without shortcuts, over `text`."""
        with self._failing():
            tokens = self._prompting.continuation(text)
            fast = measuring.traced(self.decoding.following, tokens, whole=False)
            return measuring.agreement(fast, measuring.traced(exact.decoding.following, tokens, whole=True))

    def close(self) -> None:
        """Give back the memory."""
        del self.decoding, self._prompting, self._chat, self._model
        give_back_memory()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    # --- from text to tokens, and back ------------------------------------------------------------------------------

    def encode(self, context: Context) -> list[int]:
        """The tokens of the preface and of the text before the cursor: the last of them where the model has not room for all."""
        return self._prompting.tokens(Prompt(context.preface, context.before), self._room)

    @property
    def _room(self) -> int | None:
        return None if self._positions is None else self._positions - min(_RESERVED, self._positions // 2)

    def _prompt(self, context: Context) -> tuple[list[int], Typed]:
        """The tokens that the model is given, and what of the text its first tokens must spell."""
        if self._exact:
            return self.encode(context), Typed()
        prompt = self._prompting.split(context)
        typed = self.decoding.healing.typed(prompt.typed, prompt.given)
        if typed is None:
            return self.encode(context), Typed()
        return self._prompting.tokens(prompt, self._room), typed

    def _pieces(self, prompt: list[int], typed: Typed, tokens: Iterable[Token]) -> Iterator[Piece]:
        return Spelled(self.decoding.vocabulary.decoder, prompt, typed.hidden).push_all(tokens)

    def _leave_device(self) -> None:
        """Go on on the processor; what was asked is to be asked again."""
        model, self._model = self._model, None
        assert model is not None
        following = Following(TransformersRunner(model.to("cpu"), room=not self._exact), whole=self._exact)
        healing = Healing(self.decoding.vocabulary, following, self._prompting.continuation)
        self.decoding = replace(self.decoding, healing=healing, following=following, device=model.device)
        self.fallback = "memory"
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Whatever a library raises in the middle of a text, the text ends here."""
        try:
            yield
        except Exception as error:
            self.decoding.following.forget()
            if isinstance(error, torch.OutOfMemoryError) and self._model is not None:
                self._leave_device()
                raise DeviceFull(self._name) from error
            if isinstance(error, AfterwordError):
                raise
            raise GenerationFailed(self._name, type(error).__name__) from error


def _positions(model: Any) -> int | None:
    """How many tokens the model has positions for; None where it has no bound."""
    positions = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if not isinstance(positions, int) or positions <= 0:
        return None
    for name, module in model.named_modules():  # RoBERTa counts from behind its padding
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            return positions - int(module.padding_idx) - 1
    return positions


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """What ends a text: by the tokenizer, by the model, and what the tokenizer puts behind every text."""
    ends: set[int] = set()
    for end in (tokenizer.eos_token_id, getattr(model.generation_config, "eos_token_id", None)):
        if isinstance(end, int):
            ends.add(end)
        elif end is not None:
            ends.update(end)
    text, whole = tokenizer("a", add_special_tokens=False)["input_ids"], tokenizer("a")["input_ids"]
    while whole and whole[: len(text)] != text:
        whole = whole[1:]
    return frozenset(ends | set(whole[len(text) :]))
