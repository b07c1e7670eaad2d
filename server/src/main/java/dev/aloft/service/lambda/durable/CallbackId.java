package dev.aloft.service.lambda.durable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Names one callback of one execution to whoever is to answer it. */
record CallbackId(String executionArn, String operation) {
    static CallbackId parse(String text) {
        try {
            var parts = new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8).split("\n");
            return new CallbackId(parts[0], parts[1]);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw CheckpointRules.refused("Invalid callback id");
        }
    }

    DurableArn execution() {
        try {
            return DurableArn.parse(executionArn);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw CheckpointRules.refused("Invalid callback id");
        }
    }

    @Override
    public String toString() {
        return Base64.getEncoder().encodeToString((executionArn + "\n" + operation).getBytes(StandardCharsets.UTF_8));
    }
}
