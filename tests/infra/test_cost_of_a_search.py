"""What of the template `./bench cost` reads."""

from benchmarks.cost import Deployed
from tests.infra.deployment import Deployment


def test_a_search_goes_through_no_workflow(deployment: Deployment) -> None:
    """Two hundred dollars a million would be the price; the table says where it is read from."""
    deployed = Deployed.read(deployment.service)

    assert deployed.workflows == 0
    assert deployed.packs_from is not None
    assert deployed.architecture == "arm64"
    assert deployed.firewall_rules == 4
