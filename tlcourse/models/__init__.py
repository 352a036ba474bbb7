"""One readable file per system of the talk."""
