"""A year in a minute: the daemon itself, on a simulated clock, over a simulated press site that misbehaves.

    clock    an event loop in which waiting takes no time, and a wall clock that can be set
    script   what the site does in the year: stories, edits, removals, moves; and what goes wrong when
    press    the site, as a transport under the real fetcher; keeps a log of what it was asked
    year     lives through a script, then holds the change log against it

`python -m tests.torture.year --seed 7 --days 365` lives through one year and tells what came of it.
"""
