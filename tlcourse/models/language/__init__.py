"""The language models of the talk, one readable file each, and the counting one they are set beside."""
