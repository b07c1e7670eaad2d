package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.kernel.call.Event.Attribute;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What a dead letter says of why it is one; its body is the event as it came. */
final class DeadLetters {
    private static final Pattern OWN = Pattern.compile("[A-Z]+(_[A-Z]+)*");
    private static final Pattern GONE = Pattern.compile(".*(NotFound|NonExistent|DoesNotExist|NoSuch).*");

    private DeadLetters() {}

    /** A dead-letter queue is a standard queue: one in order would take no letter, which has no group. */
    static boolean isQueue(String arn) {
        return Arn.isArn(arn) && Arn.parse(arn).service().equals("sqs") && !arn.endsWith(".fifo");
    }

    /** Of an event that its bus's key cannot seal. */
    static Map<String, Attribute> attributes(Outcome.Failed failure) {
        return Map.of("ERROR_CODE", Attribute.text(code(failure)),
                "ERROR_MESSAGE", Attribute.text(String.valueOf(failure.message())));
    }

    static Map<String, Attribute> attributes(RuleDelivery delivery, Attempt last, Ending.GivenUp ending) {
        var attributes = new LinkedHashMap<String, Attribute>();
        attributes.put("RULE_ARN", Attribute.text(delivery.ruleArn()));
        attributes.put("TARGET_ARN", Attribute.text(delivery.target().arn()));
        attributes.put("ERROR_CODE", Attribute.text(code(ending.last())));
        attributes.put("ERROR_MESSAGE", Attribute.text(String.valueOf(ending.last().message())));
        switch (ending.reason()) {
            case RETRIES -> attributes.put("EXHAUSTED_RETRY_CONDITION", Attribute.text("MaximumRetryAttempts"));
            case AGE -> attributes.put("EXHAUSTED_RETRY_CONDITION", Attribute.text("MaximumEventAgeInSeconds"));
            case HOPELESS -> { }
        }
        if (ending.reason() != Ending.Reason.HOPELESS || last.number() > 1) {
            attributes.put("RETRY_ATTEMPTS", Attribute.text(String.valueOf(last.number() - 1)));
        }
        return attributes;
    }

    /** EventBridge's name for what the target's service answered. */
    static String code(Outcome.Failed failure) {
        var code = String.valueOf(failure.code());
        if (OWN.matcher(code).matches()) {
            return code;
        }
        if (failure.verdict() == Outcome.Verdict.BUSY) {
            return "THROTTLING";
        }
        if (failure.status() == 403 || code.contains("AccessDenied")) {
            return "NO_PERMISSIONS";
        }
        if (failure.status() == 404 || GONE.matcher(code).matches()) {
            return "NO_RESOURCE";
        }
        return failure.status() >= 500 ? failure.status() == 501 ? "SDK_CLIENT_ERROR" : "INTERNAL_ERROR"
                : "INVALID_PARAMETER";
    }
}
