"""A press site of our own on loopback, in KCNA Watch's shape, that lives through a script of days.

Read in this order: `prose.py` (what the stories say), `story.py` (what happens to them, and when: the
script), `world.py` (what there is on a day), `expectation.py` (what a perfect watcher would log),
`captures.py` (the world before day 1, as the files of the top-level folder `seeds/`), `pages.py` and
`templates/` (how it looks), `server.py` (how it answers).

What must not live here: anything that fetches, parses, compares or stores. The site knows nothing of the
product that watches it, and what is expected is worked out from the script alone.
"""
