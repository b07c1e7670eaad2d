package dev.aloft.wire;

import dev.aloft.api.Shape;
import java.util.UUID;

/** The tokens that clients make up so that a retry is harmless. */
final class IdempotencyTokens {
    private IdempotencyTokens() {}

    /** The input with a fresh token in each token member that is absent. */
    static Shape fill(Shape input) {
        var members = input.shape().members();
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).traits().idempotencyToken() && input.get(i) == null) {
                var builder = input.shape().newBuilder();
                for (int k = 0; k < members.size(); k++) {
                    var value = input.get(k);
                    builder.set(k, k == i && value == null ? UUID.randomUUID().toString() : value);
                }
                return fill(builder.build());
            }
        }
        return input;
    }
}
