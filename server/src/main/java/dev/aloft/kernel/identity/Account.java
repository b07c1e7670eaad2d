package dev.aloft.kernel.identity;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;

/** Which account a principal belongs to. */
final class Account {
    /** Whose resources any access key reaches while nothing is enforced. */
    static final String DEFAULT = "000000000000";

    private Account() {}

    /** Empty for nobody and for services, which belong to none. */
    static String of(Principal principal) {
        return switch (principal) {
            case Principal.Root root -> root.account();
            case Principal.User user -> Arn.parse(user.arn()).account();
            case Principal.RoleSession session -> Arn.parse(session.roleArn()).account();
            case Principal.Service _, Principal.Anonymous _ -> "";
        };
    }

    static String of(Caller caller) {
        var account = of(caller.principal());
        return account.isEmpty() ? caller.account() : account;
    }

    static boolean is(String text) {
        return text.length() == 12 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
