package dev.aloft.kernel.call;

import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import java.util.Optional;

/** Which pages of which sites may call a bucket: its owner says so, and browsers ask. */
public interface CrossOrigin {
    /** There are no buckets. */
    CrossOrigin NONE = new CrossOrigin() {
        @Override
        public boolean knows(String bucket) {
            return false;
        }

        @Override
        public Headers preflight(String bucket, HttpRequest request, boolean isObject) {
            throw new IllegalArgumentException(bucket);
        }

        @Override
        public Optional<Headers> allowed(String bucket, HttpRequest request) {
            return Optional.empty();
        }
    };

    /** Whether there is such a bucket. */
    boolean knows(String bucket);

    /** What tells a browser that the bucket allows what a preflight asks for, or throws AWS's refusal. */
    Headers preflight(String bucket, HttpRequest request, boolean isObject);

    /** What lets the page that called read the answer, or empty where the bucket does not allow it. */
    Optional<Headers> allowed(String bucket, HttpRequest request);
}
