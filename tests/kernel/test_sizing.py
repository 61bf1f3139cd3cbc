"""Server settings fitted to the machine and to the server's own threads."""

from kangmai.kernel.database import sizing


def test_every_thread_of_the_server_may_hold_two_connections():
    assert sizing.connections({}) == 100
    assert sizing.connections({"KANGMAI_WORKERS": "2"}) == 2 * 2 * 24 + 40
    assert sizing.connections({"KANGMAI_WORKERS": "4", "KANGMAI_THREADS": "8"}) == 104
