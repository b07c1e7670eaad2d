package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.JsonReader;
import dev.aloft.api.Sns;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a platform application's topics tell of its devices. */
class ApplicationEventsTest extends SnsFixture {
    private String events;
    private String application;

    @BeforeEach
    void listen() {
        events = topic("events");
        subscribe(events, "sqs", QUEUE);
        application = application("com.some.app", "EventEndpointCreated", "EventEndpointUpdated",
                "EventEndpointDeleted", "EventDeliveryFailure");
    }

    private String application(String name, String... events) {
        var attributes = new HashMap<>(Map.of("PlatformPrincipal", "x", "PlatformCredential", "y"));
        List.of(events).forEach(event -> attributes.put(event, this.events));
        return sns.createPlatformApplication(ROOT, Sns.CreatePlatformApplicationRequest.of(
                r -> r.name(name).platform("APNS").attributes(attributes))).platformApplicationArn();
    }

    private String device(String application) {
        return sns.createPlatformEndpoint(ROOT, Sns.CreatePlatformEndpointRequest.of(
                r -> r.platformApplicationArn(application).token("token"))).endpointArn();
    }

    private void change(String device, String name, String value) {
        sns.setEndpointAttributes(ROOT, Sns.SetEndpointAttributesRequest.of(
                r -> r.endpointArn(device).attributes(Map.of(name, value))));
    }

    private Map<?, ?> document(int index) {
        return (Map<?, ?>) JsonReader.tree(caught.get(index).body());
    }

    private Map<?, ?> told(int index) {
        return (Map<?, ?>) JsonReader.tree(document(index).get("Message").toString());
    }

    private List<Object> kinds() {
        settle();
        return java.util.stream.IntStream.range(0, caught.size()).mapToObj(i -> (Object) told(i).get("EventType"))
                .toList();
    }

    @Test
    void aDeviceThatComesChangesAndGoes() {
        var device = device(application);
        assertThat(kinds()).containsExactly("EndpointCreated");
        assertThat(document(0).get("Subject")).isEqualTo("EndpointCreated event for app com.some.app (APNS)");
        assertThat(document(0).get("Message")).isEqualTo("{\"EndpointArn\":\"" + device
                + "\",\"EventType\":\"EndpointCreated\",\"Resource\":\"" + application
                + "\",\"Service\":\"SNS\",\"Time\":\"2026-01-01T00:00:00.000Z\"}");

        // What changes nothing is no change.
        assertThat(device(application)).isEqualTo(device);
        change(device, "Enabled", "true");
        change(device, "CustomUserData", "who");
        assertThat(kinds()).containsExactly("EndpointCreated", "EndpointUpdated");

        for (int i = 0; i < 2; i++) {
            sns.deleteEndpoint(ROOT, Sns.DeleteEndpointRequest.of(r -> r.endpointArn(device)));
        }
        assertThat(kinds()).containsExactly("EndpointCreated", "EndpointUpdated", "EndpointDeleted");
    }

    @Test
    void whatATopicCannotBringToADevice() {
        var quiet = application("quiet", "EventDeliveryFailure");
        var device = device(quiet);
        var topic = topic("t");
        subscribe(topic, "application", device);
        publish(topic, "arrives");
        assertThat(kinds()).isEmpty();

        change(device, "Enabled", "false");
        var message = publish(topic, "does not").messageId();
        assertThat(kinds()).containsExactly("DeliveryFailure");
        assertThat(document(0).get("Message")).isEqualTo("{\"DeliveryAttempts\":1,\"EndpointArn\":\"" + device
                + "\",\"EventType\":\"DeliveryFailure\",\"FailureMessage\":\"Endpoint is disabled\","
                + "\"FailureType\":\"EndpointDisabled\",\"MessageId\":\"" + message + "\",\"Resource\":\"" + quiet
                + "\",\"Service\":\"SNS\",\"Time\":\"2026-01-01T00:00:00.000Z\"}");

        sns.deleteEndpoint(ROOT, Sns.DeleteEndpointRequest.of(r -> r.endpointArn(device)));
        publish(topic, "does not either");
        assertThat(kinds()).containsExactly("DeliveryFailure", "DeliveryFailure");
        assertThat(told(1).get("FailureType")).isEqualTo("EndpointNotFound");
        assertThat(told(1).get("FailureMessage")).isEqualTo("Endpoint was not found");
    }

    @Test
    void whatIsToldToADeviceThatCannotBeReachedComesToAnEnd() {
        var device = device(application);
        subscribe(events, "application", device);
        change(device, "Enabled", "false");
        assertThat(kinds()).contains("DeliveryFailure").hasSizeLessThan(50);
    }

    @Test
    void topicsAreStandardOnes() {
        for (var value : List.of("x", "arn:aws:sqs:us-east-1:111122223333:q",
                "arn:aws:sns:us-east-1:111122223333:t.fifo")) {
            invalid("Invalid parameter: Attributes Reason: Invalid value for attribute: EventEndpointCreated: " + value
                    + " is not the ARN of a standard topic",
                    () -> sns.setPlatformApplicationAttributes(ROOT, Sns.SetPlatformApplicationAttributesRequest.of(
                            r -> r.platformApplicationArn(application)
                                    .attributes(Map.of("EventEndpointCreated", value)))));
        }
        sns.setPlatformApplicationAttributes(ROOT, Sns.SetPlatformApplicationAttributesRequest.of(
                r -> r.platformApplicationArn(application).attributes(Map.of("EventEndpointCreated", ""))));
        device(application);
        assertThat(kinds()).isEmpty();
    }
}
