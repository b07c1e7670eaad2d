package dev.aloft.service.dynamodb.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.AttributeValue.BS;
import dev.aloft.api.DynamoDb.AttributeValue.L;
import dev.aloft.api.DynamoDb.AttributeValue.M;
import dev.aloft.api.DynamoDb.AttributeValue.N;
import dev.aloft.api.DynamoDb.AttributeValue.NS;
import dev.aloft.api.DynamoDb.AttributeValue.NULL;
import dev.aloft.api.DynamoDb.AttributeValue.S;
import dev.aloft.api.DynamoDb.AttributeValue.SS;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValuesTest {
    private static AttributeValue deep(int levels) {
        AttributeValue value = new S("leaf");
        for (int i = 0; i < levels; i++) {
            value = new M(Map.of("n", value));
        }
        return value;
    }

    private static Map<String, AttributeValue> everything() {
        var item = new LinkedHashMap<String, AttributeValue>();
        item.put("text", new S("Grüße, 世界 😀"));
        item.put("empty", new S(""));
        item.put("number", new N("-12.5"));
        item.put("binary", new AttributeValue.B(Bytes.of(new byte[] {0, 1, -1})));
        item.put("yes", new AttributeValue.BOOL(true));
        item.put("no", new AttributeValue.BOOL(false));
        item.put("null", new NULL(true));
        item.put("texts", new SS(List.of("a", "b")));
        item.put("numbers", new NS(List.of("1", "2.5")));
        item.put("binaries", new BS(List.of(Bytes.of(new byte[] {1}), Bytes.of(new byte[] {2}))));
        item.put("list", new L(List.of(new S("x"), new L(List.of()))));
        item.put("map", new M(Map.of("k", new N("1"))));
        item.put("deep", deep(31));
        item.put("long", new S("x".repeat(100_000)));
        return item;
    }

    @Test
    void itemsComeBackFromTheirBytesInOrder() {
        var item = everything();
        var back = ItemCodec.ITEMS.decode(ItemCodec.ITEMS.encode(item));
        assertThat(back).isEqualTo(item);
        assertThat(back.keySet()).containsExactlyElementsOf(item.keySet());
    }

    @Test
    void whatIsNormalAlreadyIsNotCopied() {
        var item = everything();
        assertThat(Values.checked(item, Wording.FORMER)).isSameAs(item);
    }

    @Test
    void numbersInsideAreNormalised() {
        var item = Map.<String, AttributeValue>of("a", new L(List.of(new N("1.0"))));
        assertThat(Values.checked(item, Wording.FORMER)).isEqualTo(Map.of("a", new L(List.of(new N("1")))));
    }

    @Test
    void sizesFollowTheDeveloperGuide() {
        assertThat(ItemSize.of(Map.of("ab", new S("ü")))).isEqualTo(4);
        assertThat(ItemSize.of(Map.of("a", new S("😀")))).isEqualTo(5);
        assertThat(ItemSize.of(Map.of("a", new NULL(true)))).isEqualTo(2);
        assertThat(ItemSize.of(Map.of("a", new L(List.of(new S("xy")))))).isEqualTo(7);
        assertThat(ItemSize.of(Map.of("a", new M(Map.of("b", new S("xy")))))).isEqualTo(8);
    }

    @Test
    void setsHaveElementsAndNoneTwice() {
        refused(new SS(List.of()), "One or more parameter values were invalid: An string set  may not be empty");
        refused(new NS(List.of()), "One or more parameter values were invalid: An number set  may not be empty");
        refused(new BS(List.of()), "One or more parameter values were invalid: Binary sets should not be empty");
        refused(new SS(List.of("a", "a")),
            "One or more parameter values were invalid: Input collection [a, a] contains duplicates.");
        refused(new NS(List.of("1", "1.0")), "Input collection contains duplicates");
        refused(new BS(List.of(Bytes.fromBase64("Yg=="), Bytes.fromBase64("Yg=="))),
            "One or more parameter values were invalid: Input collection [Yg==, Yg==]of type BS contains duplicates.");
    }

    @Test
    void nullsAreTrueAndNamesAreBounded() {
        refused(new NULL(false),
            "One or more parameter values were invalid: Null attribute value types must have the value of true");
        assertThatThrownBy(() -> Values.checked(Map.of("x".repeat(65_536), new NULL(true)), Wording.FORMER))
            .hasMessageContaining("must be less than 65536 bytes");
        Values.checked(Map.of("x".repeat(65_535), new NULL(true)), Wording.FORMER);
    }

    @Test
    void thirtyTwoLevelsAreTheDeepest() {
        Values.checked(deep(31), Wording.FORMER);
        refused(deep(32), "Nesting Levels have exceeded supported limits: "
            + "Attributes in the item have nested levels beyond supported limit");
    }

    private static void refused(AttributeValue value, String message) {
        assertThatThrownBy(() -> Values.checked(value, Wording.FORMER)).isInstanceOf(ValidationException.class)
            .hasMessage(message);
    }

    @Test
    void textIsOrderedByItsBytes() {
        assertThat(Values.compare(new S("a"), new S("b"))).isNegative();
        assertThat(Values.compare(new S("a"), new S("ab"))).isNegative();
        assertThat(Values.compare(new S("😀"), new S("\uffee"))).isPositive();
    }

    @Test
    void setsAreEqualInAnyOrder() {
        assertThat(Values.equal(new SS(List.of("a", "b")), new SS(List.of("b", "a")))).isTrue();
        assertThat(Values.equal(new L(List.of(new NS(List.of("1", "2")))), new L(List.of(new NS(List.of("2", "1"))))))
            .isTrue();
        assertThat(Values.equal(new SS(List.of("1")), new NS(List.of("1")))).isFalse();
    }

    /** AWS promises no order of a set; what was seen of it is that of the bytes, and never the one that was given. */
    @Test
    void textsAndBinariesOfASetComeInTheOrderOfTheirBytes() {
        assertThat(Values.checked(new SS(List.of("b", "ü", "a", "B")), Wording.PRESENT))
            .isEqualTo(new SS(List.of("B", "a", "b", "ü")));
        var low = Bytes.of(new byte[] {1});
        var high = Bytes.of(new byte[] {-1});
        assertThat(Values.checked(new BS(List.of(high, low)), Wording.PRESENT)).isEqualTo(new BS(List.of(low, high)));
        assertThat(Sets.union(new SS(List.of("a", "c")), new SS(List.of("b", "c"))))
            .isEqualTo(new SS(List.of("a", "b", "c")));
    }
}
