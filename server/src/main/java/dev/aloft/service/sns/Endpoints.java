package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.invalid;

import dev.aloft.api.Arn;
import dev.aloft.api.Sns;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;

/** Where a subscription's messages go: what each protocol takes as an endpoint. */
final class Endpoints {
    private static final Set<String> PROTOCOLS =
            Set.of("http", "https", "email", "email-json", "sms", "sqs", "application",
            "lambda", "firehose");
    /** Digits with single separators between them. */
    private static final Pattern PHONE = Pattern.compile("\\+?[0-9]+([-./ ][0-9]+)*");
    private static final Pattern PUBLISHABLE = Pattern.compile("\\+[1-9][0-9]{1,14}");
    private static final Pattern MAIL = Pattern.compile("[^@\\s]+@[^@\\s]+\\.[^@\\s]+");

    private Endpoints() {
    }

    /** Refuses what is no endpoint of this protocol, or not one that this kind of topic delivers to. */
    static void check(String protocol, String endpoint, boolean fifoTopic) {
        if (!PROTOCOLS.contains(protocol)) {
            throw invalid("Amazon SNS does not support this protocol string: " + protocol);
        }
        if (endpoint == null || endpoint.isEmpty()) {
            throw invalid("Endpoint", "no value for required parameter");
        }
        switch (protocol) {
            case "http", "https" -> checkUrl(protocol, endpoint);
            case "email", "email-json" -> {
                if (!MAIL.matcher(endpoint).matches()) {
                    throw invalid("Email address");
                }
            }
            case "sms" -> {
                if (!PHONE.matcher(endpoint).matches()) {
                    throw new Sns.InvalidParameterException("Invalid SMS endpoint: " + endpoint);
                }
            }
            case "sqs" -> checkArn(endpoint, "sqs", "SQS endpoint ARN");
            case "lambda" -> checkArn(endpoint, "lambda", "Lambda endpoint ARN");
            case "firehose" -> checkArn(endpoint, "firehose", "Firehose endpoint ARN");
            default -> checkDevice(endpoint);
        }
        if (!fifoTopic && protocol.equals("sqs") && endpoint.endsWith(".fifo")) {
            throw invalid("Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
                    + "standard SNS topics");
        }
        if (fifoTopic && !protocol.equals("sqs")) {
            throw invalid("Invalid parameter: Endpoint Reason: Please use FIFO SQS queue");
        }
    }

    private static void checkUrl(String protocol, String endpoint) {
        if (!endpoint.startsWith(protocol + "://")) {
            throw invalid("Endpoint must match the specified protocol");
        }
        try {
            if (URI.create(endpoint).getHost() == null) {
                throw invalid("Endpoint", "Invalid URL");
            }
        } catch (IllegalArgumentException _) {
            throw invalid("Endpoint", "Invalid URL");
        }
    }

    private static void checkArn(String endpoint, String service, String what) {
        if (!Arn.isArn(endpoint) || !Arn.parse(endpoint).service().equals(service)) {
            throw invalid(what);
        }
    }

    private static void checkDevice(String endpoint) {
        checkArn(endpoint, "sns", "Endpoint ARN");
        if (!endpoint.matches("[^/]*:endpoint(/[^/]+){3}")) {
            throw invalid("Endpoint ARN");
        }
    }

    /** Whether a message can be sent to this phone number as it is. */
    static boolean isPhone(String number) {
        return PUBLISHABLE.matcher(number).matches();
    }

    /** Whether it is a number at all, separators allowed. */
    static boolean isPhoneLike(String number) {
        return PHONE.matcher(number).matches();
    }

    /** The digits alone, as the mailbox and the opt-out list know a number. */
    static String phone(String number) {
        return "+" + number.replaceAll("[^0-9]", "");
    }

    /** A short name of a text of any length, for keys. */
    static String identity(String text) {
        if (text == null) {
            return "";
        }
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
