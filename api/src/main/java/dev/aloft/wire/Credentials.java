package dev.aloft.wire;

/**
 * What a caller signs with.
 *
 * @param sessionToken of temporary credentials, or null
 */
public record Credentials(String accessKeyId, String secretAccessKey, String sessionToken) {
    @Override
    public String toString() {
        return "Credentials[" + accessKeyId + "]";
    }
}
