package dev.aloft.service.sns;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.Outcome.Verdict;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.SnsData.Attribute;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Message;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Brings one message to one endpoint, once, as its protocol wants it. */
final class Couriers {
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(15);
    private static final int MOST_SQS_ATTRIBUTES = 10;

    private final Notification notification;
    private final Sns sns;
    private final Targets targets;
    private final Roles roles;
    private final Outbound outbound;
    private final Time time;
    /** How many messages an endpoint with a throttle policy got in this second, by subscription. */
    private final Map<String, Second> seconds = new ConcurrentHashMap<>();

    private record Second(long number, int messages) {
    }

    Couriers(Notification notification, Sns sns, Targets targets, Roles roles, Outbound outbound, Time time) {
        this.notification = notification;
        this.sns = sns;
        this.targets = targets;
        this.roles = roles;
        this.outbound = outbound;
        this.time = time;
    }

    Outcome bring(KeptTopic topic, KeptSubscription subscription, Message message, boolean replayed, Attempt attempt) {
        return switch (subscription.protocol()) {
            case "sqs" -> toQueue(topic, subscription, message, replayed, attempt);
            case "lambda" -> toTarget(caller(topic, message), subscription.endpoint(),
                    Event.of(notification.lambda(topic, subscription, message)), 202, message, attempt);
            case "firehose" -> toTarget(inRole(caller(topic, message), subscription), subscription.endpoint(),
                    Event.of(line(record(topic, subscription, message))), 200, message, attempt);
            default -> toUrl(topic, subscription, message, attempt);
        };
    }

    /** What a queue or a URL gets: the document, or the bare message where raw delivery is wanted. */
    byte[] content(KeptTopic topic, KeptSubscription subscription, Message message, boolean replayed) {
        return subscription.raw() ? bare(subscription, message)
                : notification.json(topic, subscription, message, replayed);
    }

    private byte[] record(KeptTopic topic, KeptSubscription subscription, Message message) {
        return subscription.raw() ? bare(subscription, message) : notification.record(topic, subscription, message);
    }

    private static byte[] bare(KeptSubscription subscription, Message message) {
        return message.text(subscription.protocol()).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] line(byte[] content) {
        return (new String(content, StandardCharsets.UTF_8) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** SNS itself, for the topic. */
    private Caller caller(KeptTopic topic, Message message) {
        return new Caller(topic.account(), topic.region(), new Principal.Service("sns.amazonaws.com", topic.arn()),
                UUID.randomUUID().toString(), message.trace(), message.depth() + 1, message.endpoint(), null, null);
    }

    private Caller inRole(Caller service, KeptSubscription subscription) {
        return roles.assume(service, subscription.attributes().get("SubscriptionRoleArn"), "sns");
    }

    private Outcome toQueue(KeptTopic topic, KeptSubscription subscription, Message message, boolean replayed,
            Attempt attempt) {
        var event = Event.of(content(topic, subscription, message, replayed)).withTrace(message.trace());
        if (subscription.raw()) {
            if (message.attributes().size() > MOST_SQS_ATTRIBUTES) {
                return failed(new Outcome.Failed(Verdict.FINAL, 400, "InvalidParameterValue",
                        "Message attributes of a raw message must not be more than 10", null), message, attempt,
                        "sqsRequestId");
            }
            event = event.withAttributes(attributes(message.attributes()));
        }
        boolean fifoQueue = subscription.endpoint().endsWith(".fifo");
        boolean grouped = message.group() != null && (fifoQueue || !topic.fifo());
        return toTarget(caller(topic, message), subscription.endpoint(),
                grouped ? event.inGroup(message.group(), fifoQueue ? message.deduplication() : null) : event, 200,
                message, attempt);
    }

    private static Map<String, Event.Attribute> attributes(Map<String, Attribute> given) {
        var attributes = new LinkedHashMap<String, Event.Attribute>();
        given.forEach((name, it) ->
                attributes.put(name,
                        new Event.Attribute(it.type(), it.bytes() == null ? it.text() : it.bytes().base64())));
        return attributes;
    }

    private Outcome toTarget(Caller caller, String target, Event event, int status, Message message, Attempt attempt) {
        var arn = Arn.parse(target);
        try {
            targets.deliver(caller.in(caller.account(), arn.region()), arn, event);
            var response = Map.of(arn.service() + "RequestId", caller.requestId());
            return Outcome.delivered(detail(message, attempt, target, status, JsonWriter.string(response)));
        } catch (ApiError refused) {
            return failed(Outcome.Failed.of(refused), message, attempt, arn.service() + "RequestId");
        }
    }

    private Outcome failed(Outcome.Failed failure, Message message, Attempt attempt, String requestIdName) {
        var response = new LinkedHashMap<String, Object>();
        response.put("ErrorCode", failure.code());
        response.put("ErrorMessage", failure.message());
        response.put(requestIdName, failure.verdict() == Verdict.FINAL ? "Unrecoverable" : attempt.id());
        return new Outcome.Failed(failure.verdict(), failure.status(), failure.code(), failure.message(),
                detail(message, attempt, null, failure.status(), JsonWriter.string(response)));
    }

    /** What the delivery log tells of an attempt. */
    private byte[] detail(Message message, Attempt attempt, String destination, int status, String response) {
        return JsonWriter.bytes(DeliveryLog.delivery(message, attempt, destination, status, response, time.instant()));
    }

    private Outcome toUrl(KeptTopic topic, KeptSubscription subscription, Message message, Attempt attempt) {
        var policy = DeliveryPolicy.of(topic, subscription);
        if (policy.throttle().get("maxReceivesPerSecond") instanceof Number most
                && !mayReceive(subscription.arn(), most.intValue())) {
            return new Outcome.Failed(Verdict.BUSY, 429, "Throttled", "the subscription's throttle policy", null);
        }
        var headers = headers("Notification", message.id(), subscription.topicArn(), policy.contentType());
        headers.put("x-amz-sns-subscription-arn", subscription.arn());
        if (subscription.raw()) {
            headers.put("x-amz-sns-rawdelivery", "true");
        }
        return post(subscription.endpoint(), headers, content(topic, subscription, message, false), message, attempt);
    }

    private boolean mayReceive(String subscription, int most) {
        long now = time.instant().getEpochSecond();
        var second = seconds.merge(subscription, new Second(now, 1),
                (old, first) -> old.number() == now ? new Second(now, old.messages() + 1) : first);
        return second.messages() <= most;
    }

    private static Map<String, String> headers(String type, String id, String topicArn, String contentType) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("x-amz-sns-message-type", type);
        headers.put("x-amz-sns-message-id", id);
        headers.put("x-amz-sns-topic-arn", topicArn);
        headers.put("Content-Type", contentType);
        headers.put("User-Agent", "Amazon Simple Notification Service Agent");
        headers.put("Accept-Encoding", "gzip,deflate");
        return headers;
    }

    private Outcome post(String url, Map<String, String> headers, byte[] body, Message message, Attempt attempt) {
        try {
            var answer = outbound.send("POST", URI.create(url), headers, body, HTTP_TIMEOUT);
            var text = new String(answer.body(), 0, Math.min(answer.body().length, 1024), StandardCharsets.UTF_8);
            var detail = message == null ? null : detail(message, attempt, url, answer.status(), text);
            if (answer.status() >= 200 && answer.status() < 400) {
                return Outcome.delivered(detail);
            }
            boolean again = answer.status() == 429 || answer.status() >= 500;
            return new Outcome.Failed(again ? Verdict.RETRY : Verdict.FINAL, answer.status(), "HTTP" + answer.status(),
                    text, detail);
        } catch (IOException unreachable) {
            var said = String.valueOf(unreachable.getMessage());
            return new Outcome.Failed(Verdict.RETRY, 0, "ConnectionFailed", said,
                    message == null ? null : detail(message, attempt, url, 0, said));
        }
    }

    /** Asks a server or the owner of a queue whether the subscription is wanted. */
    Outcome ask(KeptTopic topic, Parcel.Question question, Attempt attempt) {
        var subscription = question.subscription();
        var body = notification.question(topic, subscription, question.type(), question.messageId(), question.at(),
                question.endpoint());
        if (!subscription.protocol().startsWith("http")) {
            var caller = new Caller(subscription.account(), subscription.region(),
                    new Principal.Service("sns.amazonaws.com", subscription.topicArn()), attempt.id(), null, 1,
                    question.endpoint(), null, null);
            targets.deliver(caller, Arn.parse(subscription.endpoint()), Event.of(body));
            return Outcome.delivered();
        }
        var headers = headers(question.type(), question.messageId(), subscription.topicArn(),
                "text/plain; charset=UTF-8");
        if (!question.type().equals("SubscriptionConfirmation")) {
            headers.put("x-amz-sns-subscription-arn", subscription.arn());
        }
        return post(subscription.endpoint(), headers, body, null, attempt);
    }

    /** Tells a topic, as the account does whose application tells it. */
    Outcome announce(Parcel.Announcement announcement, Attempt attempt) {
        var topic = Arn.parse(announcement.topicArn());
        var owner = new Caller(announcement.account(), topic.region(), new Principal.Root(announcement.account()),
                attempt.id(), null, announcement.depth(), null, null, null);
        sns.publish(owner, Sns.PublishRequest.of(r -> r.topicArn(announcement.topicArn())
                .subject(announcement.subject()).message(announcement.text())));
        return Outcome.delivered();
    }

    /** Puts what could not be delivered into the dead-letter queue. */
    Outcome bury(Parcel.DeadLetter letter, Attempt attempt) {
        var message = letter.message();
        var arn = Arn.parse(letter.queueArn());
        var caller = new Caller(letter.subscription().account(), arn.region(),
                new Principal.Service("sns.amazonaws.com", letter.subscription().topicArn()), attempt.id(),
                message.trace(), message.depth() + 1, message.endpoint(), null, null);
        var event = Event.of(letter.body()).withTrace(message.trace());
        if (letter.raw()) {
            event = event.withAttributes(attributes(message.attributes()));
        }
        targets.deliver(caller, arn, arn.resource().endsWith(".fifo")
                ? event.inGroup(message.group(), message.deduplication()) : event);
        return Outcome.delivered();
    }
}
