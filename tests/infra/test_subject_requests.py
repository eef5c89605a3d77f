"""The workflow of subject requests, as it is deployed."""

from pathlib import Path

from tests.infra.deployment import Deployment, listed

DEFINITION = Path(__file__).parents[2] / "functions" / "dsar_router" / "workflow.asl.json"


def test_the_workflow_is_the_one_that_runs_here(deployment: Deployment) -> None:
    """The same definition, with the steps function in its one blank."""
    (workflow,) = deployment.properties("AWS::StepFunctions::StateMachine")
    assert workflow["DefinitionString"] == DEFINITION.read_text(encoding="utf-8")
    ((blank, function),) = workflow["DefinitionSubstitutions"].items()
    assert f"${{{blank}}}" in workflow["DefinitionString"]
    assert function["Fn::GetAtt"][0] in deployment.of_type("AWS::Lambda::Function")
    assert "Steps" in function["Fn::GetAtt"][0]


def test_its_history_is_sealed_and_its_log_holds_no_input(deployment: Deployment) -> None:
    """Standard, under our own key, every event logged, none with what went in or out."""
    (workflow,) = deployment.properties("AWS::StepFunctions::StateMachine")
    assert workflow.get("StateMachineType", "STANDARD") == "STANDARD"
    assert workflow["EncryptionConfiguration"]["Type"] == "CUSTOMER_MANAGED_KMS_KEY"
    assert workflow["LoggingConfiguration"]["Level"] == "ALL"
    assert workflow["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert workflow["TracingConfiguration"] == {"Enabled": True}


def test_it_may_use_its_key(deployment: Deployment) -> None:
    """Its right to the key is bound to a workflow by name, and the name is its own."""
    (workflow,) = deployment.properties("AWS::StepFunctions::StateMachine")
    (bound,) = (
        statement["Condition"]["StringEquals"]["kms:EncryptionContext:aws:states:stateMachineArn"]
        for _, statement in deployment.statements()
        if "stateMachineArn" in str(statement.get("Condition"))
    )
    assert bound["Fn::Join"][1][-1] == f":stateMachine:{workflow['StateMachineName']}"


def test_functions_start_this_workflow(deployment: Deployment) -> None:
    """What they may start, and what they are told to start, is the workflow there is."""
    (workflow,) = deployment.properties("AWS::StepFunctions::StateMachine")
    end = f":stateMachine:{workflow['StateMachineName']}"
    allowed = [
        statement["Resource"]["Fn::Join"][1][-1]
        for _, statement in deployment.statements()
        if "states:StartExecution" in listed(statement["Action"])
    ]
    assert allowed == [end, end]
    for name in ("dsar_router", "dsar_router.steps"):
        variables = deployment.functions()[name]["Properties"]["Environment"]["Variables"]
        assert variables["LEADCLOUD_EXECUTIONS"]["Fn::Join"][1][-1] == end


def test_it_may_call_its_steps_and_nothing_else(deployment: Deployment) -> None:
    """One function may be invoked, by name: the one with the workflow's steps."""
    (called,) = (
        statement["Resource"]["Fn::GetAtt"][0]
        for _, statement in deployment.statements()
        if "lambda:InvokeFunction" in listed(statement["Action"])
    )
    steps = deployment.functions()["dsar_router.steps"]
    assert deployment.of_type("AWS::Lambda::Function")[called] == steps
