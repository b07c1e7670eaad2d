package dev.aloft.service.sns;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.sns.Devices.Found;
import dev.aloft.service.sns.SnsData.KeptApplication;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Message;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The delivery status of what phones and devices get, which is theirs as soon as it is in the mailbox: an account's
 * settings ask for that of text messages, a topic or a platform application for that of devices.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html">Monitoring SMS deliveries</a>
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-msg-status.html">Platform application attributes for message
 *     delivery status</a>
 */
final class Receipts {
    private static final String DIRECT = "DirectPublishToPhoneNumber";
    private static final int LONGEST_PLAIN = 160;
    private static final int PLAIN_PART = 153;
    private static final int LONGEST_WIDE = 70;
    private static final int WIDE_PART = 67;

    private final SnsData data;
    private final Devices devices;
    private final Store store;
    private final DeliveryLog log;

    Receipts(SnsData data, Devices devices, Store store, DeliveryLog log) {
        this.data = data;
        this.devices = devices;
        this.store = store;
        this.log = log;
    }

    /** Of a message that was published to a phone and to nobody else. */
    void ofPhone(Caller caller, String number, Message message) {
        note(new DeliveryLog.Place(caller.account(), caller.region(), DIRECT, null), number, message,
                message.text("sms"));
    }

    /** Of a message that was published to a device and to nobody else. */
    void ofDevice(KeptApplication application, String endpointArn, Message message) {
        var role = application.attributes().getOrDefault("SuccessFeedbackRoleArn", "");
        if (!role.isEmpty() && sampled(application.attributes(), "SuccessFeedbackSampleRate")) {
            var name = "app/" + application.platform() + "/" + application.name();
            log.write(new DeliveryLog.Place(application.account(), application.region(), name, application.arn()), role,
                    told(endpointArn, message, 200, "{}"), true);
        }
    }

    private static Map<String, Object> told(String endpointArn, Message message, int status, String response) {
        var attempt = new Attempt(message.id() + "/" + endpointArn, 1, message.at(), null, null);
        return DeliveryLog.delivery(message, attempt, endpointArn, status, response, message.at());
    }

    /** Of what a topic sent to people; says whether they have it. */
    boolean ofSubscription(KeptTopic topic, KeptSubscription subscription, Message message) {
        return switch (subscription.protocol()) {
            case "application" -> {
                var ending = ending(subscription.endpoint(), message);
                log.note(topic, subscription, ending);
                yield ending instanceof Outcome.Delivered;
            }
            case "sms" -> ofText(topic, subscription, message);
            default -> true;
        };
    }

    private Ending ending(String endpointArn, Message message) {
        return switch (store.<Found>read(tx -> devices.find(tx, endpointArn))) {
            case Found.Reachable _ ->
                    new Outcome.Delivered(JsonWriter.bytes(told(endpointArn, message, 200, "{}")));
            case Found.Unreachable(var _, var fault) -> new Ending.GivenUp(Ending.Reason.HOPELESS,
                    new Outcome.Failed(Outcome.Verdict.FINAL, 400, fault.code, fault.text,
                    JsonWriter.bytes(told(endpointArn, message, 400, fault.text))));
        };
    }

    private boolean ofText(KeptTopic topic, KeptSubscription subscription, Message message) {
        return note(new DeliveryLog.Place(topic.account(), topic.region(), topic.name(), topic.arn()),
                Endpoints.phone(subscription.endpoint()), message, message.text("sms"));
    }

    private boolean note(DeliveryLog.Place place, String number, Message message, String text) {
        var account = SnsData.all(place.account(), place.region());
        var settings = store.read(tx -> data.smsAttributes.get(tx, account)).orElse(Map.of());
        var role = settings.getOrDefault("DeliveryStatusIAMRole", "");
        boolean received = !store.read(tx -> data.optedOut.has(tx, account.and(number)));
        if (!role.isEmpty() && (!received || sampled(settings, "DeliveryStatusSuccessSamplingRate"))) {
            log.write(place, role, told(settings, number, message, text, received), received);
        }
        return received;
    }

    private static boolean sampled(Map<String, String> settings, String name) {
        int rate = Integer.parseInt(settings.getOrDefault(name, "0"));
        return ThreadLocalRandom.current().nextInt(100) < rate;
    }

    /** Nobody carried it and nobody paid for it. */
    private static Map<String, Object> told(Map<String, String> settings, String number, Message message, String text,
            boolean received) {
        var notification = new LinkedHashMap<String, Object>();
        notification.put("messageId", message.id());
        if (message.topicArn() != null) {
            notification.put("topicArn", message.topicArn());
        }
        notification.put("timestamp", DeliveryLog.moment(message.at()));
        var delivery = new LinkedHashMap<String, Object>();
        delivery.put("numberOfMessageParts", parts(text));
        delivery.put("destination", number);
        delivery.put("priceInUSD", 0.0);
        delivery.put("smsType", type(settings, message));
        delivery.put("providerResponse",
                received ? "Message has been accepted by phone" : "Phone number is opted out");
        delivery.put("dwellTimeMs", 0);
        if (received) {
            delivery.put("dwellTimeMsUntilDeviceAck", 0);
        }
        var told = new LinkedHashMap<String, Object>();
        told.put("notification", notification);
        told.put("delivery", delivery);
        return told;
    }

    private static String type(Map<String, String> settings, Message message) {
        var own = message.attributes().get("AWS.SNS.SMS.SMSType");
        return own == null ? settings.getOrDefault("DefaultSMSType", "Promotional") : own.text();
    }

    /** A part has 160 plain characters or 70 others, and a few less where there is more than one. */
    static int parts(String text) {
        boolean plain = StandardCharsets.US_ASCII.newEncoder().canEncode(text);
        int length = text.length();
        if (length <= (plain ? LONGEST_PLAIN : LONGEST_WIDE)) {
            return 1;
        }
        return Math.ceilDiv(length, plain ? PLAIN_PART : WIDE_PART);
    }
}
