package dev.aloft.kernel.identity;

import dev.aloft.api.Arn;
import dev.aloft.api.Principal;
import java.util.Set;

/**
 * Whom a statement of a resource policy is about.
 *
 * @param aws      account ids and ARNs, or {@code *}
 * @param services such as {@code lambda.amazonaws.com}
 * @param others   federated and canonical users, whom nobody is yet
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html">Principal</a>
 */
record Principals(boolean except, Set<String> aws, Set<String> services, Set<String> others) {
    /**
     * How closely a statement names somebody, which decides whether it grants by itself or leaves it to the account.
     */
    enum Match { NONE, ACCOUNT, ROLE, EXACT }

    Match match(Principal principal) {
        var named = named(principal);
        return !except ? named : named == Match.NONE ? Match.EXACT : Match.NONE;
    }

    private Match named(Principal principal) {
        if (aws.contains("*")) {
            return Match.EXACT;
        }
        return switch (principal) {
            case Principal.Service service ->
                services.contains(service.name()) || services.contains("*") || services.contains(regional(service))
                    ? Match.EXACT : Match.NONE;
            case Principal.Root root -> names(root.account()) ? Match.EXACT : Match.NONE;
            case Principal.User user -> aws.contains(user.arn()) ? Match.EXACT : account(user.arn());
            case Principal.RoleSession session -> aws.contains(session.arn()) ? Match.EXACT
                : aws.contains(session.roleArn()) ? Match.ROLE : account(session.roleArn());
            case Principal.Anonymous _ -> Match.NONE;
        };
    }

    /** A service's other name, under which it acts in one region: {@code logs.eu-west-1.amazonaws.com}. */
    private static String regional(Principal.Service service) {
        var source = service.sourceArn();
        var region = source == null || !Arn.isArn(source) ? "" : Arn.parse(source).region();
        return service.name().replace(".amazonaws.com", "." + region + ".amazonaws.com");
    }

    private Match account(String arn) {
        return names(Arn.parse(arn).account()) ? Match.ACCOUNT : Match.NONE;
    }

    private boolean names(String account) {
        return aws.contains(account) || aws.contains("arn:aws:iam::" + account + ":root");
    }
}
