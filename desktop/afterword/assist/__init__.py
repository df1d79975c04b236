"""The long-lived thread that owns the model, and the controller between the editor and `suggest`. QtCore only."""
