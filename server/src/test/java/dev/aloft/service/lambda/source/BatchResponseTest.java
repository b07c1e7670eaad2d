package dev.aloft.service.lambda.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.delivery.poll.Batch;
import dev.aloft.kernel.delivery.poll.Consumer.Result;
import dev.aloft.kernel.delivery.poll.Item;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchResponseTest {
    private static final Batch BATCH = new Batch(List.of(item("1"), item("2")), null, null);

    private static Item item(String id) {
        return new Item(id, Map.of(), Instant.EPOCH, null, null, 10);
    }

    private static Result read(String answer) {
        return BatchResponse.read(answer.getBytes(), BATCH, true, "why");
    }

    @Test
    void nothingAndNoFailuresIsSuccess() {
        for (var answer : List.of("", "null", "\"\"", "[]", "{}", "{\"batchItemFailures\":[]}",
                "{\"batchItemFailures\":null}")) {
            assertThat(read(answer)).as(answer).isEqualTo(new Result.Done(null));
        }
    }

    @Test
    void whatCannotBeUnderstoodFailsTheBatch() {
        for (var answer : List.of("{not json", "[1]", "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":null}]}",
                "{\"batchItemFailures\":[{\"foo\":\"1\"}]}", "{\"batchItemFailures\":[{\"itemIdentifier\":\"3\"}]}",
                "{\"batchItemFailures\":7}")) {
            assertThat(read(answer)).as(answer).isEqualTo(new Result.Failed("why"));
        }
    }

    @Test
    void someMayFail() {
        assertThat(read("{\"batchItemFailures\":[{\"itemIdentifier\":\"2\"}]}"))
                .isEqualTo(new Result.Some(Set.of("2"), null, "why"));
    }

    @Test
    void anAnswerMeansNothingWhereNoneIsAskedFor() {
        assertThat(BatchResponse.read("{\"batchItemFailures\":[{\"itemIdentifier\":\"2\"}]}".getBytes(), BATCH, false,
                "why"))
                .isEqualTo(new Result.Done(null));
    }
}
