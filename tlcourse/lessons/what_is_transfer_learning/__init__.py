"""What belongs to the lesson *What is transfer learning* alone."""
