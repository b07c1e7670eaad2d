package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.arn;
import static dev.aloft.service.sns.Refusals.invalid;
import static dev.aloft.service.sns.Refusals.required;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Sns;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.ApplicationEvents.Kind;
import dev.aloft.service.sns.SnsData.KeptApplication;
import dev.aloft.service.sns.SnsData.KeptEndpoint;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Applications of push platforms and the devices that have them. What is sent to a device is put into the mailbox. */
final class Platforms {
    private static final Set<String> PLATFORMS =
            Set.of("ADM", "APNS", "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "MACOS",
            "MACOS_SANDBOX", "BAIDU", "FCM", "GCM", "MPNS", "WNS");
    private static final Set<String> SECRETS = Set.of("PlatformPrincipal", "PlatformCredential");
    /** Their credential is a key alone. */
    private static final Set<String> WITHOUT_PRINCIPAL = Set.of("FCM", "GCM");
    private static final Set<String> DEVICE_ATTRIBUTES = Set.of("CustomUserData", "Enabled", "Token");
    /** Of a device's id, a UUID. */
    private static final int ID_LENGTH = 36;
    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_USER_DATA = 2048;

    private final SnsData data;
    private final Outgoing outgoing;
    private final Store store;
    private final Time time;

    Platforms(SnsData data, Outgoing outgoing, Store store, Time time) {
        this.data = data;
        this.outgoing = outgoing;
        this.store = store;
        this.time = time;
    }

    static boolean isEndpoint(String arn) {
        return Arn.isArn(arn) && Arn.parse(arn).service().equals("sns")
                && Arn.parse(arn).resource().startsWith("endpoint/");
    }

    /** {@code endpoint/PLATFORM/application/id}. */
    static Key endpointKey(String endpointArn) {
        var arn = arn(endpointArn, "EndpointArn");
        var parts = arn.resource().split("/", -1);
        if (parts.length != 4) {
            throw invalid("EndpointArn", "Wrong number of slashes in relative portion of the ARN.");
        }
        return Key.of(arn.account(), arn.region(), parts[1], parts[2], parts[3]);
    }

    /** The same of a parameter that names a device and nothing else. */
    private static Key deviceKey(String endpointArn) {
        var key = endpointKey(endpointArn);
        if (key.text(4).length() != ID_LENGTH) {
            throw invalid("EndpointArn", "ARN specifies an invalid endpointId: UUID must be encoded in exactly "
                    + ID_LENGTH + " characters.");
        }
        return key;
    }

    /** The key of the application that a device belongs to, by the device's. */
    static Key applicationOf(Key endpoint) {
        return Key.of(endpoint.text(0), endpoint.text(1), endpoint.text(2), endpoint.text(3));
    }

    private static Key applicationKey(String applicationArn) {
        var arn = arn(applicationArn, "PlatformApplicationArn");
        var parts = arn.resource().split("/", -1);
        if (parts.length != 3) {
            throw invalid("PlatformApplicationArn", "Wrong number of slashes in relative portion of the ARN.");
        }
        return Key.of(arn.account(), arn.region(), parts[1], parts[2]);
    }

    String create(Caller caller, Sns.CreatePlatformApplicationRequest input) {
        checkName(required(input.name(), "Name"));
        if (!PLATFORMS.contains(required(input.platform(), "Platform"))) {
            throw invalid("Platform", input.platform() + " is not supported");
        }
        checkSecrets(input.platform(), input.attributes());
        checkAttributes(input.attributes());
        var attributes = shown(input.attributes());
        attributes.putIfAbsent("Enabled", "true");
        var made = new KeptApplication(caller.account(), caller.region(), input.platform(), input.name(), attributes);
        store.change(tx -> {
            var known = data.applications.get(tx, made.key());
            if (known.isPresent() && !known.get().attributes().equals(attributes)) {
                throw invalid("Name", "An application with the same name but different properties already exists");
            }
            data.applications.put(tx, made.key(), made);
        });
        return made.arn();
    }

    private static void checkAttributes(Map<String, String> attributes) {
        for (var kind : Kind.values()) {
            var topic = attributes.getOrDefault(kind.attribute(), "");
            if (!topic.isEmpty() && !ApplicationEvents.isTopic(topic)) {
                throw invalid("Attributes", "Invalid value for attribute: " + kind.attribute() + ": " + topic
                        + " is not the ARN of a standard topic");
            }
        }
        var rate = attributes.get("SuccessFeedbackSampleRate");
        if (rate != null && !TopicAttributes.isPercentage(rate)) {
            throw invalid("Attributes", "Invalid value for attribute: SuccessFeedbackSampleRate: " + rate
                    + " value provided is not an integer between 0-100");
        }
    }

    private static void checkName(String name) {
        if (name.isEmpty()) {
            throw invalid(name, "cannot be empty");
        }
        if (name.length() > LONGEST_NAME) {
            throw invalid(name, "must be at most 256 characters long");
        }
        if (!name.matches("[a-zA-Z0-9_.-]+")) {
            throw invalid(name, "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'");
        }
    }

    private static void checkSecrets(String platform, Map<String, String> attributes) {
        boolean principal = attributes.containsKey("PlatformPrincipal");
        boolean credential = attributes.containsKey("PlatformCredential");
        if (principal && !credential) {
            throw invalid("Attributes", "PlatformPrincipal attribute provided without PlatformCredential");
        }
        if (credential && !principal && !WITHOUT_PRINCIPAL.contains(platform)) {
            throw invalid("Attributes", "PlatformCredential attribute provided without PlatformPrincipal");
        }
    }

    private static Map<String, String> shown(Map<String, String> attributes) {
        var shown = new LinkedHashMap<>(attributes);
        shown.keySet().removeAll(SECRETS);
        return shown;
    }

    /** With its devices. */
    void delete(String applicationArn) {
        var key = applicationKey(applicationArn);
        store.change(tx -> {
            data.applications.delete(tx, key);
            data.endpoints.deleteAll(tx, key);
        });
    }

    Map<String, String> attributes(String applicationArn) {
        return store.read(tx -> application(tx, applicationKey(applicationArn)).attributes());
    }

    private KeptApplication application(ReadTx tx, Key key) {
        return data.applications.get(tx, key)
                .orElseThrow(() -> new Sns.NotFoundException("PlatformApplication does not exist"));
    }

    void setAttributes(Sns.SetPlatformApplicationAttributesRequest input) {
        var key = applicationKey(input.platformApplicationArn());
        if (input.attributes() == null) {
            // After the ARN, so that the model does not say it.
            throw ApiError.of("ValidationError", 400,
                    "1 validation error detected: Value null at 'attributes' failed to satisfy "
                    + "constraint: Member must not be null");
        }
        checkAttributes(input.attributes());
        store.change(tx -> {
            var old = application(tx, key);
            var attributes = new LinkedHashMap<>(old.attributes());
            attributes.putAll(shown(input.attributes()));
            data.applications.put(tx, key,
                    new KeptApplication(old.account(), old.region(), old.platform(), old.name(), attributes));
        });
    }

    Sns.ListPlatformApplicationsResponse list(Caller caller, String token) {
        var after = Paging.after(token);
        return store.read(tx -> {
            var page = data.applications.page(tx, SnsData.all(caller), after, Paging.PAGE);
            return Sns.ListPlatformApplicationsResponse.of(r -> r.nextToken(Paging.next(page))
                    .platformApplications(page.values().stream().map(it -> Sns.PlatformApplication.of(
                            a -> a.platformApplicationArn(it.arn()).attributes(it.attributes()))).toList()));
        });
    }

    /** A device with the same token is the same device. */
    String createEndpoint(Sns.CreatePlatformEndpointRequest input) {
        var key = applicationKey(input.platformApplicationArn());
        var given = input.attributes() == null ? Map.<String, String>of() : input.attributes();
        var attributes = new LinkedHashMap<String, String>();
        if (input.customUserData() != null) {
            attributes.put("CustomUserData", input.customUserData());
        }
        attributes.putAll(given);
        attributes.putIfAbsent("Enabled", "true");
        if (required(input.token(), "Token").isEmpty()) {
            throw invalid("Token", "cannot be empty");
        }
        checkDevice(attributes);
        attributes.put("Token", input.token());
        var id = UUID.randomUUID().toString();
        var now = time.instant();
        return store.write(tx -> {
            var application = application(tx, key);
            var known = data.byToken.first(tx, application.key().and(Endpoints.identity(input.token())))
                    .map(Row::value);
            if (known.isPresent()) {
                if (!known.get().attributes().equals(attributes)) {
                    throw invalid("Token", "Endpoint " + known.get().arn()
                            + " already exists with the same Token, but different attributes.");
                }
                return known.get().arn();
            }
            var made = new KeptEndpoint(application.account(), application.region(), application.platform(),
                    application.name(), id, attributes);
            data.endpoints.put(tx, made.key(), made);
            announce(tx, Kind.CREATED, application, made, now);
            return made.arn();
        });
    }

    private static void checkDevice(Map<String, String> attributes) {
        for (var name : attributes.keySet()) {
            if (!DEVICE_ATTRIBUTES.contains(name)) {
                throw invalid("Attributes", "Invalid attribute name: " + name);
            }
        }
        if ("".equals(attributes.get("Token"))) {
            throw invalid("Attributes", "Invalid value for attribute: Token: cannot be empty");
        }
        if (MessageAttributes.bytes(attributes.get("CustomUserData")) > LONGEST_USER_DATA) {
            throw invalid("Attributes",
                    "Invalid value for attribute: CustomUserData: must be at most 2048 bytes long in UTF-8 encoding");
        }
    }

    void deleteEndpoint(String endpointArn) {
        var key = deviceKey(endpointArn);
        var now = time.instant();
        store.change(tx -> data.endpoints.get(tx, key).ifPresent(device -> {
            data.endpoints.delete(tx, key);
            announce(tx, Kind.DELETED, application(tx, device.applicationKey()), device, now);
        }));
    }

    Map<String, String> endpointAttributes(String endpointArn) {
        return store.read(tx -> device(tx, deviceKey(endpointArn)).attributes());
    }

    private KeptEndpoint device(ReadTx tx, Key key) {
        return data.endpoints.get(tx, key).orElseThrow(() -> new Sns.NotFoundException("Endpoint does not exist"));
    }

    void setEndpointAttributes(Sns.SetEndpointAttributesRequest input) {
        var key = deviceKey(input.endpointArn());
        var now = time.instant();
        store.change(tx -> {
            var old = device(tx, key);
            checkDevice(input.attributes());
            var attributes = new LinkedHashMap<>(old.attributes());
            attributes.putAll(input.attributes());
            var changed = new KeptEndpoint(old.account(), old.region(), old.platform(), old.application(), old.id(),
                    attributes);
            data.endpoints.put(tx, key, changed);
            if (!attributes.equals(old.attributes())) {
                announce(tx, Kind.UPDATED, application(tx, old.applicationKey()), changed, now);
            }
        });
    }

    private void announce(Tx tx, Kind kind, KeptApplication application, KeptEndpoint device, Instant now) {
        ApplicationEvents.of(kind, application, device.arn(), now).ifPresent(it -> outgoing.announce(tx, it));
    }

    Sns.ListEndpointsByPlatformApplicationResponse endpoints(String applicationArn, String token) {
        var after = Paging.after(token);
        return store.read(tx -> {
            var application = application(tx, applicationKey(applicationArn));
            var page = data.endpoints.page(tx, application.key(), after, Paging.PAGE);
            return Sns.ListEndpointsByPlatformApplicationResponse.of(r -> r.nextToken(Paging.next(page))
                    .endpoints(page.values().stream().map(it -> Sns.Endpoint_.of(
                            e -> e.endpointArn(it.arn()).attributes(it.attributes()))).toList()));
        });
    }
}
