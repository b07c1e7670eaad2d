package dev.aloft.cli;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Turns the URLs that templates put together for AWS into ones that answer here. */
final class GatewayUrls {
    private static final Pattern EXECUTE_API = Pattern.compile(
            "(?:https?|wss?)://([a-z0-9]+)\\.execute-api\\.[a-z0-9-]+\\.amazonaws\\.com(?:\\.cn)?(?=[/?#]|$)");

    private final URI platform;
    private final boolean namesResolve;

    GatewayUrls(URI platform) {
        this(platform, resolves("api.execute-api.localhost"));
    }

    GatewayUrls(URI platform, boolean namesResolve) {
        this.platform = platform;
        this.namesResolve = namesResolve;
    }

    /** The text with each execute-api URL replaced: by its {@code .localhost} name where such names resolve, else by its path. */
    String rewrite(String text) {
        var base = platform.toString().replaceAll("/+$", "");
        return EXECUTE_API.matcher(text).replaceAll(url -> namesResolve
                ? "http://" + url.group(1) + ".execute-api.localhost:" + platform.getPort()
                : base + "/_aws/execute-api/" + url.group(1));
    }

    private static boolean resolves(String name) {
        try {
            return InetAddress.getByName(name).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
