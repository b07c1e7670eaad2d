package dev.aloft.service.ssm;

import dev.aloft.api.Caller;
import dev.aloft.kernel.identity.KeyFile;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The values of SecureString parameters, encrypted at rest and bound to their name. */
final class SecureValues {
    private static final String PURPOSE = "ssm parameter";

    private final KeyFile keys;

    SecureValues(KeyFile keys) {
        this.keys = keys;
    }

    String seal(Caller caller, String name, String value) {
        byte[] sealed = keys.seal(PURPOSE, Names.arn(caller, name), value.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(sealed);
    }

    String open(Caller caller, String name, String sealed) {
        return keys.unseal(PURPOSE, Names.arn(caller, name), Base64.getDecoder().decode(sealed))
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .orElseThrow(() -> new IllegalStateException("The parameter " + name + " was encrypted with another key file"));
    }
}
