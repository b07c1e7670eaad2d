package dev.aloft.service.cloudformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Arn;
import dev.aloft.api.Body;
import dev.aloft.api.CloudFormation.CreateChangeSetRequest;
import dev.aloft.api.CloudFormation.CreateStackRequest;
import dev.aloft.api.CloudFormation.DeleteStackRequest;
import dev.aloft.api.CloudFormation.UpdateStackRequest;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.Resources;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StacksTest extends StackScenario {
    @Test
    void theEventBusIsToldWhatHappensToStacksAndResources() {
        var stack = create(template(thing("A", "Name: a")));
        var bus = "arn:aws:events:us-east-1:123456789012:event-bus/default ";
        assertThat(told)
                .contains(bus + "{\"source\":\"aws.cloudformation\",\"detail-type\":\"CloudFormation "
                        + "Stack Status Change\","
                + "\"resources\":[\"" + stack.stackId()
                + "\"],\"time\":\"2026-01-01T00:00:00Z\",\"detail\":{\"stack-id\":\""
                + stack.stackId() + "\",\"status-details\":{\"status\":\"CREATE_COMPLETE\",\"status-reason\":\"\"},"
                + "\"client-request-token\":\"\"}}");
        assertThat(told).anyMatch(event -> event.contains("CloudFormation Resource Status Change")
                && event.contains("\"logical-resource-id\":\"A\"")
                && event.contains("\"resource-type\":\"Test::Thing\""));
    }

    @Test
    void secretsAreReferredToByTheirMembersAndNeverTold() {
        var arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";
        var stack = create(template(thing("A", "Name: a, Size: \"{{resolve:secretsmanager:db:SecretString:size}}\""),
                thing("B", "Name: b, Size: \"{{resolve:secretsmanager:" + arn + ":SecretString:id::}}\""),
                thing("C", "Name: c, Size: \"{{resolve:secretsmanager:db:SecretString::AWSPREVIOUS}}\""))
                + "Outputs: {O: {Value: \"{{resolve:secretsmanager:db}}\"}}");
        assertThat(things.things.get("a")).containsEntry("Size", "7");
        assertThat(things.things.get("b")).containsEntry("Size", arn);
        assertThat(things.things.get("c")).containsEntry("Size", "plain");
        assertThat(stack.outputs().getFirst().outputValue()).isEqualTo("{{resolve:secretsmanager:db}}");
    }

    @Test
    void whatASecretHasNotFailsTheResource() {
        var failed = create(template(thing("A", "Size: \"{{resolve:secretsmanager:db:SecretString:none}}\""),
                thing("B", "Size: \"{{resolve:secretsmanager:db:SecretString:x:AWSPREVIOUS}}\"")));
        assertThat(failed.stackStatus()).isEqualTo("ROLLBACK_COMPLETE");
        assertThat(cloudFormation.describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(
                r -> r.stackName("s"))).stackEvents()).extracting(CloudFormation.StackEvent::resourceStatusReason)
                .contains("Could not find a value associated with JSONKey in SecretString",
                        "Could not parse SecretString JSON");
    }

    @Test
    void createsResourcesInOrderAndTellsOutputs() {
        var text = template(thing("B", "Size: !GetAtt A.Arn"), thing("A", "Name: a"))
                + "Outputs: {O: {Value: !Sub '${A}/${B.Arn}', Description: d}}\n";
        var stack = create(text, r -> r.tags(List.of(CloudFormation.Tag.of(t -> t.key("k").value("v")))));
        assertThat(stack.stackStatus()).isEqualTo("CREATE_COMPLETE");
        assertThat(stack.outputs().getFirst().outputValue()).matches("a/arn:thing:s-B-[A-Z0-9]{12}");
        assertThat(stack.tags()).hasSize(1);
        assertThat(things.calls).containsExactly("create A", "create B");
        assertThat(things.things.get(resource("B").physicalResourceId())).containsEntry("Size", "arn:thing:a");
        assertThat(statuses("s")).containsExactly("CREATE_IN_PROGRESS", "CREATE_COMPLETE");
        assertThat(cloudFormation.getTemplate(CALLER, CloudFormation.GetTemplateRequest.of(r -> r.stackName("s")))
                .templateBody())
                .isEqualTo(text);
    }

    @Test
    void aFailedCreationIsRolledBack() {
        var stack = create(template(thing("A", "Name: a"), thing("B", "Fail: true, Size: !Ref A")));
        assertThat(stack.stackStatus()).isEqualTo("ROLLBACK_COMPLETE");
        assertThat(things.things).isEmpty();
        assertThat(statuses("s")).containsExactly("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE");
        var events = cloudFormation
                .describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(r -> r.stackName("s")))
                .stackEvents();
        assertThat(events).anySatisfy(e -> {
            assertThat(e.resourceStatus()).isEqualTo("CREATE_FAILED");
            assertThat(e.resourceStatusReason()).matches("Resource handler returned message: \"no such thing\""
                    + " \\(RequestToken: [-0-9a-f]+, HandlerErrorCode: InvalidRequest\\)");
        }).anySatisfy(e -> assertThat(e.resourceStatusReason())
                .isEqualTo("The following resource(s) failed to create: [B]. Rollback requested by user."));
        assertThatThrownBy(() -> update(template(thing("A", "")))).hasMessageMatching(
                "Stack:arn:aws:cloudformation:us-east-1:123456789012:stack/s/.* is in ROLLBACK_COMPLETE state and "
                + "can not be updated.");
    }

    @ParameterizedTest
    @CsvSource({"DO_NOTHING, CREATE_FAILED, 1", "DELETE, DELETE_COMPLETE, 0", "ROLLBACK, ROLLBACK_COMPLETE, 0"})
    void onFailureDecidesWhatBecomesOfAFailedCreation(String onFailure, String status, int left) {
        var created = cloudFormation
                .createStack(CALLER, CreateStackRequest.of(r -> r.stackName("s").onFailure(onFailure)
                .templateBody(template(thing("A", "Name: a"), thing("B", "Fail: true, Size: !Ref A")))));
        time.settle();
        assertThat(stack(created.stackId()).stackStatus()).isEqualTo(status);
        assertThat(things.things).hasSize(left);
    }

    @Test
    void whatAFailedCreationHasMadeIsDeletedByTheRollback() {
        assertThat(create(template(thing("A", "FailLate: true"))).stackStatus()).isEqualTo("ROLLBACK_COMPLETE");
        assertThat(things.things).isEmpty();
        delete();
        create(template(thing("A", "Name: a")));
        assertThat(update(template(thing("A", "Name: b, FailLate: true"), thing("B", "FailLate: true, Name: c")))
                .stackStatus())
                .isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(things.things).containsOnlyKeys("a");
        assertThat(resource("A").physicalResourceId()).isEqualTo("a");
    }

    @Test
    void anUpdateChangesReplacesAddsAndRemoves() {
        create(template(thing("A", "Size: 1"), thing("B", "Name: old"), thing("C", "Name: c")));
        things.calls.clear();
        var stack = update(template(thing("A", "Size: 2"), thing("B", "Name: new"), thing("D", "Name: d")));
        assertThat(stack.stackStatus()).isEqualTo("UPDATE_COMPLETE");
        assertThat(things.calls).contains("update A", "create B", "create D", "delete B", "delete C").hasSize(5);
        assertThat(things.things).containsKeys("new", "d").doesNotContainKeys("old", "c");
        assertThat(statuses("s")).containsExactly("CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS",
                "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE");
    }

    @Test
    void aFailedUpdateIsUndone() {
        var before = template(thing("A", "Size: 1"), thing("B", "Name: old"), thing("C", "Name: c"));
        create(before);
        var stack = update(template(thing("A", "Size: 2"), thing("B", "Name: new, Size: !Ref A"),
                thing("D", "Fail: true, Size: !Ref B")));
        assertThat(stack.stackStatus()).isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(things.things).containsKeys("old", "c").doesNotContainKey("new").hasSize(3);
        assertThat(things.things.get(resource("A").physicalResourceId())).hasToString("{Size=1}");
        assertThat(resource("B").physicalResourceId()).isEqualTo("old");
        assertThat(statuses("s")).endsWith("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS",
                "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE");
        assertThatThrownBy(() -> update(before)).hasMessage("No updates are to be performed.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Parts: {Key: a, Other: 1}|#/Parts: the property Other of Test::Thing is not built in Aloft",
        "Parts: [{Key: a}, {Key: b, Valu: 1}]|#/Parts/1: the property Valu of Test::Thing is not built in Aloft; "
        + "did you mean Value?",
        "Parts: [{Value: a}]|#/Parts/0: required key [Key] not found",
        "Parts: {Key: a, Rest: {Less: 1}}|#/Parts/Rest: the property Less of Test::Thing is not built in Aloft",
        "Parts: text|#/Parts: expected type: JSONObject, found: String",
        "Other: 1|#: the property Other of Test::Thing is not built in Aloft"})
    void whatATypeDoesNotKnowIsRefusedByItsNameHoweverDeep(String properties, String reason) {
        create(template(thing("A", "Size: 1, Parts: [{Key: a, Value: {Any: 1}, Rest: {More: 1}}]")));
        things.calls.clear();
        assertThat(update(template(thing("A", "Size: 2, " + properties))).stackStatus())
                .isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(reasons()).contains("Properties validation failed for resource A with message:\n" + reason);
        assertThat(things.things.get(resource("A").physicalResourceId())).containsEntry("Size", 1);
    }

    private List<String> reasons() {
        return cloudFormation
                .describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(r -> r.stackName("s")))
                .stackEvents().stream().map(CloudFormation.StackEvent::resourceStatusReason).toList();
    }

    @Test
    void whatHasANameOfTheTemplatesCannotBeReplacedUnderThatName() {
        create(template(thing("A", "Name: a, Kind: x"), thing("B", "Kind: x")));
        assertThat(update(template(thing("A", "Name: a, Kind: y"), thing("B", "Kind: x"))).stackStatus())
                .isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(reasons())
                .contains("CloudFormation cannot update a stack when a custom-named resource requires replacing."
                + " Rename a and update the stack again.");
        assertThat(things.things.get("a")).containsEntry("Kind", "x");
        assertThat(update(template(thing("A", "Name: b, Kind: y"), thing("B", "Kind: y"))).stackStatus())
                .isEqualTo("UPDATE_COMPLETE");
        assertThat(things.things.get("b")).containsEntry("Kind", "y");
        assertThat(things.things).doesNotContainKey("a").hasSize(2);
    }

    @Test
    void anAttemptThatItsTypeCannotReadIsUndone() {
        create(template(thing("A", "Size: 1")));
        assertThat(update(template(thing("A", "Size: 2, Unreadable: true"))).stackStatus())
                .isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(things.things.get(resource("A").physicalResourceId())).hasToString("{Size=1}");
    }

    @Test
    void anAttributeWithinAnAttributeIsReadByItsPath() {
        var stack = create(template(thing("A", "Name: a")) + "Outputs: {O: {Value: !GetAtt A.State.Now.Is}}\n");
        assertThat(stack.outputs().getFirst().outputValue()).isEqualTo("good");
    }

    @Test
    void aFailedUpdateWithoutRollbackIsRolledBackOnRequest() {
        create(template(thing("A", "Size: 1")));
        assertThat(update(template(thing("A", "Size: 2"), thing("B", "Fail: true, Size: !Ref A")),
                r -> r.disableRollback(true))
                .stackStatus()).isEqualTo("UPDATE_FAILED");
        assertThat(things.things.get(resource("A").physicalResourceId())).hasToString("{Size=2}");
        cloudFormation.rollbackStack(CALLER, CloudFormation.RollbackStackRequest.of(r -> r.stackName("s")));
        time.settle();
        assertThat(stack("s").stackStatus()).isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(things.things.get(resource("A").physicalResourceId())).hasToString("{Size=1}");
    }

    @Test
    void deletionGoesInReverseAndAFailureCanBeTriedAgain() {
        create(template(thing("A", "Name: a"), thing("B", "Name: b, Size: !Ref A")));
        things.failDelete = "A";
        things.calls.clear();
        var stack = delete();
        assertThat(stack.stackStatus()).isEqualTo("DELETE_FAILED");
        assertThat(stack.stackStatusReason()).isEqualTo("The following resource(s) failed to delete: [A]. ");
        assertThat(things.calls).containsExactly("delete B", "delete A");
        things.failDelete = "";
        assertThat(delete().stackStatus()).isEqualTo("DELETE_COMPLETE");
        assertThat(things.things).isEmpty();
        assertThatThrownBy(() -> stack("s")).hasMessage("Stack with id s does not exist");
    }

    @Test
    void whatIsDeletedJustBeforeItsCreationIsCompleteIsDeleted() {
        meanwhile = () -> cloudFormation.deleteStack(CALLER, DeleteStackRequest.of(r -> r.stackName("s")));
        cloudFormation.createStack(CALLER, CreateStackRequest.of(r -> r.stackName("s").templateBody(
                template(thing("A", "Name: a")) + "Outputs: {O: {Value: \"{{resolve:ssm:/p}}\"}}")));
        time.settle();
        assertThat(things.things).isEmpty();
        assertThatThrownBy(() -> stack("s")).hasMessage("Stack with id s does not exist");
    }

    @Test
    void retainedResourcesStay() {
        create(template("  A: {Type: Test::Thing, DeletionPolicy: Retain, Properties: {Name: a}}\n",
                thing("B", "Name: b")));
        assertThat(delete().stackStatus()).isEqualTo("DELETE_COMPLETE");
        assertThat(things.things).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @CsvSource({"create A, CREATE_COMPLETE", "create B, CREATE_COMPLETE", "delete A, ROLLBACK_COMPLETE"})
    void aCreationThatWasKilledGoesOnAfterARestart(String step, String status) {
        things.killAfter = step;
        var fails = step.startsWith("delete") ? ", Fail: true" : "";
        cloudFormation.createStack(CALLER, CreateStackRequest.of(r -> r.stackName("s").templateBody(
                template(thing("A", "Size: 1"), thing("B", "Size: !Ref A" + fails)))));
        time.settle();
        assertThat(things.killAfter).isEmpty();
        stop();
        start();
        assertThat(stack("s").stackStatus()).isEqualTo(status);
        assertThat(things.things).hasSize(status.equals("CREATE_COMPLETE") ? 2 : 0);
    }

    @ParameterizedTest
    @CsvSource({"update A, UPDATE_COMPLETE", "create B, UPDATE_COMPLETE", "delete B, UPDATE_COMPLETE",
        "delete C, UPDATE_COMPLETE"})
    void anUpdateThatWasKilledGoesOnAfterARestart(String step, String status) {
        create(template(thing("A", "Size: 1"), thing("B", "Name: old"), thing("C", "Name: c")));
        things.killAfter = step;
        cloudFormation.updateStack(CALLER, UpdateStackRequest.of(r -> r.stackName("s").templateBody(
                template(thing("A", "Size: 2"), thing("B", "Name: new")))));
        time.settle();
        assertThat(things.killAfter).isEmpty();
        stop();
        start();
        assertThat(stack("s").stackStatus()).isEqualTo(status);
        assertThat(things.things).hasSize(2).containsKey("new");
    }

    @Test
    void changeSetsAreCompleteAtOnce() {
        var set = cloudFormation
                .createChangeSet(CALLER, CreateChangeSetRequest.of(r -> r.stackName("s").changeSetName("one")
                .changeSetType("CREATE").templateBody(template(thing("A", "Size: 1")))));
        var described = cloudFormation.describeChangeSet(CALLER, CloudFormation.DescribeChangeSetRequest.of(r -> r
                .changeSetName(set.id())));
        assertThat(described.status()).isEqualTo("CREATE_COMPLETE");
        assertThat(described.executionStatus()).isEqualTo("AVAILABLE");
        assertThat(described.changes()).singleElement()
                .satisfies(c -> assertThat(c.resourceChange().action()).isEqualTo("Add"));
        assertThat(stack("s").stackStatus()).isEqualTo("REVIEW_IN_PROGRESS");
        cloudFormation.executeChangeSet(CALLER,
                CloudFormation.ExecuteChangeSetRequest.of(r -> r.changeSetName(set.id())));
        time.settle();
        assertThat(stack("s").stackStatus()).isEqualTo("CREATE_COMPLETE");
        assertThat(statuses("s")).containsExactly("REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE");

        var same = cloudFormation
                .createChangeSet(CALLER, CreateChangeSetRequest.of(r -> r.stackName("s").changeSetName("two")
                .templateBody(template(thing("A", "Size: 1")))));
        assertThat(cloudFormation
                .describeChangeSet(CALLER, CloudFormation.DescribeChangeSetRequest.of(r -> r.changeSetName(same.id()))))
                .satisfies(d -> {
                    assertThat(d.status()).isEqualTo("FAILED");
                    assertThat(d.statusReason()).startsWith("The submitted information didn't contain changes.");
                });
        var other = cloudFormation
                .createChangeSet(CALLER, CreateChangeSetRequest.of(r -> r.stackName("s").changeSetName("three")
                .templateBody(template(thing("A", "Name: other")))));
        assertThat(cloudFormation
                .describeChangeSet(CALLER, CloudFormation.DescribeChangeSetRequest.of(r -> r.changeSetName(other.id())))
                .changes().getFirst().resourceChange().replacement()).isEqualTo("True");
        assertThatThrownBy(() -> cloudFormation.createChangeSet(CALLER, CreateChangeSetRequest.of(r -> r.stackName("s")
                .changeSetName("four").changeSetType("CREATE").templateBody(template(thing("A", ""))))))
                .hasMessage("Stack [s] already exists and cannot be created again with the changeSet [four].");
    }

    @Test
    void exportsAreImportedAndCannotBeTakenAway() {
        create(template(thing("A", "Name: a")) + "Outputs: {O: {Value: !Ref A, Export: {Name: x}}}\n");
        cloudFormation.createStack(CALLER, CreateStackRequest.of(r -> r.stackName("t").templateBody(
                template(thing("B", "Name: b, Size: !ImportValue x")))));
        time.settle();
        assertThat(things.things.get("b")).containsEntry("Size", "a");
        assertThat(cloudFormation.listImports(CALLER, CloudFormation.ListImportsRequest.of(r -> r.exportName("x")))
                .imports())
                .containsExactly("t");
        assertThat(update(template(thing("A", "Name: a"))).stackStatus()).isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(delete().stackStatusReason()).isEqualTo("Export x cannot be deleted as it is in use by t");
        cloudFormation.deleteStack(CALLER, DeleteStackRequest.of(r -> r.stackName("t")));
        time.settle();
        assertThat(delete().stackStatus()).isEqualTo("DELETE_COMPLETE");
    }

    @Test
    void anUpdateThatMayNotTakeAnExportAwayTakesNone() {
        var exporting = template(thing("A", "Name: a")) + """
                Outputs:
                  O: {Value: !Ref A, Export: {Name: x}}
                  P: {Value: !Ref A, Export: {Name: y}}
                """;
        create(exporting);
        cloudFormation.createStack(CALLER, CreateStackRequest.of(r -> r.stackName("t").templateBody(
                template(thing("B", "Name: b, Size: !ImportValue y")))));
        time.settle();
        assertThat(update(template(thing("A", "Name: a"))).stackStatus()).isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(cloudFormation.listExports(CALLER, CloudFormation.ListExportsRequest.of(_ -> { })).exports())
                .extracting(CloudFormation.Export::name).containsExactly("x", "y");
    }

    @Test
    void refusesInTheWordsOfAws() {
        assertThatThrownBy(() -> stack("nope")).hasMessage("Stack with id nope does not exist");
        assertThatThrownBy(() -> create("Resources: {A: {Type: Nope::Nope}}"))
                .hasMessage("Template format error: Unrecognized resource types: [Nope::Nope]");
        assertThatThrownBy(() -> create("Resources: {A: {Type: Test::Thign}}"))
                .hasMessage("Template format error: Unrecognized resource types: [Test::Thign]"
                        + " (did you mean Test::Thing?)");
        assertThatThrownBy(() -> create("Resources: {A: {Type: AWS::EC2::VPC}}"))
                .hasMessage("Template format error: Unrecognized resource types: [AWS::EC2::VPC] (not built in Aloft)");
        assertThatThrownBy(() -> create("Resources: {A: {Type: AWS::Serverless::Function}}"))
                .hasMessage("Template format error: Unrecognized resource types: [AWS::Serverless::Function]"
                        + " (the template needs Transform: AWS::Serverless-2016-10-31)");
        assertThatThrownBy(() -> create("Parameters: {P: {Type: String}}\n" + template(thing("A", ""))))
                .hasMessage("Parameters: [P] must have values");
        assertThatThrownBy(() -> create(template(thing("A", "")), r -> r.stackName("1x")))
                .hasMessageStartingWith("1 validation error detected: Value '1x' at 'stackName' failed to "
                        + "satisfy constraint");
        create(template(thing("A", "")));
        assertThatThrownBy(() -> create(template(thing("A", "")))).hasMessage("Stack [s] already exists");
        assertThatThrownBy(() -> update(template(thing("A", "")))).hasMessage("No updates are to be performed.");
        assertThatThrownBy(() ->
                cloudFormation.describeChangeSet(CALLER, CloudFormation.DescribeChangeSetRequest.of(r -> r
                .stackName("s").changeSetName("nope")))).hasMessage("ChangeSet [nope] does not exist");
    }

    @Test
    void aPropertyThatIsNotBuiltFailsTheResourceByName() {
        create(template(thing("A", "Colour: red")));
        var events = cloudFormation
                .describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(r -> r.stackName("s")))
                .stackEvents();
        assertThat(events).anySatisfy(e -> assertThat(e.resourceStatusReason())
                .contains("the property Colour of Test::Thing is not built in Aloft"));
    }

    private int answer(Map<String, Object> invocation, String answer) {
        var path = invocation.get("ResponseURL").toString().substring("http://127.0.0.1:4566".length());
        var status = answers
                .handle(new HttpRequest("PUT", "http", path, "", new Headers(), Body.of(answer), null), "id").status();
        time.settle();
        return status;
    }

    @Test
    void aCustomResourceIsWhatItsFunctionAnswers() {
        cloudFormation.createStack(CALLER, CreateStackRequest.of(r -> r.stackName("s").templateBody("""
                Resources:
                  C: {Type: Custom::Thing, Properties: {ServiceToken: 'arn:aws:lambda:us-east-1:123456789012:function:f', N: 5}}
                Outputs: {O: {Value: !Sub '${C} ${C.Url}'}}
                """)));
        time.settle();
        assertThat(invocations.getFirst()).containsEntry("RequestType", "Create")
                .containsEntry("ResourceType", "Custom::Thing")
                .hasEntrySatisfying("ResourceProperties", p -> assertThat(p).hasToString(
                        "{ServiceToken=arn:aws:lambda:us-east-1:123456789012:function:f, N=5}"));
        assertThat(answer(invocations.getFirst(), """
                {"Status": "SUCCESS", "PhysicalResourceId": "one", "Data": {"Url": "http://x"}}""")).isEqualTo(200);
        assertThat(stack("s").outputs().getFirst().outputValue()).isEqualTo("one http://x");
        cloudFormation.deleteStack(CALLER, DeleteStackRequest.of(r -> r.stackName("s")));
        time.settle();
        assertThat(invocations.getLast()).containsEntry("RequestType", "Delete")
                .containsEntry("PhysicalResourceId", "one");
        answer(invocations.getLast(), "{\"Status\": \"SUCCESS\"}");
        assertThatThrownBy(() -> stack("s")).hasMessage("Stack with id s does not exist");
        assertThat(answer(invocations.getLast(), "{}")).isEqualTo(403);
    }

    private static final String CUSTOM = """
            Resources:
              C: {Type: Custom::Thing, Properties: {ServiceToken: 'arn:aws:lambda:us-east-1:123456789012:function:f', N: %d}}
            """;
    private static final String MADE = "{\"Status\": \"SUCCESS\", \"PhysicalResourceId\": \"one\"}";

    @Test
    void aCustomResourceIsToldOfEachChangeAlsoOfOneThatIsAnOldOne() {
        create(CUSTOM.formatted(0));
        answer(invocations.getLast(), MADE);
        for (int n : List.of(1, 0, 1)) {
            update(CUSTOM.formatted(n));
            assertThat(invocations.getLast()).containsEntry("RequestType", "Update")
                    .hasEntrySatisfying("ResourceProperties", p -> assertThat(p.toString()).endsWith("N=" + n + "}"));
            assertThat(answer(invocations.getLast(), MADE)).isEqualTo(200);
            assertThat(stack("s").stackStatus()).isEqualTo("UPDATE_COMPLETE");
        }
        assertThat(invocations).hasSize(4);
    }

    @Test
    void aCustomResourceWhoseDeletionFailedIsToldAgain() {
        create(CUSTOM.formatted(0));
        answer(invocations.getLast(), MADE);
        var arn = stack("s").stackId();
        delete();
        answer(invocations.getLast(), "{\"Status\": \"FAILED\", \"Reason\": \"not yet\"}");
        assertThat(stack("s").stackStatus()).isEqualTo("DELETE_FAILED");
        delete();
        answer(invocations.getLast(), "{\"Status\": \"SUCCESS\"}");
        assertThat(stack(arn).stackStatus()).isEqualTo("DELETE_COMPLETE");
        assertThat(invocations).hasSize(3);
    }

    @Test
    void aCustomResourceIsToldAfterARestartWhereTheEndCameBeforeItWas() {
        killsBeforeInvocation = true;
        create(CUSTOM.formatted(0));
        assertThat(killsBeforeInvocation).isFalse();
        stop();
        start();
        answer(invocations.getLast(), MADE);
        assertThat(stack("s").stackStatus()).isEqualTo("CREATE_COMPLETE");
    }

    @Test
    void aFunctionThatFailsFailsItsCustomResource() {
        cloudFormation.createStack(CALLER, CreateStackRequest.of(r -> r.stackName("s").onFailure("DO_NOTHING").templateBody("""
                Resources:
                  C: {Type: Custom::Thing, Properties: {ServiceToken: 'arn:aws:lambda:us-east-1:123456789012:function:f'}}
                """)));
        time.settle();
        answer(invocations.getFirst(), "{\"Status\": \"FAILED\", \"Reason\": \"no luck\"}");
        assertThat(resource("C").resourceStatusReason())
                .startsWith("Received response status [FAILED] from custom resource. Message returned: no luck");
    }

    @Test
    void aStackInsideAStackIsMadeChangedAndDeletedWithIt() {
        files.put("b/inner.yaml", "Parameters: {N: {Type: String}}\n" + template(thing("A", "Name: a, Size: !Ref N"))
                + "Outputs: {Id: {Value: !Ref A}}\n");
        var outer = "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "
                + "'https://s3.amazonaws.com/b/inner.yaml', Parameters: {N: %s}}}\nOutputs: {O: {Value: "
                + "!GetAtt N.Outputs.Id}}\n";
        var stack = create(outer.formatted("1"));
        assertThat(stack.stackStatus()).isEqualTo("CREATE_COMPLETE");
        assertThat(stack.outputs().getFirst().outputValue()).isEqualTo("a");
        var inner = resource("N").physicalResourceId();
        assertThat(stack(inner).parentId()).isEqualTo(stack.stackId());
        assertThat(update(outer.formatted("2")).stackStatus()).isEqualTo("UPDATE_COMPLETE");
        assertThat(things.things.get("a")).hasToString("{Name=a, Size=2}");
        assertThat(delete().stackStatus()).isEqualTo("DELETE_COMPLETE");
        assertThat(stack(inner).stackStatus()).isEqualTo("DELETE_COMPLETE");
        assertThat(things.things).isEmpty();
    }

    @Test
    void aFailureInsideIsTheReasonOutside() {
        files.put("b/inner.yaml", template(thing("A", "Fail: true")));
        create("Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "
                + "'http://127.0.0.1:4566/b/inner.yaml'}}}");
        var events = cloudFormation
                .describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(r -> r.stackName("s")))
                .stackEvents();
        assertThat(events)
                .anySatisfy(e -> assertThat(e.resourceStatusReason()).contains("was not successfully created:")
                .contains("no such thing"));
    }

    @Test
    void aServerlessTemplateIsTransformedAndItsCapabilitiesAreAskedFor() {
        var text = """
                Transform: AWS::Serverless-2016-10-31
                Resources:
                  T: {Type: Test::Thing, Properties: {Name: t}}
                  F:
                    Type: AWS::Serverless::Function
                    Properties: {Handler: h, Runtime: nodejs24.x, InlineCode: x}
                """;
        var set = cloudFormation
                .createChangeSet(CALLER, CreateChangeSetRequest.of(r -> r.stackName("s").changeSetName("one")
                .changeSetType("CREATE").templateBody(text)));
        assertThat(cloudFormation
                .describeChangeSet(CALLER, CloudFormation.DescribeChangeSetRequest.of(r -> r.changeSetName(set.id())))
                .statusReason())
                .isEqualTo("Template format error: Unrecognized resource types: [AWS::IAM::Role, "
                        + "AWS::Lambda::Function] (not built in Aloft)");
        assertThat(cloudFormation
                .getTemplateSummary(CALLER, CloudFormation.GetTemplateSummaryRequest.of(r -> r.templateBody(text)))
                .capabilities()).containsExactly("CAPABILITY_AUTO_EXPAND");
    }

    @Test
    void filesAreIncluded() {
        files.put("b/part.json", "{\"Size\": 7}");
        create("Resources: {A: {Type: Test::Thing, Properties: {Name: a, Fn::Transform: {Name: AWS::Include, "
                + "Parameters: {Location: 's3://b/part.json'}}}}}",
                r -> r.capabilities(List.of("CAPABILITY_AUTO_EXPAND")));
        assertThat(things.things.get("a")).hasToString("{Name=a, Size=7}");
    }

    /** Goes every way that the table of a stack's life has. */
    @Test
    void everyTransitionOfAStacksLifeIsVisited() {
        var good = template(thing("A", "Name: a"));
        var bad = template(thing("A", "Name: a, Size: 2"), thing("B", "Fail: true, Size: !Ref A"));
        var seen = new TreeSet<String>();
        // An update that fails, one that is not undone, one on top of it; what was not undone is undone, or deleted.
        create(good);
        update(template(thing("A", "Name: a, Size: 1")));
        update(bad);
        update(good);
        update(bad, r -> r.disableRollback(true));
        update(template(thing("A", "Name: a, Size: 3")));
        update(bad, r -> r.disableRollback(true));
        rollBack();
        seen.addAll(lived());
        create(template(thing("A", "Name: a, Size: 1")));
        update(bad, r -> r.disableRollback(true));
        seen.addAll(lived());
        // An update that cannot be undone, until it can.
        for (var isContinued : List.of(true, false)) {
            create(template(thing("A", "Name: a, Size: 1")));
            things.failSize = "1";
            assertThat(update(bad).stackStatus()).isEqualTo("UPDATE_ROLLBACK_FAILED");
            things.failSize = "";
            if (isContinued) {
                cloudFormation.continueUpdateRollback(CALLER,
                        CloudFormation.ContinueUpdateRollbackRequest.of(r -> r.stackName("s")));
                time.settle();
                assertThat(stack("s").stackStatus()).isEqualTo("UPDATE_ROLLBACK_COMPLETE");
            }
            seen.addAll(lived());
        }
        // Creations that fail: deleted by themselves, undone, left and then undone, changed, or deleted.
        var gone = cloudFormation.createStack(CALLER, CreateStackRequest.of(r -> r.stackName("s").templateBody(bad)
                .onFailure("DELETE"))).stackId();
        time.settle();
        seen.addAll(transitions(gone));
        create(bad);
        seen.addAll(lived());
        create(bad, r -> r.onFailure("DO_NOTHING"));
        rollBack();
        seen.addAll(lived());
        create(bad, r -> r.onFailure("DO_NOTHING"));
        update(good);
        seen.addAll(lived());
        create(bad, r -> r.onFailure("DO_NOTHING"));
        seen.addAll(lived());
        // What cannot be deleted, for a while.
        things.failDelete = "A";
        create(bad);
        things.failDelete = "";
        seen.addAll(lived());
        create(good);
        things.failDelete = "A";
        delete();
        things.failDelete = "";
        seen.addAll(lived());
        // A change set, not executed and executed.
        for (var isExecuted : List.of(false, true)) {
            var set = cloudFormation
                    .createChangeSet(CALLER, CreateChangeSetRequest.of(r -> r.stackName("s").changeSetName("one")
                    .changeSetType("CREATE").templateBody(good)));
            if (isExecuted) {
                cloudFormation.executeChangeSet(CALLER,
                        CloudFormation.ExecuteChangeSetRequest.of(r -> r.changeSetName(set.id())));
                time.settle();
            }
            seen.addAll(lived());
        }
        create(good);
        update(template(thing("A", "Name: a, Size: 1")));
        seen.addAll(lived());
        var all = new TreeSet<String>();
        StackLife.NEXT.forEach((before, next) -> next.forEach(after -> all.add(before + " " + after)));
        assertThat(seen).isEqualTo(all);
    }

    private void rollBack() {
        cloudFormation.rollbackStack(CALLER, CloudFormation.RollbackStackRequest.of(r -> r.stackName("s")));
        time.settle();
    }

    /** Deletes the stack and tells how its life went. */
    private List<String> lived() {
        return transitions(delete().stackId());
    }

    private List<String> transitions(String stack) {
        var statuses = statuses(stack);
        return IntStream.range(1, statuses.size()).mapToObj(i -> statuses.get(i - 1) + " " + statuses.get(i)).toList();
    }

    @Test
    void twoHundredResourcesAreMadeSideBySide() {
        var text = new StringBuilder("Resources:\n");
        for (int i = 0; i < 200; i++) {
            text.append(thing("T" + i, i % 20 == 0 ? "Size: 1" : "Size: !Ref T" + (i - i % 20)));
        }
        assertThat(create(text.toString()).stackStatus()).isEqualTo("CREATE_COMPLETE");
        assertThat(things.things).hasSize(200);
        assertThat(delete().stackStatus()).isEqualTo("DELETE_COMPLETE");
    }
}
