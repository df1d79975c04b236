"""What can go wrong, as types with parameters.

An exception that crosses from one room to another is one of these. Its fields say what happened to what; the sentence that a
user reads is made from them by `sentences.sentence`, and `str(error)`, with the cause chained to it, goes to the log.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar


class AfterwordError(Exception):
    """The root of all errors that Afterword raises on purpose.

    Attributes:
        quoting: the fields that may quote a draft, and are left out of `str(error)`.
    """

    quoting: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        names = [f.name for f in fields(self)]  # type: ignore[arg-type]
        parts = ", ".join(f"{name}={'…' if name in self.quoting else repr(getattr(self, name))}" for name in names)
        return f"{type(self).__name__}({parts})"


class Cancelled(Exception):
    """A task ended because it was asked to stop."""


# --- drafts ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class DraftError(AfterwordError):
    """Something about a draft's file, `path`."""

    path: Path


@dataclass(eq=False)
class DraftMissing(DraftError):
    """There is no such file."""


@dataclass(eq=False)
class DraftUnreadable(DraftError):
    """The file cannot be read: a folder, no permission, a device that fails. `reason` is the system's word for it."""

    reason: str


@dataclass(eq=False)
class DraftLarge(DraftError):
    """The file is large, though it can be opened where the writer wants it; it holds `megabytes` of a million bytes."""

    megabytes: int


@dataclass(eq=False)
class DraftTooLarge(DraftError):
    """The file is too large to be opened; it holds `megabytes` of a million bytes, and `most` can be."""

    megabytes: int
    most: int


@dataclass(eq=False)
class DraftBinary(DraftError):
    """The file is not text."""


@dataclass(eq=False)
class DraftEncoding(DraftError):
    """The file is text, but damaged, or not in the encoding that it was taken for; the byte at `offset` does not fit first."""

    offset: int


@dataclass(eq=False)
class DraftNotWritten(DraftError):
    """The draft could not be saved; the file on disk is as it was. `reason` is the system's word for it."""

    reason: str


@dataclass(eq=False)
class DraftHeld(DraftError):
    """Another draft is there that somebody else has open; it was not replaced."""


@dataclass(eq=False)
class BesideNotWritten(DraftError):
    """What is kept beside the draft could not be saved. `reason` is the system's word for it."""

    reason: str


@dataclass(eq=False)
class BesideNotRead(DraftError):
    """What is kept beside the draft is there, but could not be read now. `reason` is the system's word for it."""

    reason: str


@dataclass(eq=False)
class BesideBroken(DraftError):
    """What is kept beside the draft is damaged, or something else has written it."""


@dataclass(eq=False)
class BesideOfAnother(DraftError):
    """What is kept beside the draft belongs to another one, which had this name before, and was to stay here if `private`."""

    private: bool = False


@dataclass(eq=False)
class JournalNotWritten(AfterwordError):
    """The recovery journal at `path` could not be written. `reason` is the system's word for it."""

    path: Path
    reason: str


@dataclass(eq=False)
class JournalGone(JournalNotWritten):
    """The recovery journal is no longer where it was, with all that was in it; it is to be begun anew."""


@dataclass(eq=False)
class JournalBroken(AfterwordError):
    """Nothing can be read from the recovery journal at `path`. `reason` says why."""

    path: Path
    reason: str


@dataclass(eq=False)
class VersionsUnavailable(AfterwordError):
    """The versions of drafts in the file `path` cannot be read or added to now. `reason` is the system's word for it."""

    path: Path
    reason: str


@dataclass(eq=False)
class VersionsBroken(AfterwordError):
    """The versions of drafts in the file `path` were damaged; they are put aside as `aside`, and others are begun."""

    path: Path
    aside: Path


@dataclass(eq=False)
class VersionUnreadable(AfterwordError):
    """One version, `number`, cannot be read; the others can. `reason` says why."""

    number: int
    reason: str


# --- export ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class ExportFormatUnknown(AfterwordError):
    """No format is known by the ending of `path`; `known` lists those that are."""

    path: Path
    known: tuple[str, ...]


@dataclass(eq=False)
class ExportFailed(AfterwordError):
    """The converter could not make `path`; nothing was written. `reason` is its own word."""

    quoting = ("reason",)
    path: Path
    reason: str


# --- models ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class ModelError(AfterwordError):
    """Something about the model that the user knows by `name` (a catalogue name, a folder, a file, a hub id)."""

    name: str


@dataclass(eq=False)
class ModelMissing(ModelError):
    """Neither a catalogue name, nor a path that exists, nor a hub model that is already on this machine."""


@dataclass(eq=False)
class ModelNotThere(ModelError):
    """A folder or file that exists but holds no model."""


@dataclass(eq=False)
class ModelPickled(ModelError):
    """The weights are only there as pickles, which are programs; Afterword loads safetensors and GGUF only."""


@dataclass(eq=False)
class ModelRunsCode(ModelError):
    """The model asks to run code of its own, which Afterword never does."""


@dataclass(eq=False)
class ModelUnsafe(ModelError):
    """The model's files are such as no honest model has; no library is let near them. `reason` says what."""

    reason: str


@dataclass(eq=False)
class ModelBroken(ModelError):
    """The model's files are damaged or incomplete. `reason` is for the log and the details."""

    reason: str


@dataclass(eq=False)
class ModelUnsupported(ModelError):
    """The files are whole, but transformers cannot serve them as a causal language model."""

    reason: str


@dataclass(eq=False)
class ModelTooLarge(ModelError):
    """The model does not fit into this machine's memory."""


@dataclass(eq=False)
class ModelNotStored(ModelError):
    """The converted model could not be written: the disk is full, or the folder takes no files. `reason` says which."""

    reason: str


@dataclass(eq=False)
class ModelNotRemoved(ModelError):
    """The model is still there. `reason` says why."""

    reason: str


@dataclass(eq=False)
class HubUnreachable(ModelError):
    """The model is not on this machine and the hub did not answer."""


@dataclass(eq=False)
class HubAway(AfterwordError):
    """The hub was asked for no model in particular, and did not answer."""


@dataclass(eq=False)
class HubBusy(ModelError):
    """The hub answers, but has too much to do."""


@dataclass(eq=False)
class ModelGated(ModelError):
    """The hub gives the model only to those who agreed to its terms there and show a token."""


@dataclass(eq=False)
class StarterUnavailable(AfterwordError):
    """The starter model could be had neither from the environment, nor with pip, nor from the hub."""

    reason: str


@dataclass(eq=False)
class DeviceFull(ModelError):
    """The accelerator's memory is full; from now on the model computes on the processor."""


@dataclass(eq=False)
class GenerationFailed(ModelError):
    """The model was loaded but failed while it wrote."""

    reason: str


@dataclass(eq=False)
class NoChatTemplate(ModelError):
    """The model was not made for conversations: it has no chat template."""


@dataclass(eq=False)
class QuestionTooLong(ModelError):
    """A question with its text is longer than what the model can read, by `over` parts of a hundred."""

    over: int


@dataclass(eq=False)
class AnswerUnfinished(ModelError):
    """All that came of an answer was given, and there was no room for the rest of it."""


# --- servers --------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class ServerError(AfterwordError):
    """Something about the server at `url`, as the user calls it. Never holds a key, nor anything of a draft."""

    url: str


@dataclass(eq=False)
class ServerAddressInvalid(ServerError):
    """That is no address of a server."""


@dataclass(eq=False)
class ServerAddressHasKey(ServerAddressInvalid):
    """There is more in the address than where the server is, as a key or a password would be."""


@dataclass(eq=False)
class ServerUnencrypted(ServerError):
    """The address is of another machine, without encryption, and the user has not allowed that."""


@dataclass(eq=False)
class ServerUnreachable(ServerError):
    """There is no connection to it, or it broke off. `reason` is the system's word for it."""

    reason: str


@dataclass(eq=False)
class ServerBrokeOff(ServerError):
    """It began to answer, and broke off before its first word, as some do where a text is longer than their model can read."""


@dataclass(eq=False)
class ServerOtherScheme(ServerError):
    """It does not speak `scheme`, "http" or "https"; perhaps it does `instead`, the other one."""

    scheme: str
    instead: str


@dataclass(eq=False)
class ServerNoModels(ServerError):
    """There is a server, but no path of the protocol on it: it is one of something else."""


@dataclass(eq=False)
class ServerUntrusted(ServerError):
    """Its certificate does not fit. `reason` is the TLS library's word for it."""

    reason: str


@dataclass(eq=False)
class ServerSilent(ServerError):
    """It took the request and said nothing for `seconds`."""

    seconds: float


@dataclass(eq=False)
class ServerRefused(ServerError):
    """It wants a key, or another one."""


@dataclass(eq=False)
class ServerBusy(ServerError):
    """It answers, but has too much to do."""


@dataclass(eq=False)
class ServerFailed(ServerError):
    """It answers with an error: the HTTP `status`, and its own words as `reason`, which may quote the request."""

    quoting = ("reason",)
    status: int
    reason: str


@dataclass(eq=False)
class ServerRedirects(ServerError):
    """It sends the request on to `to`, an origin, where nobody agreed to send anything."""

    quoting = ("to",)
    to: str


@dataclass(eq=False)
class ServerNotUnderstood(ServerError):
    """What it answers is not the OpenAI protocol: a web page, half an event, no text. `reason` says what."""

    reason: str


@dataclass(eq=False)
class ServerModelMissing(ServerError):
    """It serves no model of the name `model`."""

    model: str


@dataclass(eq=False)
class ServerCannot(ServerError):
    """It does not have what is needed: `what` is a path of the protocol, such as "/v1/completions"."""

    what: str


@dataclass(eq=False)
class KeyNotKept(ServerError):
    """The system has no place for secrets that takes the server's key. `reason` is its word for it."""

    reason: str


@dataclass(eq=False)
class KeyNotForgotten(ServerError):
    """The system's place for secrets does not let go of the server's key. `reason` is its word for it."""

    reason: str


@dataclass(eq=False)
class KeyUnread(ServerError):
    """The system's keyring does not give the server's key now: it is locked, or not there. `reason` is its word for it."""

    reason: str


# --- values ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class OutOfRange(AfterwordError, ValueError):
    """`value` given for `key` is not within `low` to `high`."""

    key: str
    value: object
    low: float
    high: float


@dataclass(eq=False)
class TextEncoding(AfterwordError, ValueError):
    """Text that was passed in is not in UTF-8; the first offending byte is the one at `offset`."""

    offset: int


@dataclass(eq=False)
class SettingInvalid(AfterwordError, ValueError):
    """`value` is not of the kind that the setting `key` takes."""

    key: str
    value: object


@dataclass(eq=False)
class SettingsUnreadable(AfterwordError):
    """The settings file is damaged; the defaults are in force."""

    path: Path
    reason: str
