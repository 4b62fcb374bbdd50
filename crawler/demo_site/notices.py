"""The notices of the port office: a year of somebody else's archive, as JSON lines. Data, no rules.

They are the demo's memory. Each notice is put right twice in the days after it was posted, as notices are:
that is this source's ordinary editing. On the last day of the demo the harbour master's name is struck from
all of them at once: one edit on twenty pages, and a campaign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PORT_OFFICE = "Port Office Notices"
NAME_STRUCK = "Tobias Quill"
SIGNED = f"Signed by {NAME_STRUCK}, harbour master."
UNSIGNED = "Signed by the harbour master."
FIRST_DAY = -340  # of the demo's days: the spring before
DAYS_BETWEEN = 16
EDITED_AFTER = (5, 11)  # days


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as it was first posted, and the two places that were put right: old words and new."""

    number: int
    headline: str
    paragraphs: tuple[str, ...]
    edits: tuple[tuple[str, str], tuple[str, str]]

    @property
    def url(self) -> str:
        return f"https://port-office.example/notices/{self.number}"

    @property
    def day(self) -> int:
        """When it was posted."""
        return FIRST_DAY + DAYS_BETWEEN * (self.number - 1)

    def on(self, day: int, last_day: int) -> tuple[str, ...]:
        """Its paragraphs as they stand on `day`; the name is struck on `last_day`."""
        paragraphs = self.paragraphs
        for (old, new), after in zip(self.edits, EDITED_AFTER, strict=True):
            if day >= self.day + after:
                paragraphs = tuple(paragraph.replace(old, new) for paragraph in paragraphs)
        return tuple(p.replace(SIGNED, UNSIGNED) if day >= last_day else p for p in paragraphs)

    def days(self, last_day: int) -> tuple[int, ...]:
        """The days on which it was captured: when posted, after each edit, and on the last day."""
        return (self.day, *(self.day + after for after in EDITED_AFTER), last_day)


def _read(text: str) -> tuple[Notice, ...]:
    """Notices parted by a line of dashes: headline, paragraphs, and lines ``old => new``."""
    notices = []
    for number, part in enumerate(re.split(r"\n\s*---\s*\n", text.strip()), 1):
        headline, *rest = [" ".join(block.split()) for block in re.split(r"\n\s*\n", part.strip())]
        one, other = (block.partition(" => ")[::2] for block in rest if " => " in block)
        paragraphs = tuple(block for block in rest if " => " not in block)
        notices.append(Notice(number, headline, (*paragraphs, SIGNED), (one, other)))
    return tuple(notices)


NOTICES = _read("""
Dredging of the eastern basin

A bucket dredger will lie across the mouth of the eastern basin from Tuesday. Vessels drawing more than three
metres are to wait for the pilot and to keep their whistles ready.

Silt is carried to the old quarry, where it may be had for gardens by anyone who brings a cart.

from Tuesday => from Thursday

more than three metres => more than two metres
---
Lamp on the fish quay out of order

The green lamp at the head of the fish quay has failed after a collision with an albatross. Until it is mended
a watchman with a lantern stands there, and asks not to be hailed.

an albatross => a gannet

a watchman with a lantern stands => two watchmen with lanterns stand
---
Berthing fees for pleasure craft

Owners of yachts and rowing boats will find the new scale of fees on the door of the counting house. Boats
under four metres stay free, as do all that carry coal for the almshouse.

Payment in fish is no longer accepted.

under four metres => under five metres

for the almshouse => for the almshouse or the school
---
Found in the inner harbour

The diver has brought up an anchor of the Admiralty pattern, eleven spoons, and a safe without a door. Who can
describe the spoons may have them back.

eleven spoons => fourteen spoons

without a door => without a bottom
---
Closing of the swing bridge at night

The bridge keeper needs rest. Between ten in the evening and four in the morning the swing bridge stays shut
to masts, except for the lifeboat and for doctors.

Masters in a hurry may lower their topmasts and row.

ten in the evening => eleven in the evening

for doctors => for doctors and midwives
---
Quarantine of the brig Amaryllis

The brig has measles aboard and lies at the yellow buoy. Letters are passed in tongs and smoked before they go
ashore. Relatives can wave from the bathing steps at noon.

has measles aboard => has mumps aboard

at noon => at one o'clock
---
Sale of condemned rope

Four coils of manila, two of hemp and a hawser that once held the royal yacht are sold to the highest bidder
in the sail loft. They must not be used for swings.

Four coils of manila => Six coils of manila

in the sail loft => in the customs shed
---
Herring season

Boats may shoot their nets west of the Calf from the first Monday of the month. The mesh is measured at the
slip by the inspector, whose thumb is the standard until his gauge has been found.

west of the Calf => north of the Calf

first Monday => second Monday
---
Ice on the millrace

Skating is forbidden below the tannery, where warm water makes the ice rotten. Above the weir it bears a
loaded sledge, as was tried with the sledge of the deputy mayor.

below the tannery => below the brewery

a loaded sledge => two loaded sledges
---
Pilots wanted

Two pilots for the outer roads are wanted by Easter. Applicants must have passed the needle by night, own a
dry coat, and be able to eat on deck in any weather.

Two pilots => Three pilots

by Easter => by midsummer
---
Storm warnings by cannon

From now on a gale is announced with two shots from the battery instead of a cone, which nobody could see in a
gale. Three shots mean that the shots before were a mistake.

two shots => one shot

from the battery => from the mole
---
Cranes on the timber wharf

The steam crane is being fitted with a new boiler. Deals and battens are landed by hand in the meantime, at
fourpence the hundred, by men of the choral society.

fourpence the hundred => sixpence the hundred

the choral society => the rowing club
---
Rats

A reward of one penny is paid for every tail delivered at the back entrance. Tails of other animals have been
recognised, and their bringers noted.

of one penny => of twopence

at the back entrance => at the side entrance
---
Regulations for hawkers of oranges

Oranges are sold from boats on the seaward side only. Peel is to be carried ashore. A hawker who sings must
know at least three songs and stop when a sermon is being read.

at least three songs => at least five songs

on the seaward side => on the landward side
---
Bathing machines

The eight bathing machines are back from the painter and stand on the shingle in the order of their numbers.
Number five leaks and is let at half the price to swimmers.

The eight bathing machines => The nine bathing machines

Number five leaks => Number seven leaks
---
Mooring of the exhibition ship

The exhibition ship with the stuffed giraffe makes fast at the long jetty on Saturday. Schools are admitted in
the forenoon. Gentlemen are asked to remove tall hats below decks.

on Saturday => on Sunday

in the forenoon => in the afternoon
---
Chart of the sands

Surveyors have found that the Middle Ground has wandered a cable's length to the south. The chart in the hall
has been corrected in red ink; masters should copy it before they sail, and not while.

a cable's length => two cables' lengths

in red ink => in green ink
---
Wreck of the lighter Patience

The lighter lies on her side off the gasworks with six fathoms over her. Her cargo of lemonade is being raised
in nets, and the bottles that are still corked may be bought from the salvors.

six fathoms over => seven fathoms over

cargo of lemonade => cargo of ginger beer
---
Weights and measures

The bushel kept at the corn exchange has been compared with that of the capital and found to be generous. It
is filled to a line, now painted inside, until a smaller one has been cast.

painted inside => engraved inside

the corn exchange => the market hall
---
New hours of the ferry office

Tickets for the islands are sold from seven until the boat has left. Who comes later is given a chair, a view,
and the timetable of the following day.

from seven => from half past six

a chair, a view => a bench, a view
""")
