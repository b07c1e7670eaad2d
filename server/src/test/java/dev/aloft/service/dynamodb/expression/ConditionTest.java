package dev.aloft.service.dynamodb.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.AttributeValue.L;
import dev.aloft.api.DynamoDb.AttributeValue.M;
import dev.aloft.api.DynamoDb.AttributeValue.N;
import dev.aloft.api.DynamoDb.AttributeValue.S;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
    private static final Map<String, String> NAMES = Map.of("#a", "a", "#dotted", "x.y");
    private static final Map<String, AttributeValue> VALUES = Map.of(":one", new N("1"), ":five", new N("5"),
        ":ten", new N("10"), ":s", new S("hello"), ":he", new S("he"), ":l", new L(List.of()), ":SS", new S("SS"),
        ":bad", new S("1"), ":t", new AttributeValue.BOOL(true));
    private static final Map<String, AttributeValue> ITEM =
        Map.of("a", new N("5"), "b", new S("hello"), "x.y", new N("1"),
        "m", new M(Map.of("n", new L(List.of(new N("1"), new M(Map.of("deep", new S("hello"))))))),
        "ss", new AttributeValue.SS(List.of("hello", "you")), "ns", new AttributeValue.NS(List.of("1", "5")),
        "t", new AttributeValue.BOOL(true));

    private static final String MISUSED =
        "The function is not allowed to be used this way in an expression; function: ";
    private static final String NO_NAME =
        "An expression attribute name used in the document path is not defined; attribute name: ";
    private static final String NO_VALUE =
        "An expression attribute value used in expression is not defined; attribute value: ";
    private static final String COUNT = "Incorrect number of operands for operator or function; operator or function: ";
    private static final String TYPE = "Incorrect operand type for operator or function; operator or function: ";
    private static final String SAME =
        "The first operand must be distinct from the remaining operands for this operator or function; operator: ";

    private static Condition parse(String text) {
        return Condition.parse("FilterExpression", text, Placeholders.of(NAMES, VALUES, Wording.FORMER));
    }

    private static String complaint(String text) {
        try {
            parse(text);
        } catch (ValidationException e) {
            assertThat(e.getMessage()).startsWith("Invalid FilterExpression: ");
            return e.getMessage().substring("Invalid FilterExpression: ".length());
        }
        throw new AssertionError("accepted: " + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a = :five", "#a=:five", "a <> :ten", "a < :ten", "a <= :five", "a > :one", "a >= :five",
        "a between :one and :ten", "a BETWEEN :five AND :five", "a in (:one, :five)", "NOT a = :one",
        "not not a = :five", "a = :one or a = :five", "a = :five and (b = :s or b = :he)", "attribute_exists(b)",
        "attribute_not_exists(c)", "attribute_exists(m.n[1].deep)", "attribute_not_exists(m.n[2])",
        "attribute_not_exists(b.c)", "m.n[1].deep = :s", "m.n[0] = :one", "#dotted = :one", "attribute_type(ss, :SS)",
        "begins_with(b, :he)", "contains(b, :he)", "contains(ss, :s)", "contains(ns, :five)", "contains(m.n, :one)",
        "size(b) = :five", "size(ss) > :one", "size(m) < :five", "t = :t", "nope <> :one", "(a)between(:one)and(:ten)",
        "(a = :five)", ":one < a", "((a = :one) or (a = :five))", "a = :five AND b = :s AND t = :t",
        "( (m).n[0] ) = :one", "not (a = :one and b = :s)"})
    void thisHolds(String text) {
        assertThat(parse(text).holds(ITEM)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a = :s", "a < :s", "nope = :one", "nope < :one", "a between :he and :s",
        "begins_with(a, :he)", "contains(b, :one)", "contains(a, :five)", "attribute_type(a, :SS)", "size(a) > :one",
        "size(nope) < :ten", "a = :one or (a = :five and b = :he)", "not a = :five", "a in (:s, :he)", "m.n[9] = :one",
        "m[0] = :one", "a = :one and b = :s or b = :he"})
    void thisDoesNot(String text) {
        assertThat(parse(text).holds(ITEM)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"things are not fine", "a > 4", "attribute_exists(P-R)", "attribute_exists(\"P.R\")",
        "attribute_exists(P..R)", "attribute_exists(P#c.R)", "attribute_exists(l[a])", "a in b, c", "a > between",
        "a in b", "a in (b,c,)", "(a)between(b.(c.d))and(c)", "(a)between(b.c.d)and((c)", "#$.b > a", "a > :v.stuff",
        "b[:a] > a", "b[#_] > a", "ü > a", "(a)between(b.c[4.5].#d)and(:a)", "size(a).b > a", "(size(a)).b > a",
        "size(a)[0] > a", "(size(a))[0] > a", "a", ":one", "a = :one and", "not", "(a = :one", "a = (b = :one)",
        "_a = :one", "()", "a b"})
    void syntaxErrorsAreRefused(String text) {
        assertThat(complaint(text)).startsWith("Syntax error; token: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "a = = :one | Syntax error; token: \"=\", near: \"= = :one\"",
        "a | Syntax error; token: \"<EOF>\", near: \"a\"",
        "attribute_not_exists( | Syntax error; token: \"<EOF>\", near: \"(\"",
        "!!! no | Syntax error; token: \"!\", near: \"!!\"",
        "a : b | Syntax error; token: \":\", near: \"a : b\""})
    void syntaxErrorsSayWhere(String text, String complaint) {
        assertThat(complaint(text)).isEqualTo(complaint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=a and a > ((views))", "(a)between(((b.c)).d)and(c)", "a > whatever((:things), ((a)))",
        "a=a AND ((a=a AND a=a)) AND a=a", "a=a OR ((a=a OR a=a)) OR a=a", "a=a AND ((a=a AND (a=a AND a=a)))",
        "a=a OR ((a=a OR (a=a OR a=a)))"})
    void parenthesesAroundParenthesesAreRedundant(String text) {
        assertThat(complaint(text)).isEqualTo("The expression has redundant parentheses;");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a=a and whatever((:things)) > a | Invalid function name; function: whatever",
        "attRIbute_exIsts((views), #a) | Invalid function name; function: attRIbute_exIsts",
        "a = if_not_exists(a, :one) | The function is not allowed in a condition expression; function: if_not_exists",
        "a=a and attribute_exists((views), (#a)) > b | " + MISUSED + "attribute_exists",
        "attribute_not_exists(things) > b | " + MISUSED + "attribute_not_exists",
        "contains(:things, c) > b | " + MISUSED + "contains",
        "size(contains(a, b)) > a | " + MISUSED + "contains",
        "size(things) | " + MISUSED + "size",
        "a between b and attribute_exists(things) | " + MISUSED + "attribute_exists",
        "a in (b, attribute_exists(things)) | " + MISUSED + "attribute_exists",
        "attribute_exists(views, #a) | Attribute name is a reserved keyword; reserved keyword: views",
        ":a < abOrT | Attribute name is a reserved keyword; reserved keyword: abOrT",
        "attribute_exists(#P.RearView, :a) and a=a | " + NO_NAME + "#P",
        "begins_with(P.#RearView) | " + NO_NAME + "#RearView",
        "(#P between :lo and :hi) and (#PC in (:cat1, :cat2)) | " + NO_NAME + "#P",
        "begins_with(:hello, #a, #b) | " + NO_VALUE + ":hello",
        ":c < :d | " + NO_VALUE + ":c",
        "attribute_exists(things, a) and a=a | " + COUNT + "attribute_exists, number of operands: 2",
        "begins_with(things, size(a), b) | " + COUNT + "begins_with, number of operands: 3",
        "size(things, a) > b | " + COUNT + "size, number of operands: 2",
        "attribute_type(a, size(a)) and a=a and a=:one | " + TYPE + "attribute_type, operand type: N",
        "attribute_type(a, :l) | " + TYPE + "attribute_type, operand type: L",
        "attribute_type(a, :bad) | Invalid attribute type name found; type: 1, valid types: "
        + "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        "begins_with(a, :one) | " + TYPE + "begins_with, operand type: N",
        "size(size(a)) > :one | " + TYPE + "size, operand type: N",
        "size(:t) > a | " + TYPE + "size, operand type: BOOL",
        "a < :t | " + TYPE + "<, operand type: BOOL",
        "attribute_exists(:one) and a=a | Operator or function requires a document path; operator or function: "
            + "attribute_exists",
        "attribute_not_exists(size(:s)) | Operator or function requires a document path; operator or function: "
            + "attribute_not_exists",
        "a = a AND #a = b AND :views > a | " + SAME + "=, first operand: [a]",
        "#a <> a | " + SAME + "<>, first operand: [a]",
        "a in (:one, a) | " + SAME + "IN, first operand: [a]",
        "a between a and :one | " + SAME + "BETWEEN, first operand: [a]",
        "a between :one and #a | " + SAME + "BETWEEN, first operand: [a]",
        "contains(ab.bc[1].a, ab.bc[1].#a) | " + SAME + "contains, first operand: [ab, bc, [1], a]",
        "((a=a) OR (a=a)) | " + SAME + "=, first operand: [a]",
        "a between :ten and :one | The BETWEEN operator requires upper bound to be greater than or "
            + "equal to lower bound; lower bound operand: AttributeValue: {N:10}, upper bound operand: "
            + "AttributeValue: {N:1}",
        "a between :one and :s | The BETWEEN operator requires same data type for lower and upper bounds; "
            + "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:hello}"})
    void complaintsAreInAwssWordsAndOrder(String text, String complaint) {
        assertThat(complaint(text)).isEqualTo(complaint);
    }

    /** AWS's parser keeps blanks, takes a leading zero for the whole number, and knows the words of all expressions. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', ignoreLeadingAndTrailingWhitespace = false, value = {
        "` `|<EOF>|` `", "a = |<EOF>|= ", " in (b)|in| in (", "a b  |b|a b  ", "a[01] = b|1|01]", "a = SET|SET|= SET",
        "remove = a|remove|remove ="})
    void syntaxErrorsTellWhatStandsAround(String text, String token, String near) {
        assertThat(complaint(text)).isEqualTo("Syntax error; token: \"" + token + "\", near: \"" + near + "\"");
    }

    @Test
    void sizeDepthAndOperatorsAreBounded() {
        assertThat(complaint("")).isEqualTo("The expression can not be empty;");
        assertThat(complaint("a".repeat(4097))).isEqualTo(
            "Expression size has exceeded the maximum allowed size; expression size: 4097");
        assertThat(complaint("a<b " + "or (a<b ".repeat(454) + ")".repeat(454))).isEqualTo(
            "The expression contains too many operators; operator count: 301");
        assertThat(complaint("not ".repeat(1000) + "a<b")).startsWith("The expression contains too many operators");
        assertThat(complaint("(".repeat(4096))).isNotEmpty();
        assertThat(complaint("a < " + "f(".repeat(1355) + "b" + ")".repeat(1355))).isNotEmpty();
        assertThat(complaint("a" + ".b".repeat(32) + " = :one")).isEqualTo(
            "The document path has too many nesting levels; nesting levels: 33");
        parse("a<b " + "or (a<b ".repeat(149) + ")".repeat(149));
        parse("a" + ".b".repeat(31) + " = :one");
    }

    @Test
    void whateverIsThrownAtItIsReadOrRefused() {
        var random = new Random(42);
        var pieces = new String[] {"a", "#a", ":one", "(", ")", ",", ".", "[", "]", "1", "=", "<>", "<", " and ",
            " or ", " not ", " between ", " in ", "size", "contains", "attribute_exists", " ", "+", "-", "é", "#", ":",
            "_"};
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int left = 1 + random.nextInt(12); left > 0; left--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                parse(text.toString()).holds(ITEM);
            } catch (ValidationException _) {
                // As it should.
            }
            try {
                Update.parse("set " + text, Placeholders.of(NAMES, VALUES, Wording.FORMER)).apply(ITEM);
            } catch (ValidationException _) {
                // As it should.
            }
        }
    }

    @Test
    void placeholdersAreCheckedAndUsed() {
        assertThatThrownBy(() -> Placeholders.of(Map.of(), null, Wording.FORMER))
            .hasMessage("ExpressionAttributeNames must not be empty");
        assertThatThrownBy(() -> Placeholders.of(null, Map.of(), Wording.FORMER))
            .hasMessage("ExpressionAttributeValues must not be empty");
        assertThatThrownBy(() -> Placeholders.of(Map.of("a", "a"), null, Wording.FORMER))
            .hasMessage("ExpressionAttributeNames contains invalid key: Syntax error; key: \"a\"");
        assertThatThrownBy(() -> Placeholders.of(null, Map.of("b", new S("a")), Wording.FORMER))
            .hasMessage("ExpressionAttributeValues contains invalid key: Syntax error; key: \"b\"");
        assertThatThrownBy(() -> Placeholders.of(null, Map.of(":b", new N("")), Wording.FORMER))
            .hasMessage("ExpressionAttributeValues contains invalid value: "
                + "The parameter cannot be converted to a numeric value for key :b");
        assertThatThrownBy(() -> Placeholders.of(null, Map.of(":b", new S("x".repeat(2 << 20))), Wording.PRESENT))
            .hasMessage("ExpressionAttributeValues exceeds max size");
        var placeholders = Placeholders.of(Map.of("#x", "x"), Map.of(":x", new S("x")), Wording.FORMER);
        assertThatThrownBy(placeholders::refuseUnused)
            .hasMessage("Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}");
        Condition.parse("ConditionExpression", "#x <> a", placeholders);
        assertThatThrownBy(placeholders::refuseUnused)
            .hasMessage("Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}");
    }
}
