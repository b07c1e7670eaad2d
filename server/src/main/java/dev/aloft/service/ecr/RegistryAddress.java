package dev.aloft.service.ecr;

import dev.aloft.api.Caller;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an account's registry is. On AWS that is a host, {@code {account}.dkr.ecr.{region}.amazonaws.com}, which here
 * would lead to AWS. Hosts of that form below localhost are understood; whoever asks is told an address that answers
 * everywhere, in which the host's first labels are the first part of the path:
 * {@code 127.0.0.1:4566/{account}.dkr.ecr.{region}}.
 */
record RegistryAddress(String account, String region) {
    private static final Pattern NAME = Pattern.compile("(\\d{12})\\.dkr[.-]ecr\\.([a-z0-9-]+)");

    /** As clients of the registry write it, without a repository. */
    static String of(Caller caller) {
        String name = caller.account() + ".dkr.ecr." + caller.region();
        return caller.endpoint() == null ? name + ".amazonaws.com"
                : URI.create(caller.endpoint()).getAuthority() + "/" + name;
    }

    /** What a Host header names, port included or not. */
    static Optional<RegistryAddress> ofHost(String host) {
        Matcher matcher = NAME.matcher(host.toLowerCase(Locale.ROOT));
        return matcher.lookingAt() && host.startsWith(".", matcher.end())
                ? Optional.of(new RegistryAddress(matcher.group(1), matcher.group(2))) : Optional.empty();
    }

    /** What the first part of a repository's path names. */
    static Optional<RegistryAddress> ofPart(String part) {
        Matcher matcher = NAME.matcher(part);
        return matcher.matches() ? Optional.of(new RegistryAddress(matcher.group(1), matcher.group(2)))
                : Optional.empty();
    }
}
