package dev.aloft.api;

/**
 * An Amazon Resource Name. Region and account are empty where the resource has none.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html">Amazon Resource Names</a>
 */
public record Arn(String partition, String service, String region, String account, String resource) {

    /** Reads an ARN, or throws {@link IllegalArgumentException}. */
    public static Arn parse(String text) {
        var parts = text.split(":", 6);
        if (!isArn(parts)) {
            throw new IllegalArgumentException("not an ARN: " + text);
        }
        return new Arn(parts[1], parts[2], parts[3], parts[4], parts[5]);
    }

    /** Whether {@link #parse} reads it. */
    public static boolean isArn(String text) {
        return text.startsWith("arn:") && isArn(text.split(":", 6));
    }

    private static boolean isArn(String[] parts) {
        return parts.length == 6 && parts[0].equals("arn") && !parts[1].isEmpty() && !parts[2].isEmpty();
    }

    /** What follows the last {@code :} or {@code /} of the resource. */
    public String resourceName() {
        return resource.substring(Math.max(resource.lastIndexOf('/'), resource.lastIndexOf(':')) + 1);
    }

    @Override
    public String toString() {
        return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource;
    }
}
