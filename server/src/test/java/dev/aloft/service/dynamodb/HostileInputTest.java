package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.ExecuteStatementRequest;
import dev.aloft.api.DynamoDb.QueryRequest;
import dev.aloft.api.DynamoDb.ScanRequest;
import dev.aloft.api.DynamoDb.UpdateItemRequest;
import dev.aloft.api.DynamoDbStreams.GetRecordsRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Expressions, statements and tokens put together at random: each is carried out or refused, and soon. Others with
 * {@code -Daloft.fuzz.seed=…}, more with {@code -Daloft.fuzz=100000}.
 */
class HostileInputTest extends DynamoDbFixture {
    private static final long SEED = Long.getLong("aloft.fuzz.seed", 20_261_127);
    private static final int TRIES = Integer.getInteger("aloft.fuzz", 1_000);
    private static final List<String> EXPRESSION = List.of("SET", "ADD", "REMOVE", "DELETE", "a", "b", "#n", "#m",
        ":v", ":w", ":x",
        "=", "<>", "<", ">=", "(", ")", "[", "]", "0", "99999999999999999999", ".", ",", "AND", "OR", "NOT", "BETWEEN",
        "IN", "size",
        "if_not_exists", "list_append", "begins_with", "contains", "attribute_type", "attribute_exists", "+", "-", "#",
        ":", "\u0000", "'", "é", "\uD83D\uDE00", "\uD83D", "NULL", "a".repeat(300), "((((((((((", "NOT NOT NOT NOT");
    private static final List<String> STATEMENT = List.of("SELECT", "*", "FROM", "\"hash-table\"", "WHERE", "a", "=",
        "'x'", "?", "AND",
        "OR", "NOT", "(", ")", "[", "]", "{", "}", "<<", ">>", "'k'", ":", ",", ".", "1", "-", "1e400", "1e-400",
        "INSERT", "INTO",
        "VALUE", "UPDATE", "SET", "REMOVE", "DELETE", "RETURNING", "ALL", "OLD", "NEW", "MODIFIED", "ORDER", "BY",
        "IN", "IS", "MISSING",
        "NULL", "BETWEEN", "begins_with", "size", "EXISTS", "--", "/*", "*/", "'", "\"", ";", "list_append", "set_add",
        "\u0000", "é", "((((((((((((((((((((", "NOT NOT NOT NOT NOT NOT", "[[[[[[[[[[[[[[[[", "{'a':{'a':{'a':");

    private final Random random = new Random(SEED);

    private String text(List<String> words, int most) {
        var text = new StringBuilder();
        int length = 1 + random.nextInt(most);
        for (int i = 0; i < length; i++) {
            text.append(words.get(random.nextInt(words.size()))).append(random.nextInt(5) == 0 ? "" : " ");
        }
        return text.toString();
    }

    private AttributeValue value(int depth) {
        return switch (random.nextInt(depth > 40 ? 6 : 9)) {
            case 0 -> s("x");
            case 1 -> n(random.nextInt(5) == 0 ? "1e999" : random.nextInt());
            case 2 -> new AttributeValue.N("not a number");
            case 3 -> new AttributeValue.SS(List.of("a", "a"));
            case 4 -> new AttributeValue.NS(List.of());
            case 5 -> new AttributeValue.NULL(false);
            case 6 -> list(value(depth + 20), value(depth + 30));
            case 7 -> new AttributeValue.M(Map.of("", value(depth + 10)));
            default -> s("");
        };
    }

    /** Carries a request out that may be refused, but with nothing else than the client's own fault. */
    private void attempt(String what, Runnable call) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            try {
                call.run();
            } catch (ApiError e) {
                assertThat(e.status()).as("%s, seed %d", what, SEED).isEqualTo(400);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + SEED + ": " + what, e);
            }
        }, () -> "seed " + SEED + ": " + what);
    }

    @Test
    void expressions() {
        put(HASH, item("a", s("x"), "b", list(s("y"), n(1))));
        for (int i = 0; i < TRIES; i++) {
            var update = text(EXPRESSION, 14);
            var condition = random.nextBoolean() ? text(EXPRESSION, 14) : null;
            var names = random.nextBoolean() ? Map.of("#n", "b", "#m", "a") : null;
            var values = new LinkedHashMap<>(item(":v", value(0), ":w", value(0)));
            attempt(update + " / " + condition, () -> dynamoDb.updateItem(CALLER,
                UpdateItemRequest.of(r -> r.tableName(HASH)
                .key(item("a", s("x"))).updateExpression(update).conditionExpression(condition)
                .expressionAttributeNames(names).expressionAttributeValues(values))));
            attempt(condition, () -> dynamoDb.scan(CALLER, ScanRequest.of(r -> r.tableName(HASH)
                .filterExpression(condition)
                .projectionExpression(update).expressionAttributeNames(names).expressionAttributeValues(values))));
            attempt(update, () -> dynamoDb.query(CALLER, QueryRequest.of(r -> r.tableName(RANGE)
                .keyConditionExpression(update)
                .filterExpression(condition).expressionAttributeNames(names).expressionAttributeValues(values)
                .exclusiveStartKey(random.nextInt(4) == 0 ? item("a", value(0), "b", value(0)) : null))));
        }
    }

    /** Longer than a key of the store may be, or none in UTF-8. */
    @Test
    void names() {
        for (var name : List.of("x".repeat(70_000), "\uD83D")) {
            assertThat(service.policy(CALLER, "arn:aws:dynamodb:us-east-1:123456789012:table/" + name)).isEmpty();
            attempt("table", () -> put(name, item("a", s("x"))));
            attempt("index", () -> dynamoDb.query(CALLER, QueryRequest.of(r -> r.tableName(HASH).indexName(name)
                .keyConditionExpression("a = :v").expressionAttributeValues(item(":v", s("x"))))));
            attempt("statement", () -> dynamoDb.executeStatement(CALLER,
                ExecuteStatementRequest.of(r -> r.statement("SELECT * FROM \"" + name + "\""))));
        }
    }

    @Test
    void statementsAndTokens() {
        for (int i = 0; i < TRIES; i++) {
            var statement = text(STATEMENT, 18);
            var token = random.nextInt(4) == 0 ? text(STATEMENT, 3) : null;
            attempt(statement, () -> dynamoDb.executeStatement(CALLER,
                ExecuteStatementRequest.of(r -> r.statement(statement)
                .parameters(random.nextBoolean() ? List.of(value(0)) : null).nextToken(token))));
            attempt("token", () -> dynamoDbStreams.getRecords(CALLER,
                new GetRecordsRequest(text(STATEMENT, 3) + "|1|AAAA", null)));
        }
    }
}
