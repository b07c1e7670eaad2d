package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which queue a URL means, in each of the forms in which clients build them. */
class QueueNameTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:4566/123456789012/jobs, us-east-1",
        "http://localhost:4566/queue/123456789012/jobs, us-east-1",
        "http://sqs.us-east-1.localhost:4566/123456789012/jobs, us-east-1",
        "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs, eu-west-1",
        "https://eu-west-1.queue.amazonaws.com/123456789012/jobs, eu-west-1",
        "https://queue.amazonaws.com/123456789012/jobs, us-east-1",
        "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/jobs, cn-north-1",
        "https://sqs.us-gov-west-1.amazonaws.com/123456789012/jobs, us-gov-west-1",
        "https://vpce-1a2b-3c4d.sqs.us-east-1.vpce.amazonaws.com/123456789012/jobs, us-east-1",
        "jobs, us-east-1",
    })
    void ofAUrl(String url, String region) {
        assertThat(QueueName.of(SqsFixture.CALLER, url)).isEqualTo(new QueueName("123456789012", region, "jobs"));
    }
}
