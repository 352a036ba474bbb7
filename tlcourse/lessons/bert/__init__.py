"""Room of lesson BERT: its pieces by hand, its masked words by kind and by layer, its exercises."""
