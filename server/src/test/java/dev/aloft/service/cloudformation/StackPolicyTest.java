package dev.aloft.service.cloudformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.CloudFormation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackPolicyTest extends StackScenario {
    private static final String DENIES = """
            {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
              {"Effect": "Deny", "Action": %s, "Principal": "*", "Resource": "LogicalResourceId/A*"}]}""";

    private void set(String policy) {
        cloudFormation.setStackPolicy(CALLER, CloudFormation.SetStackPolicyRequest.of(r -> r.stackName("s")
                .stackPolicyBody(policy)));
    }

    private String policy() {
        return cloudFormation.getStackPolicy(CALLER, CloudFormation.GetStackPolicyRequest.of(r -> r.stackName("s")))
                .stackPolicyBody();
    }

    private String reason(String status) {
        return cloudFormation.describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(r ->
                r.stackName("s"))).stackEvents().stream().filter(event -> event.resourceStatus().equals(status))
                .findFirst().orElseThrow().resourceStatusReason();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Allow", "{\"Effect\": \"Allow\"}", "{\"Statement\": [{\"Effect\": \"Deny\", "
            + "\"Action\": \"Delete:*\", \"Principal\": \"*\", \"Resource\": \"*\"}]}"})
    void refusesWhatIsNoPolicy(String text) {
        create(template(thing("A", "Name: a")));
        assertThatThrownBy(() -> set(text)).hasMessage("Error validating stack policy: Invalid stack policy");
    }

    @Test
    void whatItDeniesIsNotDoneAndTheRestIsUndone() {
        create(template(thing("A", "Name: a, Size: 1"), thing("B", "Name: b, Size: !Ref A")));
        assertThat(policy()).isNull();
        set(DENIES.formatted("[\"Update:Replace\", \"Update:Delete\"]"));
        assertThat(update(template(thing("A", "Name: a, Size: 2"), thing("B", "Name: b"))).stackStatus())
                .isEqualTo("UPDATE_COMPLETE");
        assertThat(update(template(thing("A", "Name: z, Size: 2"), thing("B", "Name: b"))).stackStatus())
                .isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(reason("UPDATE_FAILED")).isEqualTo("Action denied by stack policy");
        assertThat(update(template(thing("B", "Name: b"))).stackStatus()).isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(things.things).containsOnlyKeys("a", "b");
    }

    @Test
    void whatNoStatementAllowsIsDenied() {
        create(template(thing("A", "Name: a, Size: 1")), r -> r.stackPolicyBody("""
                {"Statement": {"Effect": "Allow", "NotAction": "Update:Modify", "Principal": "*", "Resource": "*",
                  "Condition": {"StringLike": {"ResourceType": ["Test::*"]}}}}"""));
        assertThat(update(template(thing("A", "Name: a, Size: 2"))).stackStatus())
                .isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(reason("UPDATE_FAILED")).isEqualTo("Action not allowed by stack policy");
        assertThat(update(template(thing("A", "Name: b, Size: 2"))).stackStatus()).isEqualTo("UPDATE_COMPLETE");
    }

    @Test
    void anUpdateBringsOneForItselfAndOneForThoseToCome() {
        create(template(thing("A", "Name: a, Size: 1")));
        var all = DENIES.formatted("\"Update:*\"");
        update(template(thing("A", "Name: a, Size: 2")), r -> r.stackPolicyBody(all));
        assertThat(stack("s").stackStatus()).isEqualTo("UPDATE_COMPLETE");
        assertThat(policy()).isEqualTo(all);
        update(template(thing("A", "Name: a, Size: 3")), r -> r.stackPolicyDuringUpdateBody("{}"));
        assertThat(stack("s").stackStatus()).isEqualTo("UPDATE_COMPLETE");
        assertThat(policy()).isEqualTo(all);
        update(template(thing("A", "Name: a, Size: 4")), r -> r.stackPolicyBody("{}"));
        assertThat(stack("s").stackStatus()).isEqualTo("UPDATE_ROLLBACK_COMPLETE");
        assertThat(policy()).isEqualTo(all);
    }
}
