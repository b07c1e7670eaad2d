package dev.aloft.service.dynamodb.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.AttributeValue.L;
import dev.aloft.api.DynamoDb.AttributeValue.M;
import dev.aloft.api.DynamoDb.AttributeValue.N;
import dev.aloft.api.DynamoDb.AttributeValue.S;
import dev.aloft.api.DynamoDb.AttributeValue.SS;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each clause of an update counts for beside the three bytes of any update, as it was measured on AWS. */
class UpdateSizeTest {
    private static final Map<String, AttributeValue> VALUES = Map.of(":s", new S("y".repeat(100)),
        ":l", new L(List.of(new S("y".repeat(10)))), ":e", new L(List.of(new S("e"))), ":one", new N("1"),
        ":m", new M(Map.of("a", new S("y".repeat(100)))), ":new", new SS(List.of("p", "s".repeat(500))));
    private static final Map<String, AttributeValue> ITEM = Map.of("n", new N("12345678901234567890"),
        "big", new S("x".repeat(1000)), "ss", new SS(List.of("p", "q")));

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "SET c = :s | 19 + 1 + 100",
        "SET abcdefghij = :s | 19 + 10 + 100",
        "SET #twelve = :s | 19 + 1 + 100",
        "SET d.leaf = :s | 19 + 1 + 4 + 4 + 100",
        "SET d[0] = :s | 19 + 1 + 4 + 1 + 100",
        "SET c = :m | 19 + 1 + 3 + 1 + 1 + 100",
        "SET c = big | 19 + 1 + 1 + 14 + 3",
        "SET c = m.z | 19 + 1 + 1 + 14 + 1 + 14 + 1",
        "SET c = l[10] | 19 + 1 + 1 + 14 + 1 + 14 + 2",
        "SET l = list_append(l, :l) | 19 + 1 + 37 + 16 + 14",
        "SET l = list_append(:e, :l) | 19 + 1 + 37 + 5 + 14",
        "SET n = n + :one | 19 + 1 + 34 + 16 + 2",
        "SET n = n - :one | 19 + 1 + 37 + 16 + 2",
        "'SET c = if_not_exists(c, :s), d = if_not_exists(d, :s)' | 19 + 1 + 39 + 16 + 100 + 19 + 1 + 39 + 16 + 100",
        "ADD abcdefghij :one | 19 + 10 + 2",
        "ADD ss :new | 19 + 2 + 500",
        "ADD absent :new | 19 + 6 + 501",
        "REMOVE abcdefghij | 1 + 10",
        "REMOVE m.yyyyyyyyyy | 1 + 1 + 4 + 10",
        "REMOVE l[10] | 1 + 1 + 4 + 2",
        "DELETE ss :new | 1 + 2"})
    void aClauseCountsForWhatItWritesAndReads(String expression, String bytes) {
        var values = new HashMap<>(VALUES);
        values.keySet().removeIf(placeholder -> !expression.contains(placeholder));
        var names = expression.contains("#twelve") ? Map.of("#twelve", "b") : null;
        var update = Update.parse(expression, Placeholders.of(names, values.isEmpty() ? null : values,
            Wording.PRESENT));
        assertThat(update.size(ITEM)).isEqualTo(3 + List.of(bytes.split(" \\+ ")).stream()
            .mapToLong(Long::parseLong).sum());
    }
}
