"""Room of lesson What does BERT look at: its figures and sentences, heads turned off, its exercises."""
