package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.delivery.Attempt;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the delivery status of a message tells, field by field. */
class DeliveryLogTest {
    private static final Instant PUBLISHED = Instant.parse("2026-01-01T00:00:00Z");

    private static Map<String, Object> logged(String destination) {
        var message = new SnsData.Message("id", "arn:aws:sns:us-east-1:111122223333:t", Map.of("default", "hello"),
                null, Map.of(), null, null, null, PUBLISHED, null, null, 0);
        return DeliveryLog.delivery(message, new Attempt("a", 2, PUBLISHED, null, null), destination, 202, "{}",
                PUBLISHED.plusMillis(7));
    }

    @Test
    void aFunctionsTellsNoAttempts() {
        var logged = logged("arn:aws:lambda:us-east-1:111122223333:function:f");
        assertThat(logged.get("notification")).isEqualTo(Map.of("messageMD5Sum", "5d41402abc4b2a76b9719d911017c592",
                "messageId", "id", "topicArn", "arn:aws:sns:us-east-1:111122223333:t",
                "timestamp", "2026-01-01 00:00:00.000"));
        assertThat((Map<?, ?>) logged.get("delivery")).extracting(Map::keySet).asString()
                .isEqualTo("[deliveryId, destination, providerResponse, dwellTimeMs, statusCode]");
    }

    @Test
    void aWebServersTellsHowManyThereWere() {
        assertThat(((Map<?, ?>) logged("http://localhost/").get("delivery")).get("attempts")).isEqualTo(2);
    }
}
