PARTS = {}
RECIPES = {"sentiment": 1}
