"""The stories of the demo's press: what was written, before anything happens to it. Data, no rules.

The country (the Linnet Isles), its towns, people and papers are invented. What happens to these stories, and
when, is in `story.py`; how they look on a page is in `templates/`.

Each story is told as its paper first printed it: the first line of `_told` is the headline, a blank line
parts paragraphs, and line breaks inside a paragraph mean nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GAZETTE = "Harbour Gazette"
TELEGRAPH = "Coast Telegraph"


@dataclass(frozen=True, slots=True)
class Story:
    """One story as first printed. `number` is its id on the site; larger numbers are younger."""

    name: str
    number: int
    headline: str
    paragraphs: tuple[str, ...]
    source: str = GAZETTE
    is_for_members: bool = False  # listed for everyone, but robots.txt keeps crawlers off its page


def _told(name: str, number: int, text: str, *, source: str = GAZETTE, members: bool = False) -> Story:
    headline, *paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))
    return Story(name, number, headline, tuple(paragraphs), source, members)


# ---------------------------------------------------------------- before the first day

LIGHTHOUSE = _told(
    "lighthouse",
    101,
    """
    Skerry light burns again after winter repairs

    The lamp on Skerry Rock was lit on Monday evening for the first time since the November gales, and the
    crews of eleven boats lined the mole at Port Linnet to watch the beam come round.

    Storm water had broken two panes of the lantern room and soaked the bearing on which the great lens
    turns. Glaziers were carried out on every calm morning, some forty of them all winter, and climbed the
    hundred and twelve steps with the new glass on their backs.

    The lens itself was cleaned prism by prism with vinegar and chamois leather. Keeper Odile Marran said
    she had counted three hundred and nine prisms, one more than the builder's drawing shows, and that
    nobody alive can explain the difference.

    Until last week a lightship borrowed from the mainland had marked the rock. It will be towed home on the
    first spring tide, with a barrel of smoked herring on deck as the fishermen's thanks.

    The old paraffin burner, taken out when the light was wired, has been given to the museum at Tern Quay,
    where children may turn the wick on Saturday afternoons.
    """,
)

BAKERY = _told(
    "bakery",
    102,
    """
    Baker's dozen returns to Lantern Street

    A bakery that closed in Lantern Street nine years ago has opened its shutters once more, under two
    sisters who learned the trade from the last owner's handwritten notebook.

    Petra and Ilse Conholm found the notebook in a flour chest they had bought at a house sale. It holds
    sixty recipes, a list of customers who never paid, and a warning in red ink against opening the
    left-hand oven before five in the morning.

    The sisters sell thirteen rolls for the price of twelve, as the sign over the door used to promise. On
    the first day the queue reached the fish market and the last rye loaf was shared between four strangers.

    Not everything is as it was. The ovens are electric now, and a seaweed bread with sunflower seeds, which
    the notebook calls an experiment to be forgotten, has become the best seller of the week.
    """,
)

LIBRARY = _told(
    "library",
    103,
    """
    Floating library adds three villages to its round

    The library barge Pelican will call at Oakhithe, Reed Landing and Nether Sluice from next month, which
    brings the number of landing stages on its fortnightly round to seventeen.

    Some four thousand books travel on the barge, a third of them for children. Readers at the new stages
    will also find a shelf of sheet music, a telescope that can be borrowed for a week, and a sewing
    machine.

    Librarian Thaddeus Orme has steered the Pelican for twelve years. He keeps overdue books to a minimum by
    sounding the horn under the windows of late readers, a practice the canal office has asked him to limit
    to daylight hours.

    The longer round was made possible by a new battery, which drives the barge for nine hours without a
    sound. Herons no longer fly up when it passes, and on the first trial a cow swam alongside for half a
    mile.

    A second barge, for the upper lakes, is being fitted out at Heron Reach and should be named by the
    readers themselves in a vote this summer.
    """,
)

SEAGRASS = _told(
    "seagrass",
    104,
    """
    Seagrass meadows spread in the southern bays

    Divers who mapped the floor of Quillon Bay this winter found seagrass on nearly twice the area recorded
    five years ago, the marine station at Saltmere announced.

    The meadows were sown by hand. School classes collected ripe shoots at low water in late summer, and the
    seeds, packed in small hessian bags with sand, were dropped from rowing boats along marked ropes.

    Young plaice, pipefish and cuttlefish have moved in. In one square of ten paces by ten the divers
    counted more than seventy kinds of animals, against nineteen on the bare sand beside it.

    Dr Wenna Tolliver, who leads the survey, warned against celebrating too soon. Anchors still tear holes
    in the meadows every August, and a hole the size of a table takes four summers to close.

    Visiting yachts will therefore be asked to use the sixty fixed moorings that are to be laid before
    Easter. The first twenty are already chained to the rock off Cormorant Point.
    """,
)

CHOIR = _told(
    "choir",
    105,
    """
    Dockers' choir to open the spring concerts

    The choir of the Port Linnet dockers will open this year's spring concerts with songs that the men and
    women of the quays once used to keep time at the winches.

    Conductor Basil Ferreby spent two years asking retired dockers what they remembered. He wrote down fifty
    one songs, of which about a third, he says with regret, cannot be sung before nine in the evening.

    Rehearsals take place in the old customs shed, where the echo lasts almost four seconds. The basses
    stand by the sliding doors, and when a ship sounds its whistle outside the whole choir stops and finds
    its note again from that.

    Tickets cost six crowns and are sold at the harbour master's window. Those who can show a docker's pass,
    however old, go in free and are given a cushion.

    The evening ends with a new piece for choir, steam whistle and two cranes by the young composer Imre
    Salt, who asks the audience to bring an umbrella and will not say why.
    """,
)

PUMP = _told(
    "pump",
    106,
    """
    New pumping station keeps Lower Town dry

    Cellars in the Lower Town stayed dry through last week's rain for the first time in memory, thanks to
    the pumping station that went into service behind the tannery in January.

    Two pumps lift the water of the Millrace over the sea wall whenever the tide stands too high for the
    sluices. Together they can move 3,400 litres a second, enough to empty the town's swimming bath while a
    kettle boils.

    The station was built with a grass roof so that residents on Chandler's Hill need not look down on
    concrete. Sheep belonging to the caretaker keep it short and have already appeared on a postcard.

    Rain gauges on the hills above the town warn the pumps about forty minutes before a flood wave arrives.
    Engineer Rosalind Quaye said that on Thursday night the pumps had started, worked and stopped again
    before anybody telephoned to ask for them.

    The sandbags that used to stand at every door in Eel Lane have been collected, washed and handed over to
    the playgrounds.
    """,
)

HOMES_GULLHAVEN = _told(
    "homes-gullhaven",
    107,
    """
    New homes handed over in Gullhaven

    A happy day of moving house came to Gullhaven as the keys of new terraced homes were handed over to the
    families of net makers, pilots and teachers who had been waiting for them.

    The homes stand in three rows above the slipway, each with a porch, a kitchen garden and a rain barrel.
    Masons from the town built them in fourteen months with slate from the quarry at Cold Barrow.

    At the ceremony the mayor, Hanneke Dray, read out the names of all 36 families, and the brass band of
    the pilots played while furniture was carried up the hill on fish barrows.

    Old Mrs Arkwright, who had lived for fifty years above the ice house, planted the first pear tree. Her
    grandchildren have already chosen the room with a view of the harbour bar.
    """,
)

TIDE_MILL = _told(
    "tide-mill",
    108,
    """
    Tide mill at Heron Reach grinds its first flour

    After eighty years of silence the tide mill at Heron Reach has ground corn again, and the first sack of
    flour was carried round the village behind a fiddler.

    The mill pond fills through a flap gate on the flood and drives the wheel for about five hours on the
    ebb. Because the tide comes fifty minutes later each day, the miller's working hours wander round the
    clock and are chalked up on the church door.

    Volunteers gave 9,200 hours of work to the restoration. They dug three hundred cartloads of mud out of
    the pond, and in it found a bronze bell, a wedding ring and the whole of a rowing boat with its oars.

    The oak for the new wheel came from a tree that fell across the Oakhithe road in the great storm.
    Carpenter Lionel Pask shaped its forty-eight paddles without a single nail, since iron would rust within
    two winters.

    Flour will be sold on the first Sunday of each month. The school has asked for a sack of bran for its
    donkey, which had followed the procession uninvited.

    Visitors are welcome when the flag is up, and are asked to keep small children away from the gate.
    """,
)

ORCHARD = _told(
    "orchard",
    109,
    """
    Forgotten apples found in abbey orchard

    Pruning the walled orchard of the former abbey at Oakhithe, gardeners have identified six kinds of apple
    that were thought to have died out before the railway came to the island.

    The trees stand in the corner where the wall is warmest, and had been taken for wild seedlings. It was a
    passing schoolteacher, Edmund Vail, who recognised the ribbed fruit of the Friar's Lantern from a
    drawing in his grandmother's cookery book.

    Grafts have been cut and will be grown on at three nurseries. Any parish on the isles may ask for a
    young tree of each kind, free of charge, on condition that it stands where passers-by can reach the
    fruit.

    Tasters were divided. The Grey Pilgrim was praised for its scent of quince, while the Winter Bailiff,
    described in the old books as keeping until June, was said to be best kept until then and not eaten.

    A cider maker at Nether Sluice has offered to press the windfalls of all six together in the autumn.
    """,
)

FERRY = _told(
    "ferry",
    110,
    """
    Ferry timetable grows longer evenings

    From the spring equinox the last ferry from Port Linnet to Saltmere will leave at half past ten, two
    hours later than now, so that people from the far shore can see the end of a play.

    Theatre managers had asked for the change since the night, two winters ago, when a murderer on the stage
    was left without an audience for his confession. Half the stalls had run for the boat.

    The ferry company has taken on fourteen deckhands and a second cook. Soup will be served on late
    crossings, with a choice of pea or fish, and the saloon lamps will be dimmed for those who wish to
    sleep.

    Fares stay as they are. Musicians carrying an instrument too large for their lap travel free after nine,
    a rule that goes back to a quarrel about a harp and has never been repealed.
    """,
)

CHESS = _told(
    "chess",
    111,
    """
    Schoolgirl draws with the island champion

    Eleven-year-old Sunniva Brack of Pebble Sound held the island chess champion to a draw in the final
    round of the Candlemas tournament, and then asked him to sign her plaster cast.

    She had broken her left wrist on the ice the week before and played with her right hand, which she said
    made her think longer. The game lasted five hours and ended with two bishops facing one lonely pawn.

    Champion Aurelio Finch, who has won the tournament nine times, offered the draw on move eighty-three. He
    told the hall that he had been lost for an hour and had hoped that nobody would notice.

    The girl learned the game from the harbour pilot who lodges with her family. He admits that he has not
    beaten her since the summer before last, and has gone back to draughts.

    Her club will send her to the mainland juniors in May. A collection for the fare raised two hundred
    crowns in the interval, together with a pair of mittens.
    """,
)

# ---------------------------------------------------------------- from the first day on

BRIDGE = _told(
    "bridge",
    112,
    """
    Footbridge over the Sallow opens to walkers

    Walkers can cross the mouth of the Sallow dry-shod from today, when the new footbridge between the
    ropewalk and the bird marshes was opened by the two oldest ferrymen of the river.

    The bridge is 214 metres long and hangs from a single mast of larch. It was floated into place in one
    piece on the highest tide of the winter, while the whole town held its breath and a dog barked.

    Building it cost 4.2 million crowns, of which a quarter came from the sale of planks with the givers'
    names burned into the underside, where only boatmen will ever read them.

    Cyclists must dismount in the middle, where the deck narrows to let the wind through. A bench has been
    set there facing the sea, and a second one facing the other way for those who prefer the gasworks.

    The rowing ferry will be kept on Sundays. Ferryman Gil Hathersage said that a bridge is a fine thing,
    but that it cannot tell you what happened to your neighbour.
    """,
)

TIDE_TABLES = _told(
    "tide-tables",
    113,
    """
    For members: the pilot's notebook for March

    Readers who support this paper find here what the pilots expect of the month: the hours of slack water,
    the shifting of the bar, and where the mackerel are likely to show themselves first.

    High water springs fall in the first and third week. Small craft bound for Tern Quay should keep outside
    the yellow buoys until the dredger has finished, and not trust last year's leading marks.

    The notebook was kept this month by senior pilot Jessamy Lorne, who adds a recipe for ship's biscuit
    that she does not recommend.

    Fog is likeliest on mornings after a still, clear night, and lifts from the land side first.
    """,
    members=True,
)

HOMES_PEBBLE_SOUND = _told(
    "homes-pebble-sound",
    114,
    """
    New homes handed over in Pebble Sound

    A happy day of moving house came to Pebble Sound as the keys of new cottages were handed over to the
    families of boat builders, nurses and quarrymen who had been waiting for them.

    The homes stand in a crescent round the green, each with a porch, a workshop and a rain barrel. Masons
    from the district built them in eleven months with brick from the kilns at Ember Cross.

    At the ceremony the mayor, Tobias Wren, read out the names of all 52 families, and the accordion club of
    the nurses played while furniture was carried across the green on hand carts.

    Old Mr Penhallow, who had lived for thirty years beside the lime works, planted the first walnut tree.
    His neighbours have already asked for a bench to be put underneath it.
    """,
)

KITES = _told(
    "kites",
    115,
    """
    Kite makers gather for the west wind week

    Kite makers from nine islands are pitching their tents on the Long Strand for the west wind week, which
    begins with a parade of lanterns on strings and ends when the last line breaks.

    The largest kite this year is a whale of oiled silk, thirty paces from nose to tail, which needs a crew
    of twenty and a tractor to hold it. The smallest, a wren, is flown from a thimble.

    Judges give marks for height, for beauty and for conduct towards gulls. Last year's winner, a washing
    line with seven shirts, was disqualified by some for being useful and praised by others for the same
    reason.

    Workshops for beginners are held each morning behind the bathing huts. Paper, paste and split bamboo are
    provided; the wind, says organiser Cosima Threlfall, is promised but cannot be guaranteed.

    Pilots of small aircraft have been asked to give the strand a wide berth until Sunday.
    """,
)

OBSERVATORY = _told(
    "observatory",
    116,
    """
    Hilltop observatory reports a new comet

    PORT LINNET, March 6 (Harbour Gazette) -- An assistant at the hilltop observatory has found a comet on
    plates taken for a survey of quite different stars, and astronomers on three continents have confirmed
    it.

    Philippa Northrop was comparing two plates on the night shift when a faint smudge seemed to have jumped
    sideways. She took it for a thumbprint, cleaned the glass, looked once more and then woke the director.

    The comet is now about as far from us as the giant planets and comes nearer by a million miles each day.
    In late autumn it should be visible to the naked eye, low in the west after sunset, for at least a week.

    By custom it will bear the name of its finder. Miss Northrop said that her mother would have preferred a
    rose, but that a comet needs less watering and is sure to come back in eight hundred years.

    The observatory was to have been closed on weekdays from this summer in order to save coal. The ministry
    of education has let it be known that the matter is being thought over again.

    Visitors may look through the small telescope on Friday evenings, clouds permitting. Warm boots are
    advised, for the dome cannot be heated without making the stars tremble.
    """,
)

ROPEWORKS = _told(
    "ropeworks",
    117,
    """
    Ropeworks turns old nets into new rope

    At the Tern Quay ropeworks, worn-out trawl nets that used to be burned or buried are now shredded,
    combed and spun into mooring rope which is stronger than the hemp it replaces.

    Foreman Jory Blackadder had the idea when a net fouled the propeller of his own dinghy and could not be
    cut with an axe. He took a piece of it to the laboratory of the technical school, and stayed for two
    years.

    Boats are paid by weight for what they bring. Since the autumn the works has taken in eighty tons, along
    with several hundred floats, an anchor and a message in a bottle that turned out to be a laundry bill.

    The longest rope so far measures a full mile and was laid in one night, because the walk is shared with
    the cycling club. It now holds the floating dock at Port Linnet.

    Thirty people work at the walk, twice as many as before. An order from the mainland railways for a cable
    of unusual thickness is being considered.
    """,
)

GLASSHOUSE = _told(
    "glasshouse",
    118,
    """
    Steam from the dairy warms winter tomatoes

    Tomatoes have ripened in the first week of March at Reed Landing, in a glasshouse that is heated with
    nothing but the waste steam of the cheese dairy next door.

    Pipes under the beds carry the steam through gravel before it is let out as lukewarm water into a pond,
    where a flock of ducks has decided not to migrate. The dairy saves the price of a cooling tower.

    Grower Marguerite Oxley planted twelve sorts to learn which of them can bear short days. A small yellow
    plum tomato did best; a beefsteak variety sulked until February and then burst all at once.

    Hospitals and school kitchens receive half of the crop. The rest goes to the Saturday market, where the
    first basket was bought by a baritone, for his throat.

    If the figures are right after a full year, the cannery at Gullhaven means to build a house of the same
    kind for cucumbers.
    """,
)

REGATTA = _told(
    "regatta",
    119,
    """
    Bathtub regatta raises money for the lifeboat

    Forty-three bathtubs, two of them with taps still attached, raced across the inner harbour this weekend
    in aid of the lifeboat, and nineteen reached the other side.

    The course leads from the coal steps round the guard ship and back. Crews may use oars, sails or
    saucepans, but no engine, and must carry a cake from start to finish which is judged for dryness.

    First over the line was the tub of the fire brigade, rowed by four in helmets. The prize for the best
    cake went to a pair of twins from Gullhaven whose vessel sank beneath them two lengths from the jetty.

    Coxswain Bram Tideway of the lifeboat pulled out sixty-one swimmers and one rubber duck. He thanked the
    crews for the most thorough exercise of the year and for eleven hundred crowns.

    The tub that drifted out on the ebb has been sighted off the Skerry, where the keeper is using it for
    potatoes.
    """,
)

# ---------------------------------------------------------------- the second paper's own

SALT_PANS = _told(
    "salt-pans",
    201,
    """
    Salt pans of Saltmere open their gates to swallows

    Workers at the Saltmere pans have put up two hundred nesting boxes under the eaves of the drying sheds,
    in the hope that swallows will keep the midges off the evening shift.

    Sea water stands in the clay pans for about three weeks before it is raked. In warm weather clouds of
    midges gather over the brine, and the rakers have tried smoke, nets and loud singing without success.

    The boxes were built by apprentices out of broken salt crates. Each carries a number, and a board beside
    the gate will show how many are taken, with a prize for whoever guesses the total on midsummer day.

    Bird wardens advise patience, since swallows seldom trust a new house in its first year. Four sparrows
    and a bat have moved in already.
    """,
    source=TELEGRAPH,
)

BRASS_BAND = _told(
    "brass-band",
    202,
    """
    School band borrows a tuba the size of a calf

    The band of the upper school at Cold Barrow has been lent the largest tuba on the islands, an instrument
    made for a circus, which has to be played by one pupil and held by another.

    It came by ferry in a crate marked as farm machinery and did not fit through the door of the music room.
    Practice is held in the bicycle shed, to the satisfaction of the other classes.

    Bandmaster Ottoline Creed says the low notes are felt in the feet before they are heard. A milk lorry
    pulled up outside during the first lesson, as its driver believed that his axle had broken.

    Twelve-year-old Rafe Sandlin, who plays it, hopes to master a march before the county fair. His sister,
    who holds it, hopes to be able to see over the top by then.
    """,
    source=TELEGRAPH,
)
