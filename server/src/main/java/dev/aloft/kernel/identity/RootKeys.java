package dev.aloft.kernel.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The root users' access keys for when signatures count: the id is the account's number, the secret follows from the
 * key file. Without them nobody could make the first user's access key.
 */
public final class RootKeys {
    private final KeyFile keys;

    public RootKeys(KeyFile keys) {
        this.keys = keys;
    }

    public String secret(String account) {
        return Sessions.text(keys.derive("root secret", account));
    }

    /** Writes the default account's key in the form of AWS's credentials file, readable by its owner alone. */
    public void writeTo(Path file) {
        var content = "[default]\naws_access_key_id = " + Account.DEFAULT + "\naws_secret_access_key = "
                + secret(Account.DEFAULT) + "\n";
        try {
            if (Files.exists(file) && Files.readString(file).equals(content)) {
                return;
            }
            var arriving = Files.createTempFile(file.toAbsolutePath().getParent(), "credentials", null,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(arriving, content);
            Files.move(arriving, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("The credentials file " + file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
