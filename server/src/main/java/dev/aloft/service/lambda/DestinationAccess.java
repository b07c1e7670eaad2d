package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.Lambda;
import dev.aloft.api.Operation;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.api.Sns;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.Permits;
import dev.aloft.kernel.delivery.poll.SqsQueue;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Whether a function's role may send where its dead letters and records are to go. Lambda asks when that is set, not
 * only when there is something to send.
 */
record DestinationAccess(ExecutionRoles roles, Permits permits) {
    private static final Set<String> LETTERS = Set.of("sqs", "sns");

    /** What will be asked of a target; service is how refusals name it that do not tell its ARN. */
    private record Wish(Operation operation, Shape input, String service) {}

    void checkDeadLetters(Caller caller, FunctionName name, String role, Lambda.DeadLetterConfig letters) {
        String target = letters == null ? null : letters.targetArn();
        if (target != null && !target.isEmpty() && !LETTERS.contains(Arn.parse(target).service())) {
            throw new Lambda.InvalidParameterValueException("The dead letter target ARN " + target + " is invalid.");
        }
        check(caller, name, role, target, wish ->
                "The provided execution role does not have permissions to call " + wish.operation().name() + " on "
                        + wish.service());
    }

    /** @param target where the records of asynchronous invocations go, or null */
    void checkRecords(Caller caller, FunctionName name, String role, String target) {
        check(caller, name, role, target, wish -> "The function's execution role does not have permissions to call "
                + action(wish) + " on " + target);
    }

    /** @param target where the records of batches go that an event source mapping gives up, or null */
    void checkBatches(Caller caller, FunctionName name, String role, String target) {
        check(caller, name, role, target, wish -> "The function execution role does not have permissions to call "
                + wish.operation().name() + " on " + wish.service());
    }

    private static String action(Wish wish) {
        return wish.operation() == Lambda.INVOKE ? "InvokeFunction" : wish.operation().name();
    }

    private void check(Caller caller, FunctionName name, String role, String target, Function<Wish, String> refusal) {
        if (target == null || target.isEmpty()) {
            return;
        }
        if (!Arn.isArn(target)) {
            throw ApiError.notBuilt("A Kafka topic as a destination");
        }
        Wish wish = wish(Arn.parse(target));
        Caller lambda = caller.asService("lambda.amazonaws.com", name.arn());
        if (!roles.trusted(lambda, role)) {
            throw Roles.notTrusting();
        }
        Caller session = roles.assume(lambda, role, name.name()).caller();
        if (!permits.permits(wish.operation(), session, wish.input())) {
            throw new Lambda.InvalidParameterValueException(refusal.apply(wish));
        }
    }

    private static Wish wish(Arn target) {
        return switch (target.service()) {
            case "sqs" -> new Wish(Sqs.SEND_MESSAGE,
                    Sqs.SendMessageRequest.of(r -> r.queueUrl(SqsQueue.url(target))), "SQS");
            case "sns" -> new Wish(Sns.PUBLISH, Sns.PublishRequest.of(r -> r.topicArn(target.toString())), "SNS");
            case "lambda" -> new Wish(Lambda.INVOKE,
                    Lambda.InvokeRequest.of(r -> r.functionName(target.toString())), "Lambda");
            case "events" -> new Wish(Events.PUT_EVENTS, Events.PutEventsRequest.of(r -> r.entries(List.of(
                    Events.PutEventsRequestEntry.of(e -> e.eventBusName(target.toString()))))), "EventBridge");
            // Where in the bucket is not known yet.
            case "s3" -> new Wish(S3.PUT_OBJECT,
                    S3.PutObjectRequest.of(r -> r.bucket(target.resource()).key("*")), "S3");
            default -> throw invalid(target.toString());
        };
    }

    static Lambda.InvalidParameterValueException invalid(String target) {
        return new Lambda.InvalidParameterValueException("The destination ARN " + target + " is invalid.");
    }
}
