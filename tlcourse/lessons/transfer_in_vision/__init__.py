"""What belongs to the lesson *Transfer in vision* alone."""
