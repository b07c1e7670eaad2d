package dev.aloft.service.s3;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Principal;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.delivery.Outcome;
import java.nio.charset.StandardCharsets;

/** Brings notifications to whom they are for; those to topics have a subject. */
final class NotificationCarrier extends Dispatches {
    static final String SUBJECT = "Amazon S3 Notification";

    private final Sns sns;

    NotificationCarrier(Targets targets, Assume roles, Endpoint endpoint) {
        super(targets, roles);
        sns = Sns.at(endpoint);
    }

    @Override
    public Outcome deliver(Dispatch dispatch, Attempt attempt) {
        if (!Arn.parse(dispatch.target()).service().equals("sns")) {
            return super.deliver(dispatch, attempt);
        }
        var caller = new Caller(dispatch.account(), dispatch.region(),
            new Principal.Service(dispatch.service(), dispatch.sourceArn()), attempt.id(), dispatch.event().trace(),
            0, null, null, null);
        sns.publish(caller, Sns.PublishRequest.of(r -> r.topicArn(dispatch.target()).subject(SUBJECT)
            .message(new String(dispatch.event().body(), StandardCharsets.UTF_8))));
        return Outcome.delivered();
    }
}
