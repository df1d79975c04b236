"""The sentences that the window and the command line share: the one for each error, and the last one of an export.

The window passes its translation function; the command line leaves the English. The texts are marked for translation here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from afterword import errors
from afterword.drafts.ledger import Tally

SENTENCES: dict[type[errors.AfterwordError], str] = {
    errors.DraftMissing: "There is no file “{path}”.",
    errors.DraftUnreadable: "“{path}” cannot be read: {reason}.",
    errors.DraftLarge: "“{path}” is large ({megabytes} MB): it takes a while to open, and every change takes longer than usual.",
    errors.DraftTooLarge: "“{path}” is too large to be opened: it has {megabytes} MB, and {most} MB are the most.",
    errors.DraftBinary: "“{path}” is not a text file.",
    errors.DraftEncoding: "“{path}” is damaged, or not in the encoding that it says (byte {offset}), so it was not opened.",
    errors.DraftNotWritten: "“{path}” could not be saved: {reason}. Your text is still here; save it in another place.",
    errors.BesideNotWritten: "The text of “{path}” is saved, but not the notes and what was accepted, beside it: {reason}.",
    errors.BesideBroken: "The notes of “{path}” and what was accepted are damaged, and left aside. The text is whole.",
    errors.BesideOfAnother: "The notes beside “{path}” are of an earlier draft of that name, and left aside.",
    errors.DraftHeld: "“{path}” is open somewhere else, so it is not replaced.",
    errors.BesideNotRead: "The notes of “{path}” and what was accepted cannot be read: {reason}. They stay on the disk.",
    errors.JournalNotWritten: "What you write cannot be kept for recovery after a crash: {reason}. Save often.",
    errors.JournalGone: "What you write cannot be kept for recovery after a crash: {reason}. Save often.",
    errors.JournalBroken: "The recovery journal “{path}” cannot be read: {reason}.",
    errors.VersionsUnavailable: "The versions of your drafts cannot be used now: {reason}. The draft itself is not affected.",
    errors.VersionsBroken: "Earlier versions were damaged and are put aside as “{aside}”. The draft itself is not affected.",
    errors.VersionUnreadable: "This version cannot be shown: {reason}.",
    errors.ExportFormatUnknown: "“{path}” names no format to export to. Known endings: {known}.",
    errors.ExportFailed: "“{path}” could not be made: {reason}.",
    errors.ModelMissing: "There is no model “{name}” on this machine.",
    errors.ModelNotThere: "“{name}” holds no language model.",
    errors.ModelPickled: "“{name}” comes only as pickled weights, which could run code. Use one with safetensors or GGUF files.",
    errors.ModelRunsCode: "“{name}” wants to run code of its own, which Afterword does not allow.",
    errors.ModelUnsafe: "“{name}” was not opened, to be safe: {reason}.",
    errors.ModelBroken: "The files of “{name}” are damaged or incomplete: {reason}.",
    errors.ModelUnsupported: "“{name}” is not a language model that Afterword can use: {reason}.",
    errors.ModelTooLarge: "“{name}” does not fit into the memory of this machine.",
    errors.ModelNotStored: "“{name}” could not be stored: {reason}.",
    errors.ModelNotRemoved: "“{name}” was not removed: {reason}.",
    errors.HubUnreachable: "“{name}” is not on this machine, and the model hub could not be reached.",
    errors.HubAway: "The model hub could not be reached.",
    errors.HubBusy: "The model hub has too much to do; try again later.",
    errors.ModelGated: "“{name}” is only for those who agreed to its terms on the model hub and set HF_TOKEN to their token.",
    errors.StarterUnavailable: "The starter model could not be fetched: {reason}.",
    errors.DeviceFull: "The graphics memory is full: from now on “{name}” runs on the processor.",
    errors.GenerationFailed: "“{name}” stopped with an error: {reason}.",
    errors.NoChatTemplate: "“{name}” was not made to answer questions. Choose one that was: its name often ends in “Instruct”.",
    errors.QuestionTooLong: "The question with its text is {over} % longer than what “{name}” can read. Select less of it.",
    errors.AnswerUnfinished: "There was no room for the rest of what “{name}” would have answered.",
    errors.ServerAddressInvalid: "“{url}” is not the address of a server. One looks like https://server.example/v1.",
    errors.ServerAddressHasKey: "“{url}” has more in it than where the server is: a key is not part of its address.",
    errors.ServerUnencrypted: "“{url}” is another machine, and the connection would not be encrypted, so nothing was sent.",
    errors.ServerUnreachable: "The server {url} cannot be reached: {reason}.",
    errors.ServerBrokeOff: "The server {url} broke off before its first word: the text may be longer than its model can read.",
    errors.ServerOtherScheme: "The server {url} does not speak {scheme}: its address may begin with {instead}://.",
    errors.ServerNoModels: "There is no server of models at {url}: check the address.",
    errors.ServerUntrusted: "The server {url} could not prove who it is, so nothing was sent: {reason}.",
    errors.ServerSilent: "The server {url} said nothing for {seconds} seconds.",
    errors.ServerRefused: "The server {url} wants a key, or another one than it was given.",
    errors.ServerBusy: "The server {url} has too much to do; try again later.",
    errors.ServerFailed: "The server {url} answers with an error ({status}): {reason}.",
    errors.ServerRedirects: "The server {url} wants everything sent to {to} instead, which was not done.",
    errors.ServerNotUnderstood: "What the server {url} answers is not the OpenAI protocol: {reason}.",
    errors.ServerModelMissing: "The server {url} has no model “{model}”.",
    errors.ServerCannot: "The server {url} does not offer {what}.",
    errors.KeyNotKept: "The key of {url} is only kept until Afterword ends, since the system has no place for it: {reason}.",
    errors.KeyNotForgotten: "The key of {url} is still in the system's keyring, but not used any more: {reason}.",
    errors.KeyUnread: "The key of {url} cannot be read from the system's keyring, so nothing was sent: {reason}.",
    errors.OutOfRange: "{key} must be between {low} and {high}, not {value}.",
    errors.TextEncoding: "The text is not in UTF-8 (byte {offset} does not fit).",
    errors.SettingInvalid: "The setting {key} cannot be {value}.",
    errors.SettingsUnreadable: "The settings in “{path}” cannot be read, so the defaults are used: {reason}.",
}


def closing_line(tally: Tally, translate: Callable[[str], str] = str) -> str:
    """One sentence for the end of an export: how much of the text its author typed; "" for a text without characters."""
    if not tally.characters:
        return ""
    if not tally.accepted_characters:
        return translate("Nothing in this text was accepted from suggestions.")
    line = translate("{percent} % of this text was typed by its author; the rest was accepted from suggestions.")
    return line.format(percent=tally.percent_typed)


def sentence(error: BaseException, translate: Callable[[str], str] = str) -> str:
    """One sentence for `error`, its parameters filled in; anything unforeseen points to the log."""
    template = SENTENCES.get(type(error))  # type: ignore[arg-type]
    if template is None:
        return translate("Something went wrong: {kind}. The log has the details.").format(kind=type(error).__name__)
    values = {field.name: _readable(getattr(error, field.name)) for field in fields(error)}  # type: ignore[arg-type]
    text = translate(template).format(**values)
    return text[:-1] if text.endswith("….") else text  # a reason that was cut short


def _readable(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Path):
        return str(value)
    return str(value).rstrip(".")
