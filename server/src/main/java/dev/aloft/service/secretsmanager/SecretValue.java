package dev.aloft.service.secretsmanager;

import dev.aloft.api.Bytes;
import dev.aloft.api.SecretsManager.InvalidParameterException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What is secret: a text or bytes. */
record SecretValue(boolean isText, Bytes content) {
    /** Of the two members of a request, of which at most one may be given. */
    static Optional<SecretValue> of(String text, Bytes binary) {
        if (text != null && binary != null) {
            throw new InvalidParameterException(
                    "You can't specify both a binary secret value and a string secret value in the same secret.");
        }
        if (text != null) {
            return Optional.of(new SecretValue(true, Bytes.of(text.getBytes(StandardCharsets.UTF_8))));
        }
        return Optional.ofNullable(binary).map(bytes -> new SecretValue(false, bytes));
    }

    String text() {
        return isText ? new String(content.array(), StandardCharsets.UTF_8) : null;
    }

    Bytes binary() {
        return isText ? null : content;
    }
}
