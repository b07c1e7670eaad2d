package dev.aloft.api;

/**
 * An Amazon Resource Name. Region and account are empty where the resource has none.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html">Amazon Resource Names</a>
 */
public record Arn(String partition, String service, String region, String account, String resource) {
    private static final int PARTITION = "arn:".length();

    /** Reads an ARN, or throws {@link IllegalArgumentException}. */
    public static Arn parse(String text) {
        if (!isArn(text)) {
            throw new IllegalArgumentException("not an ARN: " + text);
        }
        int service = text.indexOf(':', PARTITION) + 1;
        int region = text.indexOf(':', service) + 1;
        int account = text.indexOf(':', region) + 1;
        int resource = text.indexOf(':', account) + 1;
        return new Arn(text.substring(PARTITION, service - 1), text.substring(service, region - 1),
                text.substring(region, account - 1), text.substring(account, resource - 1), text.substring(resource));
    }

    /** Whether {@link #parse} reads it. */
    public static boolean isArn(String text) {
        if (!text.startsWith("arn:")) {
            return false;
        }
        int service = text.indexOf(':', PARTITION) + 1;
        int region = service == 0 ? 0 : text.indexOf(':', service) + 1;
        int account = region == 0 ? 0 : text.indexOf(':', region) + 1;
        return account > 0 && text.indexOf(':', account) > 0 && service > PARTITION + 1 && region > service + 1;
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
