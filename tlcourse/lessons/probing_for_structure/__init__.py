"""Room of lesson Probing for structure: its exercises."""
