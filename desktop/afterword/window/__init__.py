"""The main window: menus, panels, dialogs, and the draft that is open."""
