package dev.aloft.service.cloudformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.CloudFormation.CreateChangeSetRequest;
import dev.aloft.api.CloudFormation.DescribeChangeSetRequest;
import dev.aloft.api.CloudFormation.ResourceChange;
import dev.aloft.api.CloudFormation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What change sets tell of resources is what AWS's recorded answers tell. */
class ChangeSetsTest extends StackScenario {
    private static final String SIZED = """
            Parameters: {P: {Type: String, Default: p}, Hidden: {Type: String, NoEcho: true, Default: secret}}
            """;

    private CloudFormation.CreateChangeSetResponse set(String name, String text,
            Consumer<CreateChangeSetRequest.Builder> with) {
        return cloudFormation.createChangeSet(CALLER, CreateChangeSetRequest.of(r ->
                with.accept(r.stackName("s").changeSetName(name).templateBody(text))));
    }

    private CloudFormation.DescribeChangeSetResponse described(String id, boolean hasValues) {
        return cloudFormation.describeChangeSet(CALLER, DescribeChangeSetRequest.of(r ->
                r.changeSetName(id).includePropertyValues(hasValues)));
    }

    private List<ResourceChange> changes(String id, boolean hasValues) {
        return described(id, hasValues).changes().stream().map(CloudFormation.Change::resourceChange).toList();
    }

    private static List<String> details(ResourceChange change) {
        return change.details().stream().map(d -> d.evaluation() + " " + d.changeSource() + " " + d.causingEntity()
                + " " + d.target().name() + " " + d.target().beforeValue() + " " + d.target().afterValue()).toList();
    }

    private static CloudFormation.Parameter parameter(String name, String value) {
        return CloudFormation.Parameter.of(p -> p.parameterKey(name).parameterValue(value));
    }

    @Test
    void aDirectChangeIsToldWithItsValuesOnRequest() {
        create(template(thing("A", "Name: a, Size: 1")));
        var id = set("one", template(thing("A", "Name: a, Size: 2")), _ -> { }).id();
        assertThat(details(changes(id, false).getFirst()))
                .containsExactly("Static DirectModification null Size null null");
        var change = changes(id, true).getFirst();
        assertThat(details(change)).containsExactly("Static DirectModification null Size 1 2");
        assertThat(change.details().getFirst().target().path()).isEqualTo("/Properties/Size");
        assertThat(change.details().getFirst().target().attributeChangeType()).isEqualTo("Modify");
        assertThat(change.beforeContext()).isEqualTo("{\"Properties\":{\"Name\":\"a\",\"Size\":1}}");
        assertThat(change.afterContext()).isEqualTo("{\"Properties\":{\"Name\":\"a\",\"Size\":2}}");
    }

    @Test
    void aParameterThatChangedIsTheCauseBesideAChangeThatMayBe() {
        var text = SIZED + template(thing("A", "Name: a, Size: !Ref P"));
        create(text);
        var id = set("one", text, r -> r.parameters(List.of(parameter("P", "q")))).id();
        assertThat(details(changes(id, true).getFirst())).containsExactly(
                "Static ParameterReference P Size p q", "Dynamic DirectModification null Size p q");
    }

    @Test
    void whatAReplacedResourceChangesIsKnownOnlyAfterIt() {
        create(template(thing("A", "Name: a"), thing("B", "Name: b, Size: !Sub 'x${A.Arn}'")));
        var id = set("one", template(thing("A", "Name: z"), thing("B", "Name: b, Size: !Sub 'x${A.Arn}'")), _ -> { })
                .id();
        var changes = changes(id, true);
        assertThat(changes.getFirst().policyAction()).isEqualTo("ReplaceAndDelete");
        assertThat(details(changes.get(1))).containsExactly(
                "Dynamic DirectModification null Size xarn:thing:a {{changeSet:KNOWN_AFTER_APPLY}}",
                "Static ResourceAttribute A.Arn Size xarn:thing:a {{changeSet:KNOWN_AFTER_APPLY}}");
        assertThat(details(changes(id, false).get(1)))
                .containsExactly("Static ResourceAttribute A.Arn Size null null");
    }

    @Test
    void whatMayChangeWithAnAttributeIsToldOnlyWithoutValues() {
        create(template(thing("A", "Name: a, Size: 1"), thing("B", "Name: b, Size: !GetAtt A.Arn")));
        var id = set("one", template(thing("A", "Name: a, Size: 2"), thing("B", "Name: b, Size: !GetAtt A.Arn")),
                _ -> { }).id();
        assertThat(changes(id, true)).hasSize(1);
        assertThat(details(changes(id, false).get(1)))
                .containsExactly("Dynamic ResourceAttribute A.Arn Size null null");
    }

    @Test
    void policiesSayWhatBecomesOfWhatIsNotNeeded() {
        var keeps = "Parameters: {P: {Type: String, Default: Retain}}\nResources:\n"
                + "  A: {Type: Test::Thing, DeletionPolicy: !Ref P, Properties: {Name: a}}\n"
                + "  B: {Type: Test::Thing, UpdateReplacePolicy: Retain, Properties: {Name: b}}\n";
        create(keeps);
        var id = set("one", "Resources:\n"
                + "  B: {Type: Test::Thing, UpdateReplacePolicy: Retain, Properties: {Name: c}}\n", _ -> { }).id();
        assertThat(changes(id, false)).extracting(ResourceChange::policyAction)
                .containsExactly("Retain", "ReplaceAndRetain");
        assertThatThrownBy(() -> update(keeps, r -> r.parameters(List.of(parameter("P", "Keep")))))
                .hasMessage("Template format error: Unrecognized DeletionPolicy Keep for resource A");
    }

    @Test
    void secretsAreInNoChangeSetAndInNoEvent() {
        var text = SIZED + template(thing("A", "Name: a, Size: !Ref Hidden"));
        create(text);
        var id = set("one", text, r -> r.parameters(List.of(parameter("Hidden", "other")))).id();
        assertThat(changes(id, true).getFirst().afterContext()).contains("\"Size\":\"****\"");
        var stack = stack("s").stackId();
        update(text, r -> r.parameters(List.of(parameter("Hidden", "other"))));
        delete();
        var events = cloudFormation.describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(r ->
                r.stackName(stack))).stackEvents();
        assertThat(events.toString()).contains("****").doesNotContain("secret", "other");
    }

    @Test
    void eventsAreThoseOfAStackThatIsNamed() {
        assertThatThrownBy(() -> cloudFormation.describeStackEvents(CALLER,
                CloudFormation.DescribeStackEventsRequest.of(_ -> { })))
                .hasMessageStartingWith("1 validation error detected: Value null at 'stackName'");
    }

    @Test
    void tagsOfTheStackReachItsResources() {
        create(template(thing("A", "Name: a")), r -> r.tags(List.of(tag("k", "v"))));
        var id = set("one", template(thing("A", "Name: a")), r -> r.tags(List.of(tag("k", "w")))).id();
        var change = changes(id, false).getFirst();
        assertThat(change.scope()).containsExactly("Tags");
        assertThat(change.details().getFirst().target().attribute()).isEqualTo("Tags");
        update(template(thing("A", "Name: a")), r -> r.tags(List.of(tag("k", "w"))));
        assertThat(things.tags.get("a")).isEqualTo(Map.of("k", "w"));
        update(template(thing("A", "Name: a"), thing("B", "Fail: true, Size: !Ref A")),
                r -> r.tags(List.of(tag("k", "x"))));
        assertThat(stack("s").stackStatus()).isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(things.tags.get("a")).isEqualTo(Map.of("k", "w"));
    }

    private static CloudFormation.Tag tag(String key, String value) {
        return CloudFormation.Tag.of(t -> t.key(key).value(value));
    }

    @Test
    void aNameIsTakenUntilItsChangeSetIsExecuted() {
        var set = set("one", template(thing("A", "Name: a")), r -> r.changeSetType("CREATE"));
        assertThatThrownBy(() -> set("one", template(thing("A", "Name: a")), r -> r.changeSetType("CREATE")))
                .hasMessage("ChangeSet one already exists");
        cloudFormation.executeChangeSet(CALLER, CloudFormation.ExecuteChangeSetRequest.of(r ->
                r.changeSetName(set.id())));
        time.settle();
        assertThat(set("one", template(thing("A", "Name: b")), _ -> { }).id()).isNotEqualTo(set.id());
    }

    @Test
    void ofTwoChangeSetsOfOneNameAtOnceOneIsRefused() {
        var text = SIZED + template(thing("A", "Name: a, Size: !Ref P"));
        create(text);
        // The parameter is looked up while the set is made: meanwhile another is made whole.
        var asked = "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: p}}\n"
                + template(thing("A", "Name: a, Size: !Ref P"));
        meanwhile = () -> {
            meanwhile = () -> { };
            set("one", template(thing("A", "Name: c")), _ -> { });
        };
        assertThatThrownBy(() -> set("one", asked, _ -> { })).hasMessage("ChangeSet one already exists");
        // The same for a stack that neither knows of.
        meanwhile = () -> {
            meanwhile = () -> { };
            set("first", template(thing("A", "Name: c")), r -> r.stackName("t").changeSetType("CREATE"));
        };
        var second = set("second", asked, r -> r.stackName("t").changeSetType("CREATE"));
        assertThat(described(second.id(), false).stackId()).isEqualTo(stack("t").stackId());
    }

    @Test
    void aStackUnderReviewIsCreatedByWhoDoesNotWaitForTheChangeSet() {
        var set = set("one", template(thing("A", "Name: a")), r -> r.changeSetType("CREATE"));
        assertThat(create(template(thing("A", "Name: b"))).stackId()).isEqualTo(set.stackId());
        assertThat(stack("s").stackStatus()).isEqualTo("CREATE_COMPLETE");
        assertThat(described(set.id(), false).executionStatus()).isEqualTo("OBSOLETE");
        assertThatThrownBy(() -> cloudFormation.executeChangeSet(CALLER,
                CloudFormation.ExecuteChangeSetRequest.of(r -> r.changeSetName(set.id()))))
                .hasMessageEndingWith(" cannot be executed in its current execution status of [OBSOLETE]");
    }

    @Test
    void anExportThatIsNotThereYetIsKnownLater() {
        var id = set("one", template(thing("A", "Name: a, Size: !ImportValue later")),
                r -> r.changeSetType("CREATE")).id();
        assertThat(changes(id, true).getFirst().afterContext()).contains("{{changeSet:KNOWN_AFTER_APPLY}}");
    }

    @Test
    void whatDoesNotExistUnderItsConditionsCannotBeMentioned() {
        var text = """
                Parameters: {P: {Type: String, Default: no}}
                Conditions: {Is: !Equals [!Ref P, 'yes']}
                Resources:
                  A: {Type: Test::Thing, Condition: Is, Properties: {Name: a}}
                  B: {Type: Test::Thing, DependsOn: A, Properties: {Name: b, Size: %s}}
                """;
        assertThatThrownBy(() -> create(text.formatted("!GetAtt A.Arn"))).hasMessage("Template format error: "
                + "Unresolved resource dependencies [A] in the Resources block of the template");
        assertThat(create(text.formatted("!If [Is, !Ref A, 1]")).stackStatus()).isEqualTo("CREATE_COMPLETE");
        assertThatThrownBy(() -> update(text.formatted("1") + "Outputs: {O: {Value: !Ref A}}\n"))
                .hasMessage("Unresolved resource dependencies [A] in the Outputs block of the template");
    }
}
