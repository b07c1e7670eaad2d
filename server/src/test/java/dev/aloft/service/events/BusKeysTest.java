package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.Event.Attribute;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.store.Range;
import dev.aloft.service.kms.TestKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Buses and archives under keys of KMS. */
class BusKeysTest extends EventsFixture {
    private static final String BUS = "arn:aws:events:us-east-1:111122223333:event-bus/shop";
    private static final String SHOP = "{\"source\":[\"shop\"]}";

    private final TestKeys kms = new TestKeys(ROOT, store, time, endpoint);
    private String key;

    @BeforeEach
    void aKeyThatEventBridgeMayUse() {
        endpoint.add(kms.service());
        key = kms.key();
        kms.allowService(key, "events.amazonaws.com",
                "{\"StringEquals\": {\"kms:EncryptionContext:aws:events:event-bus:arn\": \"" + BUS + "\"}}");
    }

    private static Events.DeadLetterConfig letters(String queue) {
        return Events.DeadLetterConfig.of(d -> d.arn(queue));
    }

    private void bus(String kmsKey, String deadLetters) {
        events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("shop").kmsKeyIdentifier(kmsKey)
                .deadLetterConfig(deadLetters == null ? null : letters(deadLetters))));
        rule("shop", "all", SHOP);
    }

    private boolean liesOpen(String text) {
        return memory.<Boolean>read(tx -> tx.range(Range.all()).anyMatch(
                entry -> new String(entry.value(), StandardCharsets.ISO_8859_1).contains(text)));
    }

    private static Events.Target withLetters(String arn) {
        return Events.Target.of(t -> t.id("1").arn(arn).deadLetterConfig(letters(DEAD)));
    }

    @Test
    void anEventWaitsUnderItsBusesKeyAndIsBroughtAsItCame() {
        bus(key, null);
        target("shop", "all", target("1", FUNCTION));
        failures.put(FUNCTION, ApiError.of("ServiceException", 500, "later"));
        put(ROOT, "shop", "shop", "{\"secret\":\"mellon\"}");
        settled();
        assertThat(liesOpen("mellon")).isFalse();
        failures.clear();
        time.advance(Duration.ofMinutes(5));
        assertThat(delivered.getLast().json().get("detail")).isEqualTo(Map.of("secret", "mellon"));
        assertThat(kms.asked()).isEmpty();
        assertThat(described().kmsKeyIdentifier()).isEqualTo(key);
    }

    private Events.DescribeEventBusResponse described() {
        return events.describeEventBus(ROOT, Events.DescribeEventBusRequest.of(r -> r.name("shop")));
    }

    @Test
    void whatCannotBeSealedGoesToTheBusesDeadLetters() {
        bus(key, DEAD);
        target("shop", "all", target("1", FUNCTION));
        kms.disable(key);
        assertThat(put(ROOT, "shop", "shop", "{\"n\":1}").failedEntryCount()).isZero();
        settled();
        assertThat(bodies(FUNCTION)).isEmpty();
        var letter = delivered.getFirst();
        assertThat(letter.target()).isEqualTo(DEAD);
        assertThat(letter.json().get("detail")).hasToString("{n=1}");
        assertThat(letter.event().attributes()).containsOnly(
                Map.entry("ERROR_CODE", Attribute.text("INVALID_PARAMETER")),
                Map.entry("ERROR_MESSAGE", Attribute.text(key + " is disabled.")));
    }

    @Test
    void whatCannotBeOpenedGoesSealedToTheTargetsDeadLetters() {
        bus(key, null);
        target("shop", "all", withLetters(FUNCTION));
        failures.put(FUNCTION, ApiError.of("ServiceException", 500, "later"));
        put(ROOT, "shop", "shop", "{\"secret\":\"mellon\"}");
        settled();
        kms.disable(key);
        time.advance(Duration.ofMinutes(20));
        var letter = delivered.getLast();
        assertThat(letter.target()).isEqualTo(DEAD);
        assertThat(letter.body()).doesNotContain("mellon");
        assertThat(letter.json().get("detail-type")).isEqualTo("Encrypted Events");
        assertThat((Map<?, ?>) letter.json().get("detail")).extracting("event-bus-arn", "rule-arn", "kms-key-arn")
                .containsExactly(BUS, "arn:aws:events:us-east-1:111122223333:rule/shop/all", key);
        assertThat(letter.event().attributes()).containsEntry("RULE_ARN",
                Attribute.text("arn:aws:events:us-east-1:111122223333:rule/shop/all"));
    }

    /** A log changes nothing for what it tells of. */
    @Test
    void theBusesLogTellsOfWhatCannotBeSealedOrOpenedAsFarAsItCan() {
        bus(key, null);
        events.updateEventBus(ROOT, Events.UpdateEventBusRequest.of(r -> r.name("shop").kmsKeyIdentifier(key)
                .logConfig(Events.LogConfig.of(l -> l.level("TRACE").includeDetail("FULL")))));
        target("shop", "all", withLetters(FUNCTION));
        failures.put(FUNCTION, ApiError.of("ServiceException", 500, "later"));
        put(ROOT, "shop", "shop", "{}");
        settled();
        assertThat(told("INVOCATION_START")).containsKey("event_id");
        kms.disable(key);
        time.advance(Duration.ofMinutes(20));
        assertThat(delivered.getLast().target()).isEqualTo(DEAD);
        assertThat(told("INVOCATION_DLQ")).doesNotContainKey("event_id");

        put(ROOT, "shop", "shop", "{}");
        assertThat((Map<?, ?>) told("EVENT_INGEST_FAILURE").get("error")).extracting("aws_service")
                .isEqualTo("kms");
    }

    private Map<String, Object> told(String step) {
        return logged.stream().map(Logged::record).filter(it -> it.get("message_type").equals(step)).findFirst()
                .orElseThrow();
    }

    @Test
    void whatATargetDoesNotTakeGoesToItsDeadLettersAsItCame() {
        bus(key, null);
        target("shop", "all", withLetters(FUNCTION));
        failures.put(FUNCTION, ApiError.of("AccessDeniedException", 403, "no permission"));
        put(ROOT, "shop", "shop", "{\"secret\":\"mellon\"}");
        settled();
        assertThat(delivered.getLast().json().get("detail")).isEqualTo(Map.of("secret", "mellon"));
    }

    @Test
    void aKeyIsRequiredThatTheCallerOrEventBridgeMaySee() {
        var gone = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000";
        refused("ValidationException", "KMS key " + gone + " does not exist or may not be used by EventBridge.",
                () -> bus(gone, null));
        var closed = kms.key();
        rolePolicies.put(ROLE, allow("events:*", "*"));
        var stranger = roles.assume(ROOT.asService("events.amazonaws.com", null), ROLE, "s");
        refused("ValidationException", "KMS key " + closed + " does not exist or may not be used by EventBridge.",
                () -> events.createEventBus(stranger, Events.CreateEventBusRequest.of(
                        r -> r.name("other").kmsKeyIdentifier(closed))));
        events.createEventBus(stranger, Events.CreateEventBusRequest.of(r -> r.name("shared").kmsKeyIdentifier(key)));
        events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("other").kmsKeyIdentifier(closed)));
        refused("ValidationException", "Parameter " + FUNCTION + " is not valid. Reason: Provided Arn is not in correct"
                + " format.", () -> bus(key, FUNCTION));
        bus(key, null);
        events.updateEventBus(ROOT, Events.UpdateEventBusRequest.of(r -> r.name("shop").kmsKeyIdentifier("")));
        assertThat(described().kmsKeyIdentifier()).isNull();
    }

    @Test
    void anArchiveHasAKeyOfItsOwnWithoutWhichItIsNotReplayed() {
        bus(null, null);
        target("shop", "all", target("1", FUNCTION));
        events.createArchive(ROOT, Events.CreateArchiveRequest.of(r -> r.archiveName("kept").eventSourceArn(BUS)
                .kmsKeyIdentifier(key)));
        put(ROOT, "shop", "shop", "{\"secret\":\"mellon\"}");
        settled();
        assertThat(liesOpen("mellon")).isFalse();
        replay("first");
        assertThat(delivered).hasSize(2);
        assertThat(delivered.getLast().json().get("replay-name")).isEqualTo("first");
        kms.disable(key);
        time.advance(Duration.ofMinutes(6));
        replay("second");
        var failed = events.describeReplay(ROOT, Events.DescribeReplayRequest.of(r -> r.replayName("second")));
        assertThat(failed.state()).isEqualTo("FAILED");
        assertThat(failed.stateReason()).isEqualTo(key + " is disabled.");
        assertThat(archive().kmsKeyIdentifier()).isEqualTo(key);
    }

    @Test
    void whatATemplateGivesNoKeyAnyMoreHasNone() {
        bus(key, null);
        var type = service.resourceTypes().stream().filter(it -> it.type().equals("AWS::Events::Archive")).findFirst()
                .orElseThrow();
        var before = desired(Map.of("ArchiveName", "kept", "SourceArn", BUS, "KmsKeyIdentifier", key));
        type.create(ROOT, before);
        assertThat(archive().kmsKeyIdentifier()).isEqualTo(key);
        type.update(ROOT, "kept", before, desired(Map.of("ArchiveName", "kept", "SourceArn", BUS)));
        assertThat(archive().kmsKeyIdentifier()).isNull();
    }

    private Events.DescribeArchiveResponse archive() {
        return events.describeArchive(ROOT, Events.DescribeArchiveRequest.of(r -> r.archiveName("kept")));
    }

    private static ResourceType.Desired desired(Map<String, Object> properties) {
        return new ResourceType.Desired("arn:stack", "app", "Archive", "t", properties, Map.of());
    }

    private void replay(String name) {
        events.startReplay(ROOT, Events.StartReplayRequest.of(r -> r.replayName(name)
                .eventSourceArn("arn:aws:events:us-east-1:111122223333:archive/kept")
                .destination(Events.ReplayDestination.of(d -> d.arn(BUS)))
                .eventStartTime(time.instant().minus(Duration.ofHours(1)))
                .eventEndTime(time.instant().plus(Duration.ofHours(1)))));
        settled();
    }
}
