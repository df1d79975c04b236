"""Every number that decides when a suggestion is shown, in one place."""

from __future__ import annotations

SHOW_AFTER = {"calm": 0.8, "balanced": 0.15, "eager": 0.0}
"""Seconds from the keystroke to the earliest showing, by pace. Generating starts at the keystroke in every case."""

ALTERNATIVES_AFTER_MS = 700
"""How long a whole suggestion stands on the page before others are made in its stead: not while somebody types."""

READ_AFTER_MS = 300
"""How long the cursor rests before the model reads the page around it, ahead of the next keystroke."""

LEAVE_WITHIN_MS = 1500
"""How long quitting waits for the model's thread."""
