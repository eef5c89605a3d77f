"""The CDK app: every deployment there is, each of a data, a service and a cost stack.

Where customers have jobs on whole registers, there is a stack for those, too.
"""

from collections.abc import Sequence

from aws_cdk import App, Tags

from infra.cost_stack import CostStack
from infra.data_stack import DataStack
from infra.nag import add_packs
from infra.service_stack import ServiceStack
from infra.stages import DEV, PROD, STAGE_TAG, Stage
from infra.whole_register_stack import WholeRegisterStack


def build(outdir: str, stages: Sequence[Stage] = (DEV, PROD)) -> App:
    """Return the app, ready to be synthesised into a folder."""
    app = App(outdir=outdir, analytics_reporting=False)
    for stage in stages:
        data = DataStack(app, f"LeadCloud{stage.name}Data", stage=stage)
        service = ServiceStack(app, f"LeadCloud{stage.name}Service", stage=stage, data=data)
        cost = CostStack(app, f"LeadCloud{stage.name}Cost", stage=stage)
        stacks = [data, service, cost]
        if stage.exchanges:
            name = f"LeadCloud{stage.name}WholeRegister"
            stacks.append(WholeRegisterStack(app, name, stage=stage, data=data))
        for stack in stacks:
            Tags.of(stack).add("service", "leadcloud")
            Tags.of(stack).add(STAGE_TAG, stage.name.lower())
    add_packs(app)
    return app


if __name__ == "__main__":
    build("cdk.out").synth()
