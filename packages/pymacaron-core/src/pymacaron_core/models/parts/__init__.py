"""How the keywords of objects and arrays that depend on one another are folded together."""
