package dev.aloft.kernel.envelope;

import dev.aloft.api.Caller;
import dev.aloft.api.Principal;

/**
 * For whom a data key is held: callers are told apart by their credentials. Sessions of a role are one requester,
 * whatever they are called, where the same policies narrow them.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html">
 *     Amazon SQS key management</a>
 */
record Requester(String account, String region, String principal, String narrowed) {
    static Requester of(Caller caller) {
        return switch (caller.principal()) {
            case Principal.RoleSession it -> new Requester(caller, it.roleArn(), it.sessionPolicy());
            case Principal.Service it -> new Requester(caller, it.name(), it.sourceArn());
            case Principal.Root it -> new Requester(caller, it.arn(), null);
            case Principal.User it -> new Requester(caller, it.arn(), null);
            case Principal.Anonymous it -> new Requester(caller, it.arn(), null);
        };
    }

    private Requester(Caller caller, String principal, String narrowed) {
        this(caller.account(), caller.region(), principal, narrowed);
    }
}
