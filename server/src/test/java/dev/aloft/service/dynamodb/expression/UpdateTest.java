package dev.aloft.service.dynamodb.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.AttributeValue.L;
import dev.aloft.api.DynamoDb.AttributeValue.M;
import dev.aloft.api.DynamoDb.AttributeValue.N;
import dev.aloft.api.DynamoDb.AttributeValue.S;
import dev.aloft.api.DynamoDb.AttributeValue.SS;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpdateTest {
    private static final String MISUSED =
        "The function is not allowed to be used this way in an expression; function: list_append";

    private static final Map<String, String> NAMES = Map.of("#a", "a", "#b", "b", "#three", "[3]");
    private static final Map<String, AttributeValue> VALUES = Map.of(":one", new N("1"), ":two", new N("2"),
        ":s", new S("s"), ":l", new L(List.of(new S("x"))), ":ss", new SS(List.of("a", "z")), ":m", new M(Map.of()));
    private static final Map<String, AttributeValue> ITEM = Map.of("p", new S("key"), "n", new N("5"),
        "lst", new L(List.of(new S("0"), new S("1"), new S("2"))), "doc", new M(Map.of("k", new S("v"))),
        "tags", new SS(List.of("a", "b")));

    private static Map<String, AttributeValue> after(String text) {
        return Update.parse(text, Placeholders.of(NAMES, VALUES, Wording.FORMER)).apply(ITEM);
    }

    private static L texts(String... texts) {
        return new L(List.of(texts).stream().<AttributeValue>map(S::new).toList());
    }

    private static String complaint(String text) {
        try {
            after(text);
        } catch (ValidationException e) {
            return e.getMessage().replaceFirst("^Invalid UpdateExpression: ", "");
        }
        throw new AssertionError("accepted: " + text);
    }

    @Test
    void attributesAreSet() {
        assertThat(after("SET a = :one")).containsEntry("a", new N("1")).containsEntry("n", new N("5"));
        assertThat(after("set n = n + :one")).containsEntry("n", new N("6"));
        assertThat(after("set n=n-:two")).containsEntry("n", new N("3"));
        assertThat(after("set a = (n + :one)")).containsEntry("a", new N("6"));
        assertThat(after("set a = ((n)+(:one))")).containsEntry("a", new N("6"));
        assertThat(after("set a = if_not_exists(a, :one), b = if_not_exists(n, :one)"))
            .containsEntry("a", new N("1")).containsEntry("b", new N("5"));
        assertThat(after("set a = if_not_exists(a, :one) + :two")).containsEntry("a", new N("3"));
        assertThat(after("set a = list_append(:l, lst)")).containsEntry("a", texts("x", "0", "1", "2"));
        assertThat(after("set a = list_append(if_not_exists(a, :l), :l)")).containsEntry("a", texts("x", "x"));
        assertThat(after("set n = p, q = n")).containsEntry("n", new S("key")).containsEntry("q", new N("5"));
        assertThat(after("set doc.z = :s")).containsEntry("doc", new M(Map.of("k", new S("v"), "z", new S("s"))));
    }

    @Test
    void elementsOfListsAreSetAndRemovedByTheirOldPositions() {
        assertThat(after("set lst[1] = :s")).containsEntry("lst", texts("0", "s", "2"));
        assertThat(after("set lst[9] = :s, lst[7] = p")).containsEntry("lst", texts("0", "1", "2", "key", "s"));
        assertThat(after("remove lst[0], lst[1]")).containsEntry("lst", texts("2"));
        assertThat(after("remove lst[5]")).containsEntry("lst", texts("0", "1", "2"));
        assertThat(after("remove lst[0] set lst[2] = :s")).containsEntry("lst", texts("1", "s"));
    }

    @Test
    void attributesAreRemoved() {
        assertThat(after("REMOVE n, nope, doc.k")).doesNotContainKey("n").containsEntry("doc", new M(Map.of()));
    }

    @Test
    void numbersAndSetsAreAddedTo() {
        assertThat(after("ADD n :two, m :one")).containsEntry("n", new N("7")).containsEntry("m", new N("1"));
        assertThat(after("ADD tags :ss")).containsEntry("tags", new SS(List.of("a", "b", "z")));
        assertThat(after("ADD more :ss")).containsEntry("more", new SS(List.of("a", "z")));
        assertThat(after("DELETE tags :ss")).containsEntry("tags", new SS(List.of("b")));
        assertThat(after("DELETE nope :ss")).isEqualTo(ITEM);
        var all = Map.<String, AttributeValue>of(":x", new SS(List.of("b", "a")));
        assertThat(Update.parse("DELETE tags :x", Placeholders.of(null, all, Wording.FORMER)).apply(ITEM))
            .doesNotContainKey("tags");
    }

    @ParameterizedTest
    @ValueSource(strings = {"whatever", "set a", "add a", "delete a", "set a=set", "remove a = b", "add a = b",
        "delete a = b", "delete a b", "delete a if_not_exist(b)", "add abort b", "add a if_not_exist(b)", "remove a b",
        "set a b", "set :a = b", "add :a b", "delete :a b", "remove :a", "set a = b / c", "set a = b * c",
        "set a[1] = \"eight\"", "set a[1] = 1", "SET a = if_not_exist(a, 100)", "SET if_not_exist(a, b) = a",
        "set (a = (b + c))", "set a = (b.c).d + e", "set a = (b.c)[0] + e", "set a = b + c + d", "set _a = b", "set",
        "set a = b,"})
    void syntaxErrorsAreRefused(String text) {
        assertThat(complaint(text)).startsWith("Syntax error; token: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "INVALID SYNTAX HERE | Syntax error; token: \"INVALID\", near: \"INVALID SYNTAX\"",
        "ADD hits : incr | Syntax error; token: \":\", near: \"hits : incr\"",
        "SET _123 = :one | Syntax error; token: \"_\", near: \"SET _123\"",
        " set #c = :c set abOrt = true | Attribute name is a reserved keyword; reserved keyword: abOrt",
        " remove Absolute  | Attribute name is a reserved keyword; reserved keyword: Absolute",
        "set #c = if_not_exist(:c) set c = d | Invalid function name; function: if_not_exist",
        "set a = size(a) | The function is not allowed in an update expression; function: size",
        "set a = list_append(lst, list_append(lst, :l)), a = b | " + MISUSED,
        "set a = if_not_exists(b, list_append(lst, :l)) | " + MISUSED,
        "set a = n + list_append(lst, :l) | " + MISUSED,
        "remove AND | Syntax error; token: \"AND\", near: \"remove AND\"",
        "set a = #c set c = :d | The \"SET\" section can only be used once in an update expression;",
        "remove #d set a = b remove e | The \"REMOVE\" section can only be used once in an update expression;",
        "SET #c = if_not_exists(:c) | An expression attribute name used in the document path is not defined; "
        + "attribute name: #c",
        "SET #a = if_not_exists(:c) | An expression attribute value used in expression is not defined; "
        + "attribute value: :c",
        "set d[1] = a, d.b = a, c[1].a = a, c = if_not_exists(a) | Two document paths overlap with each other; "
            + "must remove or rewrite one of these paths; path one: [c, [1], a], path two: [c]",
        "set c[3].#three = a, c[3] = a | Two document paths overlap with each other; "
            + "must remove or rewrite one of these paths; path one: [c, [3], [3]], path two: [c, [3]]",
        "remove a.c set a[1] = d | Two document paths conflict with each other; "
            + "must remove or rewrite one of these paths; path one: [a, c], path two: [a, [1]]",
        "set f = :one, f = :two | Two document paths overlap with each other; "
            + "must remove or rewrite one of these paths; path one: [f], path two: [f]",
        "set b = list_append(:s, a), c = if_not_exists(a) add a.b :s | Incorrect operand type for "
            + "operator or function; operator: ADD, operand type: STRING",
        "delete a.b :one | Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER",
        "add a.b :m | Incorrect operand type for operator or function; operator: ADD, operand type: MAP",
        "set a = list_append(c) | Incorrect number of operands for operator or function; operator or "
            + "function: list_append, number of operands: 1",
        "set a = if_not_exists(:one, c) | Operator or function requires a document path; operator or "
        + "function: if_not_exists",
        "set a = list_append(:s, a) | Incorrect operand type for operator or function; operator or "
            + "function: list_append, operand type: S",
        "set a = n + :s | Incorrect operand type for operator or function; operator or function: +, operand type: S",
        "set a = n - :l | Incorrect operand type for operator or function; operator or function: -, operand type: L",
        "set a = b | The provided expression refers to an attribute that does not exist in the item",
        "set a = n + p | An operand in the update expression has an incorrect data type",
        "set a = list_append(n, :l) | An operand in the update expression has an incorrect data type",
        "add p :one | An operand in the update expression has an incorrect data type",
        "delete lst :ss | An operand in the update expression has an incorrect data type",
        "set a.b = :one | The document path provided in the update expression is invalid for update",
        "set doc[0] = :one | The document path provided in the update expression is invalid for update",
        "remove n.x | The document path provided in the update expression is invalid for update"})
    void complaintsAreInAwssWordsAndOrder(String text, String complaint) {
        assertThat(complaint(text)).isEqualTo(complaint);
    }

    @Test
    void projectionsKeepTheShape() {
        var item = Map.<String, AttributeValue>of("a",
            new M(Map.of("b", new L(List.of(new N("0"), new N("1"), new N("2"))),
            "c", new S("c"))), "d", new S("d"));
        assertThat(project("a.b[2], a.b[0], d", item)).isEqualTo(Map.of("a",
            new M(Map.of("b", new L(List.of(new N("0"), new N("2"))))), "d", new S("d")));
        assertThat(project("a.x, e, d.y, a.b[7], a.c[0]", item)).isEmpty();
        assertThat(project("a.c", item)).isEqualTo(Map.of("a", new M(Map.of("c", new S("c")))));
    }

    private static Map<String, AttributeValue> project(String text, Map<String, AttributeValue> item) {
        return Projection.parse(text, Placeholders.of(null, null, Wording.FORMER)).of(item);
    }
}
