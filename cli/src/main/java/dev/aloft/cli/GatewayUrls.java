package dev.aloft.cli;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Turns the URLs that templates put together for AWS into ones that answer here. */
final class GatewayUrls {
    private static final Pattern EXECUTE_API = Pattern.compile(
            "(?:https?|wss?)://([a-z0-9]+)\\.execute-api\\.[a-z0-9-]+\\.amazonaws\\.com(?:\\.cn)?(?=[/?#]|$)");

    /** Of function URLs, which are told in a form that answers where such names resolve. */
    private static final Pattern LAMBDA_URL = Pattern.compile(
            "https?://([a-z0-9]+)\\.lambda-url\\.([a-z0-9-]+)\\.(?:on\\.aws|localhost(?::\\d+)?)(/|(?=[?#]|$))");

    private final URI platform;
    private final boolean namesResolve;

    GatewayUrls(URI platform) {
        this(platform, resolves("api.execute-api.localhost"));
    }

    GatewayUrls(URI platform, boolean namesResolve) {
        this.platform = platform;
        this.namesResolve = namesResolve;
    }

    /**
     * The text with each URL of an API or a function replaced: by its {@code .localhost} name where such names resolve,
     * else by its path.
     */
    String rewrite(String text) {
        var base = platform.toString().replaceAll("/+$", "");
        var apis = EXECUTE_API.matcher(text).replaceAll(url -> namesResolve
                ? "http://" + url.group(1) + ".execute-api.localhost:" + platform.getPort()
                : base + "/_aws/execute-api/" + url.group(1));
        return LAMBDA_URL.matcher(apis).replaceAll(url -> (namesResolve
                ? "http://" + url.group(1) + ".lambda-url." + url.group(2) + ".localhost:" + platform.getPort()
                : base + "/_aws/lambda-url/" + url.group(1)) + "/");
    }

    private static boolean resolves(String name) {
        try {
            return InetAddress.getByName(name).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
