package dev.aloft.service.dynamodb.value;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.wire.JsonRpc;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Items of all kinds, made at random from a seed. */
class ItemCodecTest {
    private static final long SEED = 4741;
    private static final int ITEMS_TRIED = 500;
    private static final List<String> LETTERS = List.of("a", "Z", "\"", "\\", "\n", "ü", "€", "😀", "\u0001");

    private final Random random = new Random(SEED);

    private String text() {
        int length = random.nextInt(5) == 0 ? random.nextInt(200) : random.nextInt(8);
        return String.join("",
            Stream.generate(() -> LETTERS.get(random.nextInt(LETTERS.size()))).limit(length).toList());
    }

    private Bytes bytes() {
        var bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }

    private String number() {
        return Numbers.normalise((random.nextBoolean() ? "-" : "") + random.nextLong(1L << 50) + "."
            + random.nextInt(1000)
            + "E" + (random.nextInt(40) - 20), Wording.FORMER);
    }

    private AttributeValue value(int depth) {
        return switch (random.nextInt(depth > 4 ? 8 : 10)) {
            case 0 -> new AttributeValue.S(text());
            case 1 -> new AttributeValue.N(number());
            case 2 -> new AttributeValue.B(bytes());
            case 3 -> new AttributeValue.BOOL(random.nextBoolean());
            case 4 -> new AttributeValue.NULL(true);
            case 5 -> new AttributeValue.SS(IntStream.rangeClosed(0, random.nextInt(4))
                .mapToObj(i -> i + text()).toList());
            case 6 -> new AttributeValue.NS(IntStream.rangeClosed(0, random.nextInt(4))
                .mapToObj(Integer::toString).toList());
            case 7 -> new AttributeValue.BS(IntStream.rangeClosed(0, random.nextInt(4))
                .mapToObj(_ -> bytes()).toList());
            case 8 -> new AttributeValue.L(IntStream.range(0, random.nextInt(5))
                .mapToObj(_ -> value(depth + 1)).toList());
            default -> new AttributeValue.M(item(depth + 1));
        };
    }

    private Map<String, AttributeValue> item(int depth) {
        var item = new LinkedHashMap<String, AttributeValue>();
        for (int i = random.nextInt(6); i > 0; i--) {
            item.put(text(), value(depth));
        }
        return item;
    }

    @Test
    void itemsComeBackAndAreMeasuredWithoutBeingTakenApart() {
        for (int i = 0; i < ITEMS_TRIED; i++) {
            var item = item(0);
            var bytes = ITEMS.encode(item);
            assertThat(ITEMS.decode(bytes)).isEqualTo(item);
            assertThat(ItemCodec.size(bytes)).isEqualTo(ItemSize.of(item));
        }
    }

    @Test
    void aStoredItemWritesTheJsonThatItsAttributesAre() {
        for (int i = 0; i < ITEMS_TRIED; i++) {
            var item = item(0);
            var stored = new StoredItem(ITEMS.encode(item));
            assertThat(json(stored)).isEqualTo(json(item));
            assertThat(ItemSize.of(stored)).isEqualTo(ItemSize.of(item));
            assertThat(stored).isEqualTo(item);
        }
    }

    private static String json(Map<String, AttributeValue> item) {
        var answer = DynamoDb.GetItemResponse.of(r -> r.item(item));
        return new String(JsonRpc.V1_0.writeOutput(DynamoDb.GET_ITEM, answer, "1").body().bytes(1 << 20),
            StandardCharsets.UTF_8);
    }
}
