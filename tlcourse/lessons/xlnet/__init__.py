"""Room of lesson XLNet: orders as masks, hidden pairs, memory and distances drawn, its exercises."""
