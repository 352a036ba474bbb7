"""What belongs to the lesson *Static word vectors* alone."""
