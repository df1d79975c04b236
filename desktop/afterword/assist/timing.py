"""Every number that decides when a suggestion is shown, in one place."""

from __future__ import annotations

SHOW_AFTER = {"calm": 0.8, "balanced": 0.15, "eager": 0.0}
"""Seconds from the keystroke to the earliest showing, by pace, for somebody who types a key every USUAL_INTERVAL.

Generating starts at the keystroke in every case, so that a slow machine adds nothing to it: a suggestion is shown at the later of
ready and due.
"""

USUAL_INTERVAL = 0.2
"""Seconds between two keys at sixty words a minute."""

PAINT_FIRST_MS = 2
"""From the keystroke to the request. The model's thread wakes on the window's core as often as on another, and what was typed
would be painted behind it: the slowest of 40 accepts was painted after 8.7 ms without this wait, after 4.8 with it."""

FASTEST, SLOWEST = 0.5, 2.0
"""How far SHOW_AFTER follows the writer's own rhythm (Tabby waits for the mean time between two keys; Balanced, nearly)."""

PAUSE_FROM = 1.5
"""Seconds between two keys from which on it was a pause, and says nothing of the rhythm."""

RHYTHM_KEYS = 20
"""Over how many of the last keys the rhythm is the mean, about."""

SEEN_AFTER = 0.25
"""Seconds for which a suggestion must have been on the page to count as seen: as ignored, if nothing of it was taken."""

WAIT_LONGER_FROM, WAIT_LONGER = 5, 3.0
"""So many suggestions in a row ignored, and the next ones are due so many times later, and not before WAIT_AT_LEAST."""

WAIT_AT_LEAST = 0.5
"""Seconds."""

REST_FROM, REST_FOR = 10, 30.0
"""So many in a row, and there are none for so many seconds (authr.app does so)."""

PAUSE_MINUTES = 5
"""How long "Pause suggestions" lasts."""

ALTERNATIVES_AFTER_MS = 700
"""How long a whole suggestion stands on the page before others are made in its stead: not while somebody types."""

READ_AFTER_MS = 300
"""How long the cursor rests before the model reads the page around it, ahead of the next keystroke."""

SERVER_WITHIN = 0.3
"""Seconds for which the server may be silent while a whole suggestion of the local model is shown; then that one stands."""

LEAVE_WITHIN_MS = 1500
"""How long quitting waits for the model's thread."""
