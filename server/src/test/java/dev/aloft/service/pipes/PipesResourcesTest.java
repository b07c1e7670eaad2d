package dev.aloft.service.pipes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PipesResourcesTest {
    private final PipesResources type = new PipesResources(null);

    private static Map<String, Object> stream(String position, int batch) {
        return Map.of("SourceParameters",
                Map.of("KinesisStreamParameters", Map.of("StartingPosition", position, "BatchSize", batch)));
    }

    @Test
    void whereAStreamIsReadFromMakesAnotherPipeAndTheRestChangesIt() {
        assertThat(type.replacedBy(stream("LATEST", 1), stream("TRIM_HORIZON", 1))).contains("SourceParameters");
        assertThat(type.replacedBy(stream("LATEST", 1), stream("LATEST", 2)))
                .containsExactlyInAnyOrder("Name", "Source");
        assertThat(type.replacedBy(Map.of(), stream("LATEST", 1))).contains("SourceParameters");
    }
}
