"""A host that slows down is asked more slowly, and again as usual when it has recovered."""

from __future__ import annotations

from crawler.fetch.tempo import Tempo


def after(*answers: tuple[float, bool]) -> Tempo:
    tempo = Tempo()
    for seconds, asks in answers:
        tempo.answered(seconds, asks_to_wait=asks)
    return tempo


def test_a_host_that_answers_as_ever_is_asked_as_ever() -> None:
    assert after(*[(0.3, False)] * 50).delay(2.0) == 2.0


def test_a_host_that_takes_long_always_is_not_slow() -> None:
    assert after(*[(8.0, False)] * 50).delay(2.0) == 2.0


def test_a_host_that_slows_is_asked_more_slowly() -> None:
    slowing = after(*[(0.3, False)] * 50, *[(6.0, False)] * 6)
    assert slowing.delay(2.0) > 4.0


def test_asking_to_wait_doubles_the_distance() -> None:
    assert after(*[(0.3, False)] * 9, (0.1, True)).delay(2.0) == 4.0


def test_a_host_without_a_delay_gets_one_when_it_slows() -> None:
    assert after(*[(0.3, False)] * 50, *[(6.0, False)] * 6).delay(0.0) > 1.0


def test_the_way_back_is_gradual_and_complete() -> None:
    tempo = after(*[(0.3, False)] * 9, (0.1, True))
    delays = []
    for _ in range(60):
        tempo.answered(0.3, asks_to_wait=False)
        delays.append(tempo.delay(2.0))
    assert delays == sorted(delays, reverse=True)
    assert delays[-1] == 2.0


def test_slowness_costs_a_minute_at_most() -> None:
    assert after(*[(0.3, False)] * 9, *[(90.0, True)] * 20).delay(2.0) == 60.0
    assert after(*[(90.0, True)] * 20).delay(300.0) == 300.0
