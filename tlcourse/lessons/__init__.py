"""A room for each lesson: `lessons/<slug>/` holds its exercises, figures and widgets, and no other's."""
