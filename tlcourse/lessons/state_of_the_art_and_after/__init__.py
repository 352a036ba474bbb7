"""Lesson 17: what became of the talk's systems, the course's own leaderboard, and what to use today."""
