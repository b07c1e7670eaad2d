package dev.aloft.kernel.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no pattern and why, in the words that were recorded on AWS. */
class EventPatternTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "{\"a\":[{\"anything-but\":{\"prefix\":1}}]} ~ prefix/suffix match pattern must be a string",
        "{\"a\":[{\"anything-but\":{\"suffix\":1}}]} ~ prefix/suffix match pattern must be a string",
        "{\"a\":[{\"prefix\":1}]} ~ prefix match pattern must be a string",
        "{\"a\":[{\"prefix\":[\"x\"]}]} ~ prefix match pattern must be a string",
        "{\"a\":[{\"suffix\":1}]} ~ suffix match pattern must be a string",
        "{\"a\":[{\"wildcard\":1}]} ~ wildcard match pattern must be a string",
        "{\"a\":[{\"anything-but\":null}]} ~ Value of anything-but must be an array or single string/number value.",
        "{\"a\":[{\"anything-but\":[null]}]} ~ Inside anything but list, start|null|boolean is not supported.",
        "{\"a\":[{\"anything-but\":{\"prefix\":\"\"}}]} ~ Null prefix/suffix not allowed",
        "{\"a\":[{\"equals-ignore-case\":[\"x\"]}]} ~ equals-ignore-case match pattern must be a string",
        "{\"a\":[{\"anything-but\":{\"equals-ignore-case\":[1]}}]}"
            + " ~ Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
        "{\"int\":1} ~ \"int\" must be an object or an array",
        "{\"string\":\"x\"} ~ \"string\" must be an object or an array",
        "{\"a\":[]} ~ Empty arrays are not allowed",
        "{\"a\":[{\"NUMERIC\":[\"=\",1]}]} ~ Unrecognized match type NUMERIC",
        "{\"a\":[{\"EXISTS\":true}]} ~ Unrecognized match type EXISTS",
        "{\"a\":[{\"numeric\":[\">\",5,\">\",1]}]} ~ Bad numeric range operator: >",
        "{\"a\":[{\"numeric\":\">\"}]} ~ Value of numeric must be an array.",
        "{\"a\":[{\"numeric\":[\"<\",\"x\"]}]} ~ Value of < must be numeric",
        "{\"a\":[{\"wildcard\":\"a**b\"}]} ~ Consecutive wildcard characters at pos 2",
        "{\"a\":[{\"cidr\":\"10.0.0.0\"}]} ~ Malformed CIDR, one '/' required",
        "{\"a\":[{\"cidr\":\"10.0.0.0/xx\"}]} ~ Malformed CIDR, mask bits must be an integer",
        "{\"a\":[{\"cidr\":\"xx.11.xx/8\"}]} ~ Nonstandard IP address: xx.11.xx",
        "{\"a\":[{\"cidr\":\"xxxx:db8:1234:1a00::/64\"}]} ~ Nonstandard IP address: xxxx:db8:1234:1a00::",
        "{\"a\":[{\"wildcard\":\"*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a\"}]} ~ Rule is too "
            + "complex - try using fewer wildcard characters or fewer repeating character sequences after a "
            + "wildcard character",
    })
    void whatIsNoPatternIsRefused(String pattern, String reason) {
        // Behind the first line stands where.
        assertThatThrownBy(() -> EventPattern.parse(pattern)).isInstanceOf(EventPattern.Malformed.class)
            .satisfies(e -> assertThat(e.getMessage().lines().findFirst()).hasValue(reason));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "this is valid json but not a dict ~ Unrecognized token 'this': was expecting (JSON String, Number, "
            + "Array, Object or token 'null', 'true' or 'false')\\n at [Source: (String)\"this is valid json but not "
            + "a dict\"; line: 1, column: 5]",
        "{'bad': 'quotation'} ~ Unexpected character (''' (code 39)): was expecting double-quote to start field "
            + "name\\n at [Source: (String)\"{'bad': 'quotation'}\"; line: 1, column: 2]",
        "{\"not\": closed mark\" ~ Unrecognized token 'closed': was expecting (JSON String, Number, Array, "
            + "Object or token 'null', 'true' or 'false')\\n at [Source: (String)\"{\"not\": closed mark\"\"; "
            + "line: 1, column: 15]",
        "[\"not\", \"a\", \"dict\", \"but valid json\"] ~ Filter is not an object\\n at [Source: "
            + "(String)\"[\"not\", \"a\", \"dict\", \"but valid json\"]\"; line: 1, column: 2]",
    })
    void whatIsNoJsonObjectIsRefusedWithItsPlace(String pattern, String reason) {
        assertThatThrownBy(() -> EventPattern.parse(pattern)).hasMessage(reason.replace("\\n", "\n"));
    }

    @Test
    void anEventIsHeldAgainstOneOrMany() throws Exception {
        var orders = EventPattern.parse("{\"source\":[\"shop\"],\"detail\":{\"total\":[{\"numeric\":[\">\",10]}]}}");
        var all = EventPattern.parse("{\"source\":[{\"prefix\":\"\"}]}");
        var large = "{\"source\":\"shop\",\"detail\":{\"total\":11}}";
        assertThat(orders.matches(large)).isTrue();
        assertThat(orders.matches("{\"source\":\"shop\",\"detail\":{\"total\":9}}")).isFalse();
        assertThat(orders.matches("no event")).isFalse();
        var both = new EventPatterns<>(Map.of("orders", orders, "all", all));
        assertThat(both.matching(large)).containsExactlyInAnyOrder("orders", "all");
        assertThat(both.matching("{\"source\":\"other\"}")).containsExactly("all");
        assertThat(both.matching("[]")).isEmpty();
    }
}
