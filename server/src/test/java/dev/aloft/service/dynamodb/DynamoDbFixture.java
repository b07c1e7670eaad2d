package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeDefinition;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.CreateTableRequest;
import dev.aloft.api.DynamoDb.GetItemRequest;
import dev.aloft.api.DynamoDb.KeySchemaElement;
import dev.aloft.api.DynamoDb.PutItemRequest;
import dev.aloft.api.DynamoDbStreams;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.kms.TestKeys;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.JsonRpc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * DynamoDB on a store in memory that runs each transaction twice, and a clock that stands still, with two tables: by a
 * (S), and by a and b (S, S).
 */
abstract class DynamoDbFixture {
    static final Caller CALLER = new Caller("123456789012", "us-east-1", new Principal.Root("123456789012"), "id",
        null, 0, "http://127.0.0.1:4566", "127.0.0.1", null);
    static final String HASH = "hash-table";
    static final String RANGE = "range-table";

    final TestTime time = new TestTime();
    final Store store = new FlakyStore(new MemoryStore());
    /** Whether a call may be carried out: everything may. */
    LocalEndpoint.Gate gate = TestKeys::admitAll;
    final LocalEndpoint endpoint = new LocalEndpoint(
        (operation, caller, input, called) -> gate.admit(operation, caller, input, called), store::inTransaction);
    final TestKeys keys = new TestKeys(CALLER, store, time, endpoint);
    final DynamoDbService service = new DynamoDbService(store, time, endpoint);
    final DynamoDb dynamoDb = DynamoDb.at(endpoint);
    final DynamoDbStreams dynamoDbStreams = DynamoDbStreams.at(endpoint);
    private final Workers workers = new Workers(time, service.workers());

    @BeforeEach
    void start() {
        endpoint.add(service);
        endpoint.add(keys.service());
        endpoint.add(new DynamoDbStreamsService(store, time, endpoint));
        workers.start();
        create(HASH, r -> r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S"))));
        create(RANGE, r -> r.keySchema(List.of(hash("a"), range("b")))
            .attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S"))));
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    final DynamoDb.TableDescription create(String name, Consumer<CreateTableRequest.Builder> with) {
        return dynamoDb.createTable(CALLER, CreateTableRequest.of(r -> {
            r.tableName(name).billingMode("PAY_PER_REQUEST");
            with.accept(r);
        })).tableDescription();
    }

    static KeySchemaElement hash(String name) {
        return new KeySchemaElement(name, "HASH");
    }

    static KeySchemaElement range(String name) {
        return new KeySchemaElement(name, "RANGE");
    }

    static AttributeDefinition attribute(String name, String type) {
        return new AttributeDefinition(name, type);
    }

    static AttributeValue s(String text) {
        return new AttributeValue.S(text);
    }

    static AttributeValue n(Object number) {
        return new AttributeValue.N(number.toString());
    }

    static AttributeValue b(int... bytes) {
        var array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return new AttributeValue.B(Bytes.of(array));
    }

    static AttributeValue list(AttributeValue... elements) {
        return new AttributeValue.L(List.of(elements));
    }

    /** A request as it comes over the wire, in JSON. */
    static Shape wire(Operation operation, String json) {
        return JsonRpc.V1_0.readInput(operation, new HttpRequest("POST", "http", "/", "", new Headers(),
            Body.of(json), null));
    }

    /** Names and values in turn. */
    static Map<String, AttributeValue> item(Object... namesAndValues) {
        var item = new LinkedHashMap<String, AttributeValue>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            item.put((String) namesAndValues[i], (AttributeValue) namesAndValues[i + 1]);
        }
        return item;
    }

    final DynamoDb.PutItemResponse put(String table, Map<String, AttributeValue> item) {
        return put(r -> r.tableName(table).item(item));
    }

    final DynamoDb.PutItemResponse put(Consumer<PutItemRequest.Builder> with) {
        return dynamoDb.putItem(CALLER, PutItemRequest.of(with));
    }

    final Map<String, AttributeValue> get(String table, Map<String, AttributeValue> key) {
        return dynamoDb.getItem(CALLER, GetItemRequest.of(r -> r.tableName(table).key(key))).item();
    }

    final List<Map<String, AttributeValue>> scanAll(String table, Consumer<DynamoDb.ScanRequest.Builder> with) {
        var items = new ArrayList<Map<String, AttributeValue>>();
        Map<String, AttributeValue> start = null;
        do {
            var from = start;
            var page = dynamoDb.scan(CALLER, DynamoDb.ScanRequest.of(r -> {
                r.tableName(table).exclusiveStartKey(from);
                with.accept(r);
            }));
            items.addAll(page.items());
            start = page.lastEvaluatedKey();
        } while (start != null);
        return items;
    }

    static void refused(String message, ThrowingCallable call) {
        refused("ValidationException", message, call);
    }

    static void refused(String code, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ApiError.class, e -> {
            assertThat(e.getMessage()).isEqualTo(message);
            assertThat(e.code()).isEqualTo(code);
        });
    }
}
