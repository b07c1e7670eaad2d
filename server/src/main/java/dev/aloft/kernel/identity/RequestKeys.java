package dev.aloft.kernel.identity;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import java.net.InetAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The condition keys of one call.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html">Global
 *     condition context keys</a>
 */
final class RequestKeys implements Keys {
    private static final String PRINCIPAL_TAG = "aws:principaltag/";

    private final Caller caller;
    private final Map<String, List<String>> given = new HashMap<>();
    private final Map<String, String> principalTags = new HashMap<>();
    private final String resourceAccount;
    private final Instant now;

    /** @param given what the service adds */
    RequestKeys(Caller caller, Map<String, List<String>> given, Map<String, String> principalTags,
            String resourceAccount, Instant now) {
        this.caller = caller;
        this.resourceAccount = resourceAccount;
        this.now = now;
        given.forEach((key, values) -> this.given.put(Keys.name(key), values));
        principalTags.forEach((key, value) -> this.principalTags.put(Keys.name(key), value));
    }

    @Override
    public List<String> values(String key) {
        var known = given.get(key);
        if (known != null) {
            return known;
        }
        var value = key.startsWith(PRINCIPAL_TAG)
                ? principalTags.get(key.substring(PRINCIPAL_TAG.length()))
                : value(key);
        return value == null ? null : List.of(value);
    }

    private String value(String key) {
        var principal = caller.principal();
        var service = principal instanceof Principal.Service it ? it : null;
        return switch (key) {
            case "aws:principalarn" -> principal instanceof Principal.RoleSession session ? session.roleArn()
                : service != null || principal instanceof Principal.Anonymous ? null : principal.arn();
            case "aws:principalaccount" -> Account.of(principal).isEmpty() ? null : Account.of(principal);
            case "aws:principaltype" -> switch (principal) {
                case Principal.Root _ -> "Account";
                case Principal.User _ -> "User";
                case Principal.RoleSession _ -> "AssumedRole";
                case Principal.Service _ -> "Service";
                case Principal.Anonymous _ -> "Anonymous";
            };
            case "aws:userid" -> principal instanceof Principal.Anonymous ? "anonymous" : principal.id();
            case "aws:username" -> principal instanceof Principal.User user ? user.name() : null;
            case "aws:principalisawsservice" -> Boolean.toString(service != null);
            case "aws:principalservicename" -> service == null ? null : service.name();
            case "aws:sourcearn" -> service == null ? null : service.sourceArn();
            case "aws:sourceaccount" -> service == null ? null : sourceAccount(service);
            case "aws:viaawsservice" -> Boolean.toString(caller.via() != null);
            case "aws:calledvia", "aws:calledviafirst", "aws:calledvialast" ->
                caller.via() == null ? null : caller.via() + ".amazonaws.com";
            case "aws:resourceaccount" -> resourceAccount;
            case "aws:requestedregion" -> caller.region();
            case "aws:currenttime" -> now.toString();
            case "aws:epochtime" -> Long.toString(now.getEpochSecond());
            case "aws:sourceip" -> caller.sourceIp();
            case "aws:useragent" -> caller.userAgent();
            case "aws:securetransport" -> Boolean.toString(isSecure());
            default -> null;
        };
    }

    /**
     * Where the source's ARN names no account (a bucket's does not), it is the one on whose behalf the service acts.
     */
    private String sourceAccount(Principal.Service service) {
        if (service.sourceArn() != null && Arn.isArn(service.sourceArn())) {
            var account = Arn.parse(service.sourceArn()).account();
            if (!account.isEmpty()) {
                return account;
            }
        }
        return caller.account();
    }

    /**
     * TLS, or a connection that never leaves this machine: what the key is asked for is whether others could listen.
     */
    private boolean isSecure() {
        if (caller.sourceIp() == null || caller.endpoint() != null && caller.endpoint().startsWith("https:")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(caller.sourceIp()).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
