"""The nouns (`storage.records`) and where they are kept. Imports nothing of the crawler."""
