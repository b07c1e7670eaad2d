package dev.aloft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --frob          | aloft start does not know --frob. It knows --host, --port, --data, --iam, --sandbox, --concurrency, --packages, --cpu, --network, --runtimes.
            --port          | --port needs a value.
            --port=abc      | port is abc; it must be a number from 0 to 65535.
            --port=65536    | port is 65536; it must be a number from 0 to 65535.
            --iam=closed    | iam is closed; it must be one of open, enforce.
            --concurrency=0 | concurrency is 0; it must be a number from 1 to 1000000.
            --cpu=none      | cpu is none; it must be one of shared, exact.
            --sandbox=vm    | sandbox is vm; it must be one of auto, none.
            --host=0.0.0.0  | host is 0.0.0.0, which others can reach, and any access key is root until IAM is enforced. \
            Add --iam enforce, or listen on 127.0.0.1.
            """)
    void whatCannotBeIsRefusedByName(String argument, String message) {
        assertThatThrownBy(() -> Config.read(List.of(argument), Map.of("ALOFT_DATA", folder.toString())))
                .isInstanceOf(Config.Wrong.class)
                .hasMessage(message);
    }

    @Test
    void argumentsComeBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        Files.writeString(folder.resolve("aloft.properties"), "port = 1\niam = enforce\nsandbox = none\n");
        var config = Config.read(
                List.of("--data", folder.toString(), "--port", "3"),
                Map.of("ALOFT_PORT", "2", "ALOFT_SANDBOX", "auto"));
        assertThat(config).isEqualTo(
                new Config("127.0.0.1", 3, folder, true, "auto", 1_000, 76_800, false, "shared", true));
    }

    @Test
    void anUnknownSettingOfTheFileIsRefusedByName() throws IOException {
        Files.writeString(folder.resolve("aloft.properties"), "prot = 1\n");
        assertThatThrownBy(() -> Config.read(List.of("--data=" + folder), Map.of()))
                .hasMessage(folder.resolve("aloft.properties") + " sets prot, which is no setting. Settings are host, "
                        + "port, iam, sandbox, concurrency, packages, cpu, network, runtimes.");
    }
}
