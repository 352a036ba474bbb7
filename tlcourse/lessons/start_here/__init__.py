"""What belongs to the lesson *Start here* alone."""
