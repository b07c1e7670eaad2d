package dev.aloft.service.ecr;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Who calls the registry: the password that GetAuthorizationToken gave says so. While no signature is checked any
 * password will do, and none too, and whoever calls is root.
 */
final class RegistryLogin {
    private static final String BASIC = "Basic ";
    private static final String DEFAULT_ACCOUNT = "000000000000";
    private static final String DEFAULT_REGION = "us-east-1";

    private final AuthorizationTokens tokens;
    private final BooleanSupplier enforced;

    RegistryLogin(AuthorizationTokens tokens, BooleanSupplier enforced) {
        this.tokens = tokens;
        this.enforced = enforced;
    }

    /**
     * Nothing where somebody is to log in first.
     *
     * @param named the registry that the request names, if it names one
     */
    Optional<Caller> caller(HttpRequest http, String requestId, Optional<RegistryAddress> named) {
        Optional<AuthorizationTokens.Token> token = password(http).flatMap(tokens::read);
        if (enforced.getAsBoolean()) {
            if (token.filter(tokens::hasExpired).isPresent()) {
                throw ApiError.of("AccessDeniedException", 403,
                        "Your authorization token has expired. Reauthenticate and try again.");
            }
            return token.map(it -> caller(http, requestId, it.principal(),
                    named.orElse(new RegistryAddress(it.account(), it.region()))));
        }
        RegistryAddress address = named.or(() -> token.map(it -> new RegistryAddress(it.account(), it.region())))
                .orElse(new RegistryAddress(DEFAULT_ACCOUNT, DEFAULT_REGION));
        return Optional.of(caller(http, requestId, new Principal.Root(address.account()), address));
    }

    private static Caller caller(HttpRequest http, String requestId, Principal principal, RegistryAddress at) {
        return new Caller(at.account(), at.region(), principal, requestId, null, 0, http.scheme() + "://" + http.host(),
                http.remoteAddress(), http.headers().first("user-agent"));
    }

    private static Optional<String> password(HttpRequest http) {
        String given = http.headers().first("authorization");
        if (given == null || !given.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return Optional.empty();
        }
        try {
            String pair = new String(Base64.getDecoder().decode(given.substring(BASIC.length()).strip()),
                    StandardCharsets.UTF_8);
            return pair.startsWith("AWS:") ? Optional.of(pair.substring("AWS:".length())) : Optional.empty();
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    HttpResponse challenge(HttpRequest http) {
        HttpResponse response = RegistryErrors.of(401, "UNAUTHORIZED",
                "Not Authorized: log in as AWS with the password of"
                + " aws ecr get-login-password");
        String realm = http.scheme() + "://" + http.host() + "/";
        response.headers().add("WWW-Authenticate", "Basic realm=\"" + realm + "\",service=\"ecr.amazonaws.com\"");
        return response;
    }
}
