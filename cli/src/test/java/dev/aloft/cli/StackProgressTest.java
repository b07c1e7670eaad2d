package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.CloudFormation.DescribeStackEventsRequest;
import dev.aloft.api.CloudFormation.DescribeStackEventsResponse;
import dev.aloft.api.CloudFormation.DescribeStacksResponse;
import dev.aloft.api.CloudFormation.Stack;
import dev.aloft.api.CloudFormation.StackEvent;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StackProgressTest {
    private static final Caller CALLER =
            new Caller("", "us-east-1", new Principal.Anonymous(), "r", null, 0, "test", null, "test");

    /** The newest first, as CloudFormation lists them. */
    private final List<StackEvent> events = new ArrayList<>();
    private final StringWriter said = new StringWriter();
    private String status = "CREATE_COMPLETE";

    @Test
    void allPagesOfEventsAreShownOnceInTheOrderOfTime() {
        for (int i = 0; i < 5; i++) {
            happens("Table" + i, "AWS::DynamoDB::Table", "CREATE_IN_PROGRESS", null);
            happens("Table" + i, "AWS::DynamoDB::Table", "CREATE_COMPLETE", null);
        }
        var progress = progress();
        progress.follow("stack");
        progress.follow("stack");
        assertThat(said.toString().lines().map(line -> line.strip().split(" +")[1]))
                .containsExactly("Table0", "Table1", "Table2", "Table3", "Table4");
    }

    @Test
    void theFirstFailureIsTheReason() {
        status = "ROLLBACK_COMPLETE";
        happens("Role", "AWS::IAM::Role", "CREATE_IN_PROGRESS", null);
        happens("Role", "AWS::IAM::Role", "CREATE_FAILED", "invalid:\n#: no such property");
        happens("Table", "AWS::DynamoDB::Table", "CREATE_FAILED", "Resource creation cancelled");
        happens("stack", "AWS::CloudFormation::Stack", "ROLLBACK_IN_PROGRESS",
                "The following resource(s) failed to create: [Role].");
        var progress = progress();
        assertThat(progress.why(progress.follow("stack")))
                .isEqualTo(": Role (AWS::IAM::Role): invalid:\n#: no such property");
        assertThat(said.toString()).contains("✗ Role").contains("\n      invalid:\n      #: no such property\n");
    }

    @Test
    void aFailureOfTheStackItselfIsTheReasonToo() {
        status = "ROLLBACK_COMPLETE";
        happens("stack", "AWS::CloudFormation::Stack", "ROLLBACK_IN_PROGRESS",
                "Template error: resource B does not support attribute type X");
        var progress = progress();
        assertThat(progress.why(progress.follow("stack")))
                .isEqualTo(": Template error: resource B does not support attribute type X");
    }

    private StackProgress progress() {
        return new StackProgress(CloudFormation.at(new Stacks()), CALLER, new PrintWriter(said));
    }

    private void happens(String resource, String type, String status, String reason) {
        int number = events.size();
        events.addFirst(StackEvent.of(e -> e.eventId("event-" + number).stackId("stack").stackName("stack")
                .logicalResourceId(resource).physicalResourceId(resource).resourceType(type).resourceStatus(status)
                .resourceStatusReason(reason).timestamp(Instant.EPOCH.plusMillis(number))));
    }

    /** A platform with one stack, whose events come two a page. */
    private final class Stacks implements Endpoint {
        @Override
        public Shape call(Operation operation, Caller caller, Shape input) {
            if (input instanceof DescribeStackEventsRequest request) {
                int from = request.nextToken() == null ? 0 : Integer.parseInt(request.nextToken());
                int to = Math.min(events.size(), from + 2);
                return DescribeStackEventsResponse.of(r -> r.stackEvents(List.copyOf(events.subList(from, to)))
                        .nextToken(to < events.size() ? Integer.toString(to) : null));
            }
            return DescribeStacksResponse.of(r -> r.stacks(List.of(
                    Stack.of(s -> s.stackId("stack").stackName("stack").stackStatus(status)
                            .creationTime(Instant.EPOCH)))));
        }
    }
}
