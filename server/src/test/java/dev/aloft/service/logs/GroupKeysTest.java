package dev.aloft.service.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.service.kms.TestKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Log groups under keys of KMS, where policies are asked. */
class GroupKeysTest {
    private static final Caller ROOT = new Caller("123456789012", "us-east-1", new Principal.Root("123456789012"),
        "id", null, 0, "http://127.0.0.1:4566", "127.0.0.1", null);
    private static final String GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:g";

    private final TestTime time = new TestTime();
    private final MemoryStore memory = new MemoryStore();
    private final FlakyStore store = new FlakyStore(memory);
    private final LocalEndpoint endpoint = new LocalEndpoint((operation, caller, input, service) ->
        keys().admit(operation, caller, input, service), store::inTransaction);
    private final TestKeys keys = new TestKeys(ROOT, store, time, endpoint);
    private final LogsService service = new LogsService(store, time, endpoint, new Targets(), (logs, _, _) -> logs);
    private final Logs logs = Logs.at(endpoint);
    private String key;

    private TestKeys keys() {
        return keys;
    }

    @BeforeEach
    void aKeyThatLogsMayUse() {
        endpoint.add(keys.service());
        endpoint.add(service);
        key = usable();
    }

    private String usable() {
        var made = keys.key();
        keys.allowService(made, "logs.us-east-1.amazonaws.com", """
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:g*"}}""");
        return made;
    }

    private void create(String kmsKeyId) {
        logs.createLogGroup(ROOT, Logs.CreateLogGroupRequest.of(r -> r.logGroupName("g").kmsKeyId(kmsKeyId)));
        logs.createLogStream(ROOT, Logs.CreateLogStreamRequest.of(r -> r.logGroupName("g").logStreamName("s")));
    }

    private void put(String message) {
        time.advance(Duration.ofSeconds(1));
        logs.putLogEvents(ROOT, Logs.PutLogEventsRequest.of(r -> r.logGroupName("g").logStreamName("s").logEvents(
            List.of(Logs.InputLogEvent.of(e -> e.timestamp(time.instant().toEpochMilli()).message(message))))));
    }

    private List<String> read() {
        return logs.getLogEvents(ROOT, Logs.GetLogEventsRequest.of(r -> r.logGroupName("g").logStreamName("s")))
            .events().stream().map(Logs.OutputLogEvent::message).toList();
    }

    private List<String> found(String pattern) {
        return logs.filterLogEvents(ROOT, Logs.FilterLogEventsRequest.of(
            r -> r.logGroupName("g").filterPattern(pattern))).events().stream()
            .map(Logs.FilteredLogEvent::message).toList();
    }

    private String told() {
        return logs.describeLogGroups(ROOT, Logs.DescribeLogGroupsRequest.of(_ -> {})).logGroups().getFirst()
            .kmsKeyId();
    }

    private void associate(String kmsKeyId) {
        logs.associateKmsKey(ROOT, Logs.AssociateKmsKeyRequest.of(r -> r.logGroupName("g").kmsKeyId(kmsKeyId)));
    }

    private boolean liesOpen(String text) {
        return memory.<Boolean>read(tx -> tx.range(Range.all()).anyMatch(
            entry -> new String(entry.value(), StandardCharsets.ISO_8859_1).contains(text)));
    }

    private static void refused(Executable call) {
        assertThatThrownBy(call::execute).isInstanceOf(ApiError.class)
            .hasMessage("The specified KMS key does not exist or is not allowed to be used with Arn '" + GROUP + "'")
            .extracting(error -> ((ApiError) error).code()).isEqualTo("AccessDeniedException");
    }

    @Test
    void eventsAreEncryptedAndReadByWhoeverMayReadTheGroup() {
        create(key);
        assertThat(told()).isEqualTo(key);
        put("open sesame");
        put("close sesame");
        assertThat(liesOpen("sesame")).isFalse();
        assertThat(read()).containsExactly("open sesame", "close sesame");
        assertThat(found("close")).containsExactly("close sesame");
        assertThat(keys.asked()).contains("GenerateDataKey by logs.amazonaws.com", "Decrypt by logs.amazonaws.com");
    }

    @Test
    void theKeysPolicyMustLetCloudWatchLogsUseIt() {
        var forbidden = keys.key();
        refused(() -> create(forbidden));
        refused(() -> create("arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"));
        create(null);
        refused(() -> associate(forbidden));
        assertThat(told()).isNull();
    }

    @Test
    void anotherKeyIsForWhatComesAfterwards() {
        create(null);
        put("one");
        associate(key);
        put("two");
        var other = usable();
        associate(other);
        put("three");
        logs.disassociateKmsKey(ROOT, Logs.DisassociateKmsKeyRequest.of(r -> r.resourceIdentifier(GROUP)));
        assertThat(told()).isNull();
        put("four");
        assertThat(read()).containsExactly("one", "two", "three", "four");
    }

    @Test
    void withoutItsKeyAGroupIsNeitherReadNorWritten() {
        create(key);
        put("open sesame");
        keys.disable(key);
        time.advance(Duration.ofMinutes(6));
        refused(this::read);
        refused(() -> put("more"));
        keys.enable(key);
        assertThat(read()).containsExactly("open sesame");
    }

    @Test
    void aTemplateNamesItsKey() {
        var type = service.resourceTypes().stream().filter(it -> it.type().equals("AWS::Logs::LogGroup")).findFirst()
            .orElseThrow();
        var before = desired(Map.of("LogGroupName", "g", "KmsKeyId", key));
        type.create(ROOT, before);
        assertThat(told()).isEqualTo(key);
        var after = desired(Map.of("LogGroupName", "g"));
        type.update(ROOT, "g", before, after);
        assertThat(told()).isNull();
        type.update(ROOT, "g", after, before);
        assertThat(told()).isEqualTo(key);
    }

    private static Desired desired(Map<String, Object> properties) {
        return new Desired("arn:stack", "s", "Group", "t", properties, Map.of());
    }
}
