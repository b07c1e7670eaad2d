package dev.aloft.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTest {
    private static final Map<String, List<String>> REQUEST = Map.of(
        "s3:prefix", List.of("home/ann/x"),
        "aws:username", List.of("ann"),
        "aws:sourceip", List.of("203.0.113.7"),
        "aws:sourcearn", List.of("arn:aws:execute-api:us-east-1:111122223333:abc/prod/GET/orders"),
        "aws:currenttime", List.of("2026-01-01T12:00:00Z"),
        "aws:securetransport", List.of("false"),
        "s3:max-keys", List.of("10"),
        "aws:tagkeys", List.of("team", "cost"),
        "dynamodb:leadingkeys", List.of("ann", "bob"));

    private static boolean holds(String operator, String key, String... values) {
        return Condition.of(operator, key, List.of(values), true).orElseThrow().holds(REQUEST::get);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        StringEquals | aws:username | ann | true
        StringEquals | AWS:UserName | ann | true
        StringEquals | aws:username | Ann | false
        StringEquals | aws:username | a* | false
        StringEquals | aws:absent | ann | false
        StringEqualsIfExists | aws:absent | ann | true
        StringNotEquals | aws:username | ann | false
        StringNotEquals | aws:absent | ann | true
        StringEqualsIgnoreCase | aws:username | ANN | true
        StringNotEqualsIgnoreCase | aws:username | ANN | false
        StringLike | s3:prefix | home/${aws:username}/* | true
        StringLike | s3:prefix | home/${aws:nobody}/* | false
        StringLike | s3:prefix | home/${aws:nobody, 'ann'}/? | true
        StringLike | s3:prefix | home/${*}/* | false
        StringNotLike | s3:prefix | home/* | false
        NumericEquals | s3:max-keys | 10.0 | true
        NumericNotEquals | s3:max-keys | 10 | false
        NumericLessThan | s3:max-keys | 10 | false
        NumericLessThanEquals | s3:max-keys | 10 | true
        NumericGreaterThan | s3:max-keys | 9 | true
        NumericGreaterThanEquals | s3:max-keys | many | false
        DateGreaterThan | aws:CurrentTime | 2026-01-01T00:00:00Z | true
        DateLessThan | aws:CurrentTime | 2026-01-01 | false
        DateEquals | aws:CurrentTime | 1767268800 | true
        Bool | aws:SecureTransport | false | true
        Bool | aws:SecureTransport | true | false
        BoolIfExists | aws:MultiFactorAuthPresent | true | true
        Null | aws:absent | true | true
        Null | aws:username | true | false
        Null | aws:username | false | true
        IpAddress | aws:SourceIp | 203.0.113.0/24 | true
        IpAddress | aws:SourceIp | 203.0.113.8/29 | false
        IpAddress | aws:SourceIp | 203.0.113.7 | true
        IpAddress | aws:SourceIp | ::/0 | false
        NotIpAddress | aws:SourceIp | 10.0.0.0/8 | true
        ArnLike | AWS:SourceArn | arn:aws:execute-api:us-east-1:111122223333:abc/*/GET/orders | true
        ArnLike | AWS:SourceArn | arn:aws:*:111122223333:abc/* | false
        ArnEquals | AWS:SourceArn | arn:aws:execute-api:*:111122223333:abc/*/*/* | true
        ArnNotLike | AWS:SourceArn | arn:aws:s3:::* | true
        """)
    void anOperatorComparesAsItsNameSays(String operator, String key, String value, boolean expected) {
        assertThat(holds(operator, key, value)).isEqualTo(expected);
    }

    @Test
    void severalValuesAreAlternativesAndForANegatedOperatorAllExcluded() {
        assertThat(holds("StringEquals", "aws:username", "bob", "ann")).isTrue();
        assertThat(holds("StringNotEquals", "aws:username", "bob", "ann")).isFalse();
        assertThat(holds("StringNotEquals", "aws:username", "bob", "eve")).isTrue();
    }

    @Test
    void quantifiersSpeakOfTheValuesOfTheRequest() {
        assertThat(holds("ForAllValues:StringEquals", "aws:TagKeys", "team", "cost", "owner")).isTrue();
        assertThat(holds("ForAllValues:StringEquals", "aws:TagKeys", "team")).isFalse();
        assertThat(holds("ForAnyValue:StringEquals", "aws:TagKeys", "team")).isTrue();
        assertThat(holds("ForAnyValue:StringLike", "dynamodb:LeadingKeys", "${aws:username}")).isTrue();
        assertThat(holds("ForAllValues:StringEquals", "dynamodb:LeadingKeys", "${aws:username}")).isFalse();
        assertThat(holds("ForAllValues:StringEquals", "aws:absent", "x")).isTrue();
        assertThat(holds("ForAnyValue:StringEquals", "aws:absent", "x")).isFalse();
        assertThat(holds("ForAnyValue:StringNotEquals", "aws:TagKeys", "team")).isTrue();
        assertThat(holds("ForAllValues:StringNotEquals", "aws:TagKeys", "team")).isFalse();
    }

    @Test
    void anUnknownOperatorIsNone() {
        assertThat(Condition.of("StringMatches", "aws:username", List.of("x"), true)).isEmpty();
        assertThat(Condition.of("NullIfExists", "aws:username", List.of("x"), true)).isEmpty();
    }

    @Test
    void whatAVariableBringsInIsTakenLiterally() {
        var pattern = Wildcard.of("home/${aws:username}/*", true);
        assertThat(pattern.matches("home/ann/x", key -> List.of("*"), false)).isFalse();
        assertThat(pattern.matches("home/*/x", key -> List.of("*"), false)).isTrue();
        assertThat(pattern.matches("home/\uFFFE/x", key -> List.of("\uFFFE"), false)).isFalse();
    }

    @Test
    void manyWildcardsTakeNoLongerThanTheProductOfTheLengths() {
        var pattern = Wildcard.of("*a".repeat(500) + "b", false);
        assertThat(pattern.matches("a".repeat(5_000), key -> null, false)).isFalse();
    }
}
