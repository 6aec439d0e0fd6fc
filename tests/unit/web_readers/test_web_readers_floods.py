"""The flood gate, and who asks behind proxies."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import UsageError
from digest.subscriptions.floods import FloodGate, network_of, trusted_networks, visitor_address

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_one_network_is_stopped_and_others_get_through():
    """Neighbours share a count; somebody elsewhere is not charged for them."""
    gate = FloodGate(most=3)

    def admits(address):
        return gate.admits(network_of(address), NOW)

    assert [admits(f"192.0.2.{n}") for n in range(5)] == [True, True, True, False, False]
    assert admits("198.51.100.1")
    assert [admits(f"2001:db8:1:{n}::1") for n in range(4)] == [True, True, True, False]
    assert admits("2001:db8:2::1")


def test_the_count_slides():
    """After the period a network may ask again, one request for each that has grown old."""
    gate = FloodGate(most=2, period=timedelta(hours=1))
    assert gate.admits("192.0.2.1", NOW)
    assert gate.admits("192.0.2.1", NOW + timedelta(minutes=30))
    assert not gate.admits("192.0.2.1", NOW + timedelta(minutes=59))
    assert gate.admits("192.0.2.1", NOW + timedelta(minutes=60))
    assert not gate.admits("192.0.2.1", NOW + timedelta(minutes=61))


@given(st.lists(st.integers(0, 7200), max_size=60), st.integers(1, 5))
def test_no_hour_has_more_than_the_most(offsets, most):
    """Whatever the times, no sliding hour holds more admitted requests than allowed."""
    gate = FloodGate(most=most)
    times = [NOW + timedelta(seconds=offset) for offset in sorted(offsets)]
    admitted = [at for at in times if gate.admits("192.0.2.1", at)]
    hour = timedelta(hours=1)
    assert all(sum(start <= at < start + hour for at in admitted) <= most for start in admitted)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("testclient", "unknown"),
        ("", "unknown"),
    ],
)
def test_networks(address, network):
    """An address counts for its /24 or /48; what is none has a count of its own."""
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.9"], "192.0.2.1"),
        ("10.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["203.0.113.5", "198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["198.51.100.9", "10.0.0.7"], "198.51.100.9"),
        ("::1", ["[2001:db8::5]"], "2001:db8::5"),
    ],
)
def test_only_trusted_proxies_are_believed(peer, forwarded, visitor):
    """What a visitor writes into the header himself never counts."""
    assert visitor_address(peer, forwarded, trusted_networks(("10.0.0.0/8", "::1"))) == visitor


def test_wrong_proxy_is_told():
    """A setting that is no network is a mistake of the operator's, with its cure."""
    with pytest.raises(UsageError, match=r"trusted_proxies.*as 10\.0\.0\.0/8"):
        trusted_networks(["proxy.example.com"])
