package dev.aloft.service.lambda.invoke;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is told of a failure to whoever was not there. */
class FailureTest {
    @Test
    void whatARuntimeSaysOfItsInitIsTold() {
        assertThat(words("{\"errorType\":\"ImportError\",\"errorMessage\":\"no module\"}"))
                .isEqualTo("ImportError: no module");
    }

    @Test
    void whatIsNoJsonIsToldAsItIs() {
        assertThat(words("out of luck")).isEqualTo("out of luck");
    }

    private static String words(String payload) {
        return Failure.init(payload.getBytes(UTF_8), "Runtime.Unknown").words();
    }
}
