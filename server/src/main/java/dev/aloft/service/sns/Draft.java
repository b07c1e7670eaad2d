package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.invalid;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Sns;
import dev.aloft.service.sns.SnsData.Attribute;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Message;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What somebody asks to have published, whichever operation asks it, with its attributes found good.
 *
 * @param structure {@code json} where the text has one for each protocol, or null
 */
record Draft(String text, String subject, String structure, Map<String, Attribute> attributes, String deduplication,
        String group) {
    static final int LONGEST_SUBJECT = 100;
    /** Of a group, or that of a message among those that are the same. */
    private static final Pattern ID = Pattern.compile("[\\p{Alnum}\\p{Punct}]{1,128}");

    static Draft of(Sns.PublishRequest input) {
        return new Draft(input.message(), input.subject(), input.messageStructure(),
                MessageAttributes.checked(input.messageAttributes()), input.messageDeduplicationId(),
                input.messageGroupId());
    }

    static Draft of(Sns.PublishBatchRequestEntry entry) {
        return new Draft(entry.message() == null ? "" : entry.message(), entry.subject(), entry.messageStructure(),
                MessageAttributes.checked(entry.messageAttributes()), entry.messageDeduplicationId(),
                entry.messageGroupId());
    }

    /** Looked at before the attributes are. */
    static void check(String text, String subject) {
        if (text == null || text.isEmpty()) {
            throw invalid("Empty message");
        }
        if (subject == null) {
            return;
        }
        boolean plain = subject.chars().allMatch(c -> c >= ' ' && c != 127);
        if (subject.isEmpty() || subject.length() > LONGEST_SUBJECT || !plain) {
            throw invalid("Subject");
        }
    }

    long size() {
        return MessageAttributes.bytes(text) + MessageAttributes.size(attributes);
    }

    /** Refuses what this kind of topic does not take. */
    void checkFor(KeptTopic topic) {
        checkId("MessageGroupId", group);
        if (!topic.fifo()) {
            if (deduplication != null) {
                throw invalid("MessageDeduplicationId",
                        "The request includes MessageDeduplicationId parameter that is not valid for this topic type");
            }
            return;
        }
        if (group == null) {
            throw invalid("The MessageGroupId parameter is required for FIFO topics");
        }
        checkId("MessageDeduplicationId", deduplication);
        if (deduplication == null && !topic.is("ContentBasedDeduplication")) {
            throw invalid("The topic should either have ContentBasedDeduplication enabled or "
                    + "MessageDeduplicationId provided explicitly");
        }
    }

    private static void checkId(String parameter, String id) {
        if (id != null && !ID.matcher(id).matches()) {
            throw invalid(parameter, parameter
                    + " can only include alphanumeric and punctuation characters. 1 to 128 in length.");
        }
    }

    /** As it is published now; to a topic, or to one phone or device, where there is none. */
    Message message(Caller caller, KeptTopic topic, Instant now) {
        boolean byContent = deduplication == null && topic != null && topic.fifo();
        return new Message(UUID.randomUUID().toString(), topic == null ? null : topic.arn(), texts(), subject,
                attributes, group, byContent ? Endpoints.identity(text) : deduplication, null, now, caller.endpoint(),
                caller.trace(), caller.depth());
    }

    private Map<String, String> texts() {
        if (structure == null) {
            return Map.of("default", text);
        }
        if (!structure.equals("json")) {
            throw invalid("MessageStructure");
        }
        var texts = new HashMap<String, String>();
        try {
            if (!(JsonReader.tree(text) instanceof Map<?, ?> byProtocol)) {
                throw invalid("Message Structure - JSON message body failed to parse");
            }
            // What is no text counts as not there.
            byProtocol.forEach((protocol, value) -> {
                if (value instanceof String it) {
                    texts.put(protocol.toString(), it);
                }
            });
        } catch (JsonReader.Malformed _) {
            throw invalid("Message Structure - JSON message body failed to parse");
        }
        if (!texts.containsKey("default")) {
            throw invalid("Message Structure - No default entry in JSON message body");
        }
        return texts;
    }
}
