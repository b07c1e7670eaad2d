package dev.aloft.kernel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRoomTest {
    @TempDir
    Path store;

    @Test
    void theLastLogIsTheOneWithTheHighestNumberHoweverManyDigitsItHas() throws IOException {
        assertThat(LogRoom.last(store)).isEmpty();
        for (var name : List.of("000007.log", "999999.log", "1000001.log", "1000002.sst", "LOG")) {
            Files.createFile(store.resolve(name));
        }
        assertThat(LogRoom.last(store)).contains(store.resolve("1000001.log"));
    }
}
