"""What belongs to the lesson *Sequences and attention* alone."""
