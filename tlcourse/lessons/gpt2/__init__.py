"""Room of lesson GPT-2: its figures, its widget, its sentences, its exercises."""
