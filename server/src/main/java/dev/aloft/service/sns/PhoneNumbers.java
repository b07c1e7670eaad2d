package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.invalid;
import static dev.aloft.service.sns.Refusals.required;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.S3;
import dev.aloft.api.Sns;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.SnsData.Letter;
import dev.aloft.service.sns.SnsData.SandboxNumber;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Text messages: an account's settings, the numbers that do not want any, and the numbers of the sandbox. */
final class PhoneNumbers {
    private static final Set<String> ATTRIBUTES = Set.of("MonthlySpendLimit", "DeliveryStatusIAMRole",
            "DeliveryStatusSuccessSamplingRate", "DefaultSenderID", "DefaultSMSType", "UsageReportS3Bucket");
    private static final Set<String> TYPES = Set.of("Promotional", "Transactional");

    private final SnsData data;
    private final Mailbox mailbox;
    private final Store store;
    private final Time time;
    private final S3 s3;
    private final SecureRandom random = new SecureRandom();

    PhoneNumbers(SnsData data, Mailbox mailbox, Store store, Time time, S3 s3) {
        this.data = data;
        this.mailbox = mailbox;
        this.store = store;
        this.time = time;
        this.s3 = s3;
    }

    void setAttributes(Caller caller, Map<String, String> given) {
        given.forEach((name, value) -> {
            if (!ATTRIBUTES.contains(name)) {
                throw new Sns.InvalidParameterException(name + " is not a valid attribute");
            }
            if (!isValid(name, value)) {
                throw new Sns.InvalidParameterException(name + " is invalid");
            }
            if (name.equals("DeliveryStatusSuccessSamplingRate") && !TopicAttributes.isPercentage(value)) {
                throw new Sns.InvalidParameterException(name + " is not an integer between 0-100");
            }
            if (name.equals("UsageReportS3Bucket") && !value.isEmpty() && !isBucket(caller, value)) {
                throw invalid(name, "The bucket you provided does not exist");
            }
        });
        store.change(tx -> {
            var all = new LinkedHashMap<>(data.smsAttributes.get(tx, SnsData.all(caller)).orElse(Map.of()));
            all.putAll(given);
            data.smsAttributes.put(tx, SnsData.all(caller), all);
        });
    }

    private boolean isBucket(Caller caller, String name) {
        try {
            s3.headBucket(caller, S3.HeadBucketRequest.of(r -> r.bucket(name)));
            return true;
        } catch (ApiError refused) {
            return refused.status() != 404;
        }
    }

    private static boolean isValid(String name, String value) {
        return switch (name) {
            case "DefaultSMSType" -> TYPES.contains(value);
            case "MonthlySpendLimit" -> value.matches("[0-9]{1,9}");
            // With a letter at least.
            case "DefaultSenderID" -> value.isEmpty() || value.matches("(?=.*[A-Za-z])[A-Za-z0-9-]{1,11}");
            case "DeliveryStatusIAMRole" ->
                value.isEmpty() || Arn.isArn(value) && Arn.parse(value).service().equals("iam");
            default -> true;
        };
    }

    Map<String, String> attributes(Caller caller, List<String> names) {
        var all = new LinkedHashMap<String, String>(Map.of("MonthlySpendLimit", "1"));
        all.putAll(store.read(tx -> data.smsAttributes.get(tx, SnsData.all(caller)).orElse(Map.of())));
        if (names != null && !names.isEmpty()) {
            all.keySet().retainAll(names);
        }
        return all;
    }

    boolean isOptedOut(Caller caller, String number) {
        return store.read(tx -> data.optedOut.has(tx, key(caller, number)));
    }

    /** A number that had not opted out is no error. */
    void optIn(Caller caller, String number) {
        store.change(tx -> data.optedOut.delete(tx, key(caller, number)));
    }

    private static Key key(Caller caller, String number) {
        if (number == null || !Endpoints.isPhoneLike(number)) {
            throw invalid("PhoneNumber", "input incorrectly formatted");
        }
        return SnsData.all(caller).and(Endpoints.phone(number));
    }

    Sns.ListPhoneNumbersOptedOutResponse optedOut(Caller caller, String token) {
        var after = Paging.after(token);
        return store.read(tx -> {
            var page = data.optedOut.page(tx, SnsData.all(caller), after, Paging.PAGE);
            return Sns.ListPhoneNumbersOptedOutResponse.of(r -> r.nextToken(Paging.next(page))
                    .phoneNumbers(page.rows().stream().map(row -> row.key().text(2)).toList()));
        });
    }

    /** The number gets a password by text message. */
    void addToSandbox(Caller caller, String number) {
        if (!Endpoints.isPhone(required(number, "PhoneNumber"))) {
            throw invalid("PhoneNumber", "input incorrectly formatted");
        }
        if (isOptedOut(caller, number)) {
            throw new Sns.OptedOutException("The phone number " + number + " is opted out.");
        }
        var password = "%06d".formatted(random.nextInt(1_000_000));
        var letter = new Letter(caller.account(), caller.region(), "sms", number, UUID.randomUUID().toString(), null,
                null, "Your verification code is " + password, time.instant());
        store.change(tx -> {
            data.sandboxNumbers
                    .put(tx, SnsData.all(caller).and(number), new SandboxNumber(number, "Pending", password));
            mailbox.put(tx, letter);
        });
    }

    void verify(Caller caller, String number, String password) {
        var key = SnsData.all(caller).and(required(number, "PhoneNumber"));
        required(password, "OneTimePassword");
        store.change(tx -> {
            var known = data.sandboxNumbers.get(tx, key).orElseThrow(PhoneNumbers::unknown);
            if (!known.oneTimePassword().equals(password)) {
                throw new Sns.VerificationException("The one-time password is wrong");
            }
            data.sandboxNumbers.put(tx, key, new SandboxNumber(number, "Verified", password));
        });
    }

    void removeFromSandbox(Caller caller, String number) {
        var key = SnsData.all(caller).and(required(number, "PhoneNumber"));
        store.change(tx -> {
            if (!data.sandboxNumbers.delete(tx, key)) {
                throw unknown();
            }
        });
    }

    private static Sns.ResourceNotFoundException unknown() {
        return new Sns.ResourceNotFoundException("The phone number does not exist");
    }

    Sns.ListSMSSandboxPhoneNumbersResponse sandbox(Caller caller, String token, Integer most) {
        var after = Paging.after(token);
        return store.read(tx -> {
            var page = data.sandboxNumbers.page(tx, SnsData.all(caller), after, most == null ? Paging.PAGE : most);
            return Sns.ListSMSSandboxPhoneNumbersResponse.of(r -> r.nextToken(Paging.next(page))
                    .phoneNumbers(page.values().stream().map(it -> Sns.SMSSandboxPhoneNumber.of(
                            n -> n.phoneNumber(it.number()).status(it.status()))).toList()));
        });
    }
}
