"""What can be typed after `tlcourse`: a module for each kind of command.

What a command does lives where its subject lives.
"""
