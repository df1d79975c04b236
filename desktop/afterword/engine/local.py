"""Any causal language model of transformers, in this process."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from afterword.engine import lookup, measuring
from afterword.engine.answering import Chat
from afterword.engine.following import Following
from afterword.engine.healing import Healing, Typed
from afterword.engine.libraries import give_back_memory
from afterword.engine.measuring import Agreement, Speed
from afterword.engine.processors import breaker_tokens
from afterword.engine.prompting import Prompt, Prompting
from afterword.engine.protocol import Capabilities, Piece, Question, Request, Seen, never
from afterword.engine.runner import Runner, TransformersRunner
from afterword.engine.sampler import logits_processors, random_source, sample_next_token
from afterword.engine.sampling import Sampling
from afterword.engine.spelled import Spelled, Token
from afterword.engine.vocabulary import Vocabulary
from afterword.errors import AfterwordError, DeviceFull, GenerationFailed
from afterword.text.context import Context

TOKENS_PER_WORD = 8  # a bound for scripts and models that spell words out; English needs 1.3
_RESERVED = 256  # positions that are left for what is to be said, where a model has few: always as many, so that the window stays
_SILENT_AT_MOST = 8  # tokens without any text, one after the other, before a model is taken to have nothing to say


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
        self._device = model.device
        self._model = None if self._device.type == "cpu" else model  # to be moved where memory runs out there
        self.parameters = parameters
        self.fallback = ""
        self._tokenizer = tokenizer
        self._positions = _positions(model)
        self._ends = _end_tokens(model, tokenizer)
        self._prompting = Prompting(tokenizer, self._ends, exact)
        self._chat = Chat(name, tokenizer, self._ends)
        self._following = Following(runner or TransformersRunner(model, room=not exact), whole=exact)
        self._vocabulary = Vocabulary(tokenizer, model.get_output_embeddings().weight.shape[0], self._ends)
        self._healing = Healing(self._vocabulary, self._following, self._prompting.continuation)
        self._begins_word = self._vocabulary.begins_word.to(self._device)
        self._breakers: frozenset[int] | None = None
        self._said: list[int] = []  # the last suggestion: what it said may be said again

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """It ignores nothing; not every one answers questions."""
        absent = frozenset[str]() if self._chat.possible else frozenset({"answer"})
        return Capabilities(absent=absent, small=self._small, device=self._device.type, fallback=self.fallback)

    @property
    def positions(self) -> int | None:
        """How many tokens it has positions for; None where it has no bound."""
        return self._positions

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        """Stream what comes after the context; see LanguageModel."""
        with self._failing():
            prompt, typed = self._prompt(request.context)
            yield from self._pieces(prompt, typed, self.tokens(prompt, request.sampling, stopped, typed))

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        """Stream the model's turn in its chat template; see Answers."""
        with self._failing():
            prompt = self._chat.tokens(question.messages, self._room)
            tokens = self.tokens(prompt, question.sampling, stopped, ends=self._chat.ends)
            begun = False
            for piece in self._pieces(prompt, Typed(), tokens):
                text = piece.text if begun else piece.text.lstrip()
                if text:
                    begun = True
                    yield text

    def warm(self, context: Context, stopped: Callable[[], bool] = never) -> None:
        """Prefill what the next request for `context` will need; see LanguageModel."""
        with self._failing():
            if prompt := self._prompt(context)[0]:
                self._following.logits_after(prompt, stopped=stopped)

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
            begun = self._likeliest(prompt, typed, n, stopped)
            return self._branched(prompt, typed, begun, request.sampling, whole, stopped) if begun else []

    def score(self, context: Context, texts: Sequence[str], stopped: Callable[[], bool] = never) -> list[float] | None:
        """Natural logarithms of the probability of each text after the context; see LanguageModel."""
        with self._failing():
            prompt, typed = self._prompt(context)
            if not prompt:
                return [0.0 for _ in texts]
            mass = 0.0
            if typed.spelling:
                first = self._next_logits(prompt, self._healing.guess(typed), stopped)
                if first is None:
                    return None
                reached = self._healing.constrained(first, typed, prompt).logsumexp(-1)
                mass = float(reached - first.logsumexp(-1))
            room = None if self._positions is None else self._positions - len(prompt)
            continued = [self._prompting.continuation(typed.text + text)[:room] for text in texts]
            found = self._following.log_probabilities(prompt, [tokens for tokens in continued if tokens], stopped)
            if found is None:
                return None
            logs = iter(found)
            return [min(0.0, next(logs) - mass) if tokens else 0.0 for tokens in continued]

    def seen(self, context: Context) -> Seen:
        """How much of `context` it is given; see LanguageModel."""
        with self._failing():
            return self._prompting.seen(Prompt(context.preface, context.before), self._room)

    def likeliest(self, context: Context, k: int) -> list[Piece]:
        """Spell the `k` likeliest next tokens; see LanguageModel."""
        with self._failing():
            prompt, typed = self._prompt(context)
            return [piece for begun in self._likeliest(prompt, typed, k) for piece in self._pieces(prompt, typed, begun)]

    def measure(self, text: str, prompt: int, new: int, guess: bool = False) -> Speed:
        """Time the prefill of the first `prompt` tokens of `text`, repeated as need be, and `new` decode steps after them."""
        with self._failing():
            tokens = self._prompting.continuation(text)
            tokens = list(itertools.islice(itertools.cycle(tokens), prompt))
            return measuring.measured(self._following, tokens, new, guess)

    def agreement(self, exact: TransformersModel, text: str) -> Agreement:
        """How near this model's decoding comes to that of `exact`, the same model without shortcuts, over `text`."""
        with self._failing():
            tokens = self._prompting.continuation(text)
            fast = measuring.traced(self._following, tokens, whole=False)
            return measuring.agreement(fast, measuring.traced(exact._following, tokens, whole=True))

    def close(self) -> None:
        """Give back the memory."""
        del self._following, self._healing, self._tokenizer, self._prompting, self._chat, self._vocabulary, self._model
        give_back_memory()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    # --- tokens -----------------------------------------------------------------------------------------------------

    def encode(self, context: Context) -> list[int]:
        """The tokens of the preface and of the text before the cursor: the last of them where the model has not room for all."""
        return self._prompting.tokens(Prompt(context.preface, context.before), self._room)

    def tokens(
        self,
        prompt: list[int],
        sampling: Sampling,
        stopped: Callable[[], bool] = never,
        typed: Typed | None = None,
        ends: frozenset[int] | None = None,
    ) -> Iterator[Token]:
        """Decode what comes after `prompt`, a token at a time, until it ends or `stopped`; the first tokens spell `typed`.

        Where `ends` are given those end it, and not the ends of a text.

        Guesses change nothing but the time: a token is drawn from its logits whether they were computed ahead or not. (In float32
        they are the same to the last bits; of packed weights a long pass goes through those in their own type, and log
        probabilities move by up to 0.1 with what was computed together.)
        """
        if not prompt:
            return
        typed = typed or Typed()
        ends = self._ends if ends is None else ends
        processors = logits_processors(sampling, self._breaking(sampling))
        source = random_source(sampling, self._device) if sampling.temperature > 0 else None
        text, silent = list(prompt), 0
        try:
            for _ in range(self._most(prompt, sampling, len(typed.spelling))):
                ahead = [] if self._exact else self._healing.guess(typed) or lookup.guess(text, self._said)
                if self._positions is not None:
                    ahead = ahead[: self._positions - len(text)]
                logits = self._next_logits(text, ahead, stopped)
                if logits is None or stopped():
                    return
                token = self._drawn(logits, text, typed, processors, source)
                if token.id in ends:
                    return
                text.append(token.id)
                yield token
                typed = self._healing.after(typed, token.id) if typed.spelling else typed
                silent = 0 if self._vocabulary.spelling[token.id] else silent + 1
                if silent == _SILENT_AT_MOST:
                    return
        finally:
            self._said = text[len(prompt) :]

    def _next_logits(
        self, text: list[int], ahead: Sequence[int] = (), stopped: Callable[[], bool] = never
    ) -> torch.Tensor | None:
        """The logits after `text`; see Following. GenerationFailed: they are no numbers."""
        logits = self._following.logits_after(text, ahead, stopped)
        if logits is not None and not math.isfinite(float(logits.max())):
            raise GenerationFailed(self._name, "its results are not numbers")
        return logits

    def _drawn(
        self, logits: torch.Tensor, text: list[int], typed: Typed, processors: Any, source: torch.Generator | None
    ) -> Token:
        new_word = 1.0
        if typed.spelling:
            logits = self._healing.constrained(logits, typed, text)
        else:
            new_word = float(logits.softmax(-1)[self._begins_word].sum())
        ids = torch.tensor([text], device=self._device)
        return Token(*sample_next_token(logits[None], ids, processors, source), new_word)

    def _branched(
        self,
        prompt: list[int],
        typed: Typed,
        begun: list[list[Token]],
        sampling: Sampling,
        whole: Callable[[Sequence[Piece]], bool],
        stopped: Callable[[], bool],
    ) -> list[list[Piece]]:
        """Go on from each of `begun`, which differ in their last tokens alone, all in one batch."""
        processors = logits_processors(sampling, self._breaking(sampling))
        source = random_source(sampling, self._device) if sampling.temperature > 0 else None
        texts = [[*prompt, *(token.id for token in tokens)] for tokens in begun]
        done = [False] * len(begun)
        spelled = [Spelled(self._vocabulary.decoder, prompt, typed.hidden) for _ in begun]
        pieces = [list(one.push_all(tokens)) for one, tokens in zip(spelled, begun, strict=True)]
        branches = self._following.branches(texts[0][:-1], len(begun))
        for _ in range(self._most(texts[0], sampling)):
            if stopped():
                return []
            rows = branches.extend([text[-1] for text in texts])
            for i, logits in enumerate(rows):
                token = None if done[i] else self._drawn(logits, texts[i], Typed(), processors, source)
                done[i] = token is None or token.id in self._ends or whole(pieces[i])
                if token is not None and not done[i]:
                    pieces[i] += spelled[i].push_all([token])
                texts[i].append(token.id if token is not None else begun[i][-1].id)
            if all(done):
                break
        return pieces

    def _likeliest(self, prompt: list[int], typed: Typed, k: int, stopped: Callable[[], bool] = never) -> list[list[Token]]:
        """The `k` likeliest tokens that bring something new; before each, the same for all, what spells what was typed."""
        begun: list[Token] = []
        while prompt:
            text = [*prompt, *(token.id for token in begun)]
            logits = self._next_logits(text, self._healing.guess(typed), stopped)
            if logits is None:
                break
            probabilities = (self._healing.constrained(logits, typed, text) if typed.spelling else logits).softmax(-1)
            beyond = self._healing.beyond(probabilities, typed) if typed.spelling else probabilities
            if beyond is None:
                best = int(probabilities.argmax())
                begun.append(Token(best, float(probabilities[best])))
                typed = self._healing.after(typed, best)
                continue
            best_k = beyond.topk(min(k + len(self._ends), len(logits)))
            pairs = zip(best_k.indices.tolist(), best_k.values.tolist(), strict=True)
            return [[*begun, Token(token, p)] for token, p in pairs if token not in self._ends and p > 0][:k]
        return []

    def _most(self, text: list[int], sampling: Sampling, typed: int = 0) -> int:
        """How many tokens may follow `text`, `typed` of which spell again what was typed."""
        bound = _token_bound(sampling) + typed
        return bound if self._positions is None else min(bound, self._positions - len(text))

    @property
    def _room(self) -> int | None:
        return None if self._positions is None else self._positions - min(_RESERVED, self._positions // 2)

    def _breaking(self, sampling: Sampling) -> frozenset[int]:
        if sampling.dry_multiplier > 0 and self._breakers is None:
            self._breakers = breaker_tokens(self._tokenizer)
        return self._breakers or frozenset()

    # --- text -------------------------------------------------------------------------------------------------------

    def _prompt(self, context: Context) -> tuple[list[int], Typed]:
        """The tokens that the model is given, and what of the text its first tokens must spell."""
        if self._exact:
            return self.encode(context), Typed()
        prompt = self._prompting.split(context)
        typed = self._healing.typed(prompt.typed, prompt.given)
        if typed is None:
            return self.encode(context), Typed()
        return self._prompting.tokens(prompt, self._room), typed

    def _pieces(self, prompt: list[int], typed: Typed, tokens: Iterable[Token]) -> Iterator[Piece]:
        return Spelled(self._vocabulary.decoder, prompt, typed.hidden).push_all(tokens)

    def _leave_device(self) -> None:
        """Go on on the processor; what was asked is to be asked again."""
        model, self._model = self._model, None
        assert model is not None
        self._following = Following(TransformersRunner(model.to("cpu"), room=not self._exact), whole=self._exact)
        self._healing = Healing(self._vocabulary, self._following, self._prompting.continuation)
        self._device, self.fallback = model.device, "memory"
        self._begins_word = self._begins_word.to(self._device)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Whatever a library raises in the middle of a text, the text ends here."""
        try:
            yield
        except Exception as error:
            self._following.forget()
            if isinstance(error, torch.OutOfMemoryError) and self._model is not None:
                self._leave_device()
                raise DeviceFull(self._name) from error
            if isinstance(error, AfterwordError):
                raise
            raise GenerationFailed(self._name, type(error).__name__) from error


def _token_bound(sampling: Sampling) -> int:
    return sampling.max_words * TOKENS_PER_WORD + 8


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
