"""Room of lesson What does BERT look at: its exercises."""
