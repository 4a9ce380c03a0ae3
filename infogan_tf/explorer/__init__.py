"""A page in the browser with a knob for each code, and its server."""
