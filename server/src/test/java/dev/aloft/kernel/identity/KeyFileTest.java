package dev.aloft.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
    @TempDir
    Path folder;

    @Test
    void aDamagedFileSaysWhatToDo() throws IOException {
        for (var content : new String[] {"", "hello", "00ff"}) {
            var file = Files.writeString(folder.resolve("key"), content);
            assertThatThrownBy(() -> KeyFile.open(file)).isInstanceOf(KeyFile.Unusable.class)
                    .hasMessage("The key file " + file
                    + " is damaged: it must have 64 hexadecimal digits. Restore it from a backup; what was "
                    + "encrypted with it cannot be read without.");
        }
    }

    @Test
    void theKeyIsMadeOnceAndForItsOwnerAlone() throws IOException {
        var file = folder.resolve("key");
        var first = KeyFile.open(file).derive("purpose", "text");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(KeyFile.open(file).derive("purpose", "text")).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }
}
