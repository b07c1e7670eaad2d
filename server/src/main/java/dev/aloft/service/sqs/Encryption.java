package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyUse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The bodies of messages under a queue's key of KMS; all else of a message lies open, as on AWS. A message keeps what
 * it was sent with: the queue's key may change, or the message go to a dead-letter queue, and who reads it needs the
 * old key.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html">
 *     Encryption at rest in Amazon SQS</a>
 */
final class Encryption {
    private static final String KEY = "KmsMasterKeyId";

    private final Envelopes envelopes;

    Encryption(Envelopes envelopes) {
        this.envelopes = envelopes;
    }

    /** Whether KMS is asked for what is sent to a queue. */
    static boolean isAsked(Queue queue) {
        return queue.attributes().containsKey(KEY);
    }

    private static KeyUse use(Queue queue) {
        return new KeyUse(queue.name().account(), queue.attributes().get(KEY), Map.of("aws:sqs:arn", queue.arn()),
            reuse(queue));
    }

    private static Duration reuse(Queue queue) {
        return Duration.ofSeconds(queue.number("KmsDataKeyReusePeriodSeconds"));
    }

    /** A message as it is kept in the queue. */
    Content sealed(Caller caller, Queue queue, Content content) {
        if (!isAsked(queue)) {
            return content;
        }
        var envelope = envelopes.sealed(caller, use(queue), content.body().getBytes(StandardCharsets.UTF_8));
        return content.withBody(null, Bytes.of(envelope));
    }

    /** A message with its body. */
    Content opened(Caller caller, Queue queue, Content content) {
        if (content.sealed() == null) {
            return content;
        }
        var body = envelopes.opened(caller, content.sealed().array(), reuse(queue));
        return content.withBody(new String(body, StandardCharsets.UTF_8), null);
    }

    /**
     * Those messages of one receive that can be opened, since some may have been sent under another key; an error where
     * there is none. What cannot be opened is hidden as what was received.
     */
    <M, R> List<R> opened(List<M> messages, Function<M, R> open) {
        var opened = new ArrayList<R>(messages.size());
        ApiError failure = null;
        for (var message : messages) {
            try {
                opened.add(open.apply(message));
            } catch (ApiError e) {
                failure = e;
            }
        }
        if (opened.isEmpty() && failure != null) {
            throw failure;
        }
        return opened;
    }
}
