package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where an ImageUri leads. */
sealed interface ImageSource {
    /** An image of a registry; exactly one of tag and digest is given. */
    record Registry(String account, String region, String repository, String tag,
            String digest) implements ImageSource {}

    /** A file of this machine, which AWS has not: an OCI layout (a folder), or an archive. */
    record File(Kind kind, Path path, Optional<String> reference) implements ImageSource {}

    enum Kind { LAYOUT, ARCHIVE }

    /** AWS's host, or one of ours in front of localhost: both name account and region. */
    Pattern HOST = Pattern.compile("(?<account>\\d{12})\\.dkr[.-]ecr\\.(?<region>[a-z0-9-]+)\\.[a-z0-9.-]+"
            + "(:\\d+)?/(?<rest>.+)");
    /** The platform's own address, with account and region as the first part of the path or without. */
    Pattern ADDRESS = Pattern.compile("(localhost|localhost\\.localstack\\.cloud|host\\.docker\\.internal"
            + "|[0-9.]+|\\[[0-9a-f:]+])(:\\d+)?/"
            + "((?<account>\\d{12})\\.dkr[.-]ecr\\.(?<region>[a-z0-9-]+)/)?(?<rest>.+)");
    Pattern NAMED = Pattern.compile("(?<name>[a-z0-9]+([._/-][a-z0-9]+|__[a-z0-9]+)*)"
            + "(:(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,299}))?(@(?<digest>sha256:[0-9a-f]{64}))?");
    /** Behind a question mark may stand what tells one state of the file from another; it is not looked at. */
    Pattern FILE = Pattern.compile("(?<kind>oci|oci-archive|docker-archive):(?<path>/[^:?]+)"
            + "(\\?[0-9-]*)?(:(?<reference>.+))?");

    /** Nothing where it leads nowhere. */
    static Optional<ImageSource> of(Caller caller, String uri) {
        Matcher file = FILE.matcher(uri);
        if (file.matches()) {
            return Optional.of(new File(file.group("kind").equals("oci") ? Kind.LAYOUT : Kind.ARCHIVE,
                    Path.of(file.group("path")).normalize(), Optional.ofNullable(file.group("reference"))));
        }
        Matcher host = HOST.matcher(uri);
        Matcher address = ADDRESS.matcher(uri);
        Matcher at = host.matches() ? host : address;
        if (at == address && !address.matches()) {
            return Optional.empty();
        }
        Matcher named = NAMED.matcher(at.group("rest"));
        if (!named.matches() || named.group("tag") == null && named.group("digest") == null) {
            return Optional.empty();
        }
        boolean told = at.group("account") != null;
        return Optional.of(new Registry(told ? at.group("account") : caller.account(),
                told ? at.group("region") : caller.region(), named.group("name"),
                named.group("digest") == null ? named.group("tag") : null, named.group("digest")));
    }
}
