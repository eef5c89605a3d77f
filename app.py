"""The CDK app: every deployment there is, each a data stack and a service stack."""

from collections.abc import Sequence

from aws_cdk import App

from infra.data_stack import DataStack
from infra.nag import add_packs
from infra.service_stack import ServiceStack
from infra.stages import DEV, PROD, Stage


def build(outdir: str, stages: Sequence[Stage] = (DEV, PROD)) -> App:
    """Return the app, ready to be synthesised into a folder."""
    app = App(outdir=outdir, analytics_reporting=False)
    for stage in stages:
        data = DataStack(app, f"LeadCloud{stage.name}Data", stage=stage)
        ServiceStack(app, f"LeadCloud{stage.name}Service", stage=stage, data=data)
    add_packs(app)
    return app


if __name__ == "__main__":
    build("cdk.out").synth()
