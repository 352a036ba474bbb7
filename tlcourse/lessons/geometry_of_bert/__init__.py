"""Room of lesson The geometry of BERT: its exercises."""
