package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    @TempDir
    private Path folder;

    @Test
    void anEventFileIsHandedOnByItsName() throws IOException {
        var file = Files.writeString(folder.resolve("event.json"), "{\"key\": \"a value\"}");
        var parsed = Cli.commandLine().parseArgs("invoke", "stack/Function", "@" + file);
        assertThat(parsed.subcommand().matchedPositionals())
                .extracting(each -> (Object) each.getValue())
                .containsExactly("stack/Function", "@" + file);
    }
}
