"""The one table of everything that the writer can tell the window to do: menus, shortcuts and the list of keys are made from it.

The texts are English; `translated` gives them in the language of the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from afterword.editor.keys import EditorAction


class Menu(Enum):
    """The menus of the menu bar, and those inside them."""

    FILE = auto()
    RECENT = auto()
    EDIT = auto()
    SUGGESTIONS = auto()
    PACE = auto()
    SHADING = auto()
    VIEW = auto()
    THEME = auto()
    MODEL = auto()
    HELP = auto()


class Action(Enum):
    """Everything that can be done from a menu."""

    NEW = auto()
    NEW_WINDOW = auto()
    OPEN = auto()
    CLEAR_RECENT = auto()
    SAVE = auto()
    SAVE_AS = auto()
    VERSIONS = auto()
    ENCODING = auto()
    EXPORT = auto()
    LEDGER_LINE = auto()
    PRIVATE = auto()
    CLOSE_WINDOW = auto()
    QUIT = auto()
    UNDO = auto()
    REDO = auto()
    CUT = auto()
    COPY = auto()
    PASTE = auto()
    SELECT_ALL = auto()
    FIND = auto()
    FIND_NEXT = auto()
    FIND_PREVIOUS = auto()
    ACCEPT_ALL = auto()
    ACCEPT_WORD = auto()
    ACCEPT_SENTENCE = auto()
    DISMISS = auto()
    NEXT = auto()
    PREVIOUS = auto()
    LIKELIEST = auto()
    ASK_NOW = auto()
    CONTINUE = auto()
    REPLACE = auto()
    ASK_DRAFT = auto()
    SPEAK = auto()
    PAUSE = auto()
    REVEAL = auto()
    ANNOUNCE = auto()
    SUGGESTIONS = auto()
    PACE_CALM = auto()
    PACE_BALANCED = auto()
    PACE_EAGER = auto()
    SHADING_OFF = auto()
    SHADING_SUBTLE = auto()
    SHADING_STRONG = auto()
    ZOOM_IN = auto()
    ZOOM_OUT = auto()
    ZOOM_RESET = auto()
    TINT = auto()
    NOTES = auto()
    PANEL = auto()
    FULL_SCREEN = auto()
    THEME_SYSTEM = auto()
    THEME_LIGHT = auto()
    THEME_DARK = auto()
    STATISTICS = auto()
    NEXT_PANE = auto()
    PREVIOUS_PANE = auto()
    MODELS = auto()
    MODEL_STARTER = auto()
    MODEL_FOLDER = auto()
    MODEL_FILE = auto()
    MODEL_NAME = auto()
    SERVER = auto()
    STOP_LOADING = auto()
    KEYS = auto()
    ABOUT = auto()


@dataclass(frozen=True)
class MenuRow:
    """One menu.

    Attributes:
        text: English, with the mnemonic.
        after: for a menu inside another: the action that it follows there.
    """

    text: str
    after: Action | None = None


MENUS: dict[Menu, MenuRow] = {
    Menu.FILE: MenuRow("&File"),
    Menu.RECENT: MenuRow("Open &recent", after=Action.OPEN),
    Menu.EDIT: MenuRow("&Edit"),
    Menu.SUGGESTIONS: MenuRow("&Suggestions"),
    Menu.PACE: MenuRow("&Pace", after=Action.SUGGESTIONS),
    Menu.SHADING: MenuRow("Show how sur&e", after=Action.PAUSE),
    Menu.VIEW: MenuRow("&View"),
    Menu.THEME: MenuRow("&Theme", after=Action.FULL_SCREEN),
    Menu.MODEL: MenuRow("&Model"),
    Menu.HELP: MenuRow("&Help"),
}


@dataclass(frozen=True)
class Row:
    """One action.

    Attributes:
        menu: where it is found.
        text: English, with the mnemonic.
        tip: one short line for the status bar and the tooltip.
        more: what else the tooltip says.
        keys: portable key sequences with a space between, the main one first. On macOS "Ctrl" is the command key and "Meta"
            the control key.
        mac_keys: those of macOS, where they differ.
        editor: the page does it, and listens for its keys: a QAction on Tab never fires while an editor has the focus.
        checkable: it is switched on and off; so are a switch and a choice.
        switch: it switches a setting, in all windows: the setting's key.
        choice: it is one of several values of a setting: the setting's key, and the value.
        starts_group: a line is drawn above it.
    """

    menu: Menu
    text: str
    tip: str
    more: str = ""
    keys: str = ""
    mac_keys: str = ""
    editor: EditorAction | None = None
    checkable: bool = False
    switch: str = ""
    choice: tuple[str, str] | None = None
    starts_group: bool = False

    def keys_on(self, *, mac: bool) -> list[QKeySequence]:
        """The key sequences for the platform, the main one first."""
        text = self.mac_keys if mac and self.mac_keys else self.keys
        return [QKeySequence(part, QKeySequence.SequenceFormat.PortableText) for part in text.split()]


TABLE: dict[Action, Row] = {
    Action.NEW: Row(Menu.FILE, "&New", "Begin an empty draft", keys="Ctrl+N"),
    Action.NEW_WINDOW: Row(Menu.FILE, "New &window", "Write another draft beside this one", keys="Ctrl+Shift+N"),
    Action.OPEN: Row(Menu.FILE, "&Open…", "Open a draft from a file", keys="Ctrl+O"),
    Action.CLEAR_RECENT: Row(Menu.RECENT, "&Clear the list", "Forget which files were open", starts_group=True),
    Action.SAVE: Row(Menu.FILE, "&Save", "Save the draft in its file", keys="Ctrl+S", starts_group=True),
    Action.SAVE_AS: Row(Menu.FILE, "Save &as…", "Save the draft in another file", keys="Ctrl+Shift+S"),
    Action.VERSIONS: Row(
        Menu.FILE,
        "&Versions…",
        "See what the draft was like earlier, name a version, and restore it whole or by passage",
        keys="Ctrl+Shift+H",
    ),
    Action.ENCODING: Row(
        Menu.FILE, "Enco&ding and line ends…", "See how letters and line ends are stored in the file, and change it"
    ),
    Action.EXPORT: Row(Menu.FILE, "&Export…", "Make a PDF, a Word document, a book or a web page of the draft", keys="Ctrl+E"),
    Action.LEDGER_LINE: Row(
        Menu.FILE,
        "Exports say how much you t&yped",
        "End every export with a line that says how much of it you typed",
        "what you accepted from suggestions is counted apart",
        switch="export.ledger_line",
    ),
    Action.PRIVATE: Row(
        Menu.FILE,
        "This draft never &leaves this machine",
        "Nothing of this draft goes to a server, in whatever folder it is",
        "say so again if another program moves and changes it",
        checkable=True,
    ),
    Action.CLOSE_WINDOW: Row(
        Menu.FILE, "&Close window", "Close this window; other windows stay", keys="Ctrl+W", starts_group=True
    ),
    Action.QUIT: Row(Menu.FILE, "&Quit", "Close all windows and leave Afterword", keys="Ctrl+Q"),
    Action.UNDO: Row(Menu.EDIT, "&Undo", "Take the last change back", keys="Ctrl+Z"),
    Action.REDO: Row(Menu.EDIT, "&Redo", "Make the change again", keys="Ctrl+Shift+Z Ctrl+Y"),
    Action.CUT: Row(Menu.EDIT, "Cu&t", "Move the selected text to the clipboard", keys="Ctrl+X", starts_group=True),
    Action.COPY: Row(Menu.EDIT, "&Copy", "Copy the selected text to the clipboard", keys="Ctrl+C"),
    Action.PASTE: Row(Menu.EDIT, "&Paste", "Insert the text on the clipboard", keys="Ctrl+V"),
    Action.SELECT_ALL: Row(Menu.EDIT, "Select &all", "Select the whole draft", keys="Ctrl+A"),
    Action.FIND: Row(Menu.EDIT, "&Find…", "Find words in the draft", keys="Ctrl+F", starts_group=True),
    Action.FIND_NEXT: Row(Menu.EDIT, "Find &next", "Go to the next place where the words stand", keys="F3", mac_keys="Ctrl+G"),
    Action.FIND_PREVIOUS: Row(
        Menu.EDIT, "Find pre&vious", "Go to the place before where the words stand", keys="Shift+F3", mac_keys="Ctrl+Shift+G"
    ),
    Action.ACCEPT_ALL: Row(
        Menu.SUGGESTIONS, "&Accept all", "Take the whole suggestion into the draft", keys="Tab", editor=EditorAction.ACCEPT_ALL
    ),
    Action.ACCEPT_WORD: Row(
        Menu.SUGGESTIONS,
        "Accept next &word",
        "Take one word of the suggestion",
        keys="Ctrl+Right",
        editor=EditorAction.ACCEPT_WORD,
    ),
    Action.ACCEPT_SENTENCE: Row(
        Menu.SUGGESTIONS,
        "Accept &sentence",
        "Take the suggestion up to the end of its first sentence",
        keys="Alt+Right",
        mac_keys="Ctrl+Meta+Right",
        editor=EditorAction.ACCEPT_SENTENCE,
    ),
    Action.DISMISS: Row(Menu.SUGGESTIONS, "&Dismiss", "Take the suggestion away", keys="Esc", editor=EditorAction.DISMISS),
    Action.NEXT: Row(
        Menu.SUGGESTIONS,
        "Ne&xt suggestion",
        "Show another suggestion in place of this one",
        keys="Alt+Down Alt+]",
        mac_keys="Alt+Down",
        editor=EditorAction.NEXT,
        starts_group=True,
    ),
    Action.PREVIOUS: Row(
        Menu.SUGGESTIONS,
        "Pre&vious suggestion",
        "Go back to the suggestion before this one",
        keys="Alt+Up Alt+[",
        mac_keys="Alt+Up",
        editor=EditorAction.PREVIOUS,
    ),
    Action.LIKELIEST: Row(
        Menu.SUGGESTIONS,
        "&Other words here…",
        "Show the likeliest words where the suggestion begins, to go on from another",
        "or rest the pointer on a word of it",
        keys="Alt+Return",
        editor=EditorAction.LIKELIEST,
    ),
    Action.ASK_NOW: Row(
        Menu.SUGGESTIONS,
        "Ask &now",
        "Ask for a suggestion at the cursor",
        keys="Ctrl+Shift+Space Alt+\\",
        mac_keys="Ctrl+Shift+Space",
        editor=EditorAction.ASK_NOW,
        starts_group=True,
    ),
    Action.CONTINUE: Row(
        Menu.SUGGESTIONS,
        "Continue at &length",
        "Write several sentences on from the cursor, in grey, until you dismiss them",
        keys="Ctrl+Return Ctrl+Enter",
        editor=EditorAction.CONTINUE,
    ),
    Action.REPLACE: Row(
        Menu.SUGGESTIONS,
        "&Find another word…",
        "Show other words that fit in place of the one at the cursor, or of up to three that are selected",
        keys="Ctrl+;",
        editor=EditorAction.REPLACE,
    ),
    Action.ASK_DRAFT: Row(
        Menu.SUGGESTIONS,
        "Ask a&bout the draft…",
        "Ask about what is selected, or about the draft: shorter, clearer, what is missing, an answer to a mail",
        keys="Ctrl+J",
    ),
    Action.SPEAK: Row(
        Menu.SUGGESTIONS,
        "&Read the suggestion aloud",
        "Have the screen reader say the suggestion",
        keys="Alt+Shift+F2",
        editor=EditorAction.SPEAK,
    ),
    Action.SUGGESTIONS: Row(
        Menu.SUGGESTIONS,
        "Suggest while I &type",
        "Switch suggestions on or off",
        keys="Ctrl+Shift+P",
        switch="suggestions.enabled",
        starts_group=True,
    ),
    Action.PAUSE: Row(
        Menu.SUGGESTIONS, "Pa&use for 5 minutes", "No suggestions for five minutes", keys="Ctrl+Alt+P", checkable=True
    ),
    Action.REVEAL: Row(
        Menu.SUGGESTIONS,
        "Show only while Ctrl is &held",
        "Suggestions are made as always, but seen only as long as the Ctrl key is held down",
        switch="suggestions.reveal",
    ),
    Action.ANNOUNCE: Row(
        Menu.SUGGESTIONS,
        "Tell s&creen readers",
        "Have a screen reader say each suggestion that stands for a moment, and what was taken",
        switch="accessibility.announce",
    ),
    Action.PACE_CALM: Row(Menu.PACE, "&Calm", "Suggest after a longer pause", choice=("suggestions.pace", "calm")),
    Action.PACE_BALANCED: Row(Menu.PACE, "&Balanced", "Suggest after a short pause", choice=("suggestions.pace", "balanced")),
    Action.PACE_EAGER: Row(Menu.PACE, "&Eager", "Suggest at once", choice=("suggestions.pace", "eager")),
    Action.SHADING_OFF: Row(Menu.SHADING, "&Off", "All suggestions in the same grey", choice=("suggestions.shading", "off")),
    Action.SHADING_SUBTLE: Row(
        Menu.SHADING, "&Subtle", "Sure words a little darker than doubtful ones", choice=("suggestions.shading", "subtle")
    ),
    Action.SHADING_STRONG: Row(
        Menu.SHADING, "S&trong", "Sure words nearly as dark as the text", choice=("suggestions.shading", "strong")
    ),
    Action.ZOOM_IN: Row(Menu.VIEW, "Zoom &in", "Make the letters larger", keys="Ctrl++ Ctrl+="),
    Action.ZOOM_OUT: Row(Menu.VIEW, "Zoom &out", "Make the letters smaller", keys="Ctrl+-"),
    Action.ZOOM_RESET: Row(Menu.VIEW, "&Usual size", "Give the letters their usual size", keys="Ctrl+0"),
    Action.NOTES: Row(
        Menu.VIEW,
        "Notes for the &model",
        "Show or hide what the model is told of this draft",
        keys="F4",
        checkable=True,
        starts_group=True,
    ),
    Action.TINT: Row(
        Menu.VIEW,
        "Tint a&ccepted text",
        "Show which of the text was accepted from suggestions",
        switch="page.tint_accepted",
        starts_group=True,
    ),
    Action.PANEL: Row(
        Menu.VIEW,
        "&Sampling panel",
        "Show or hide the panel that says how words are chosen",
        keys="F9",
        checkable=True,
    ),
    Action.FULL_SCREEN: Row(
        Menu.VIEW, "&Full screen", "Fill the screen with the page", keys="F11", mac_keys="Ctrl+Meta+F", checkable=True
    ),
    Action.THEME_SYSTEM: Row(
        Menu.THEME, "As the &system", "Be light or dark as the system is", choice=("window.theme", "system")
    ),
    Action.THEME_LIGHT: Row(Menu.THEME, "&Light", "Dark letters on a light page", choice=("window.theme", "light")),
    Action.THEME_DARK: Row(Menu.THEME, "&Dark", "Light letters on a dark page", choice=("window.theme", "dark")),
    Action.STATISTICS: Row(
        Menu.VIEW,
        "St&atistics…",
        "See how many suggestions were shown and taken, and how many keystrokes that saved",
        starts_group=True,
    ),
    Action.NEXT_PANE: Row(
        Menu.VIEW, "&Next pane", "Go on to the page, the panel or the status bar", keys="F6", starts_group=True
    ),
    Action.PREVIOUS_PANE: Row(Menu.VIEW, "&Previous pane", "Go back to the page, the panel or the status bar", keys="Shift+F6"),
    Action.MODELS: Row(Menu.MODEL, "&Models…", "See which models there are, get others, and choose", keys="Ctrl+Shift+M"),
    Action.MODEL_STARTER: Row(Menu.MODEL, "&Starter model", "Use the small model that comes with Afterword"),
    Action.MODEL_FOLDER: Row(Menu.MODEL, "Open a model f&older…", "Use a model in a folder with safetensors"),
    Action.MODEL_FILE: Row(Menu.MODEL, "Open a &GGUF file…", "Use a model in a GGUF file"),
    Action.MODEL_NAME: Row(Menu.MODEL, "Model by &name…", "Use a model by its name on the model hub"),
    Action.SERVER: Row(Menu.MODEL, "Ser&ver…", "Ask a larger model on a server too, and see what leaves this machine"),
    Action.STOP_LOADING: Row(Menu.MODEL, "Stop &loading", "Stop loading the model", starts_group=True),
    Action.KEYS: Row(Menu.HELP, "&Keys…", "See what each key does, and change it", keys="F1"),
    Action.ABOUT: Row(
        Menu.HELP, "&About Afterword…", "The version, and the licences of what Afterword is made from", starts_group=True
    ),
}


def translated(text: str) -> str:
    """A text of the tables in the language of the window."""
    return QCoreApplication.translate("Actions", text)


def plain(text: str) -> str:
    """A menu text without its mnemonic and its dots."""
    return text.replace("&", "").removesuffix("…")
