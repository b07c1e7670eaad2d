package dev.aloft.kernel.call;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a call asks of IAM.
 *
 * @param action    IAM's name of it, such as {@code lambda:InvokeFunction}; not always the operation's
 * @param resources the ARNs concerned, all of which must be allowed; {@code *} where the operation names none; empty
 *                  where it is allowed to everybody
 * @param also      what must be allowed besides, such as {@code iam:PassRole} on a role that is handed on
 * @param keys      the condition keys that only the service knows, such as {@code s3:prefix} or
 *                  {@code aws:RequestTag/x}
 * @param toldAs    what a denial calls the resource, or null for its ARN
 * @param named     whom a policy that the request brings speaks of, or null
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html">
 *     Actions, resources, and condition keys</a>
 */
public record Access(String action, List<String> resources, Map<String, List<String>> keys, List<Access> also,
        String toldAs, Named named) {
    /**
     * Users and roles that must be there.
     *
     * @param principals as a policy names them
     * @param missing    what is thrown where one is not there
     */
    public record Named(Set<String> principals, Function<String, ? extends RuntimeException> missing) {}

    public Access(String action, List<String> resources) {
        this(action, resources, Map.of(), List.of());
    }

    public Access(String action, List<String> resources, Map<String, List<String>> keys, List<Access> also) {
        this(action, resources, keys, also, null, null);
    }

    public static Access to(String action, String... resources) {
        return new Access(action, resources.length == 0 ? List.of("*") : List.of(resources));
    }

    /** The same with one more condition key; nothing changes where the value is null. */
    public Access with(String key, String value) {
        return value == null ? this : with(key, List.of(value));
    }

    /** The same with several; those that are missing, in a request that will be refused for that, are none. */
    public Access with(String key, List<String> values) {
        var more = new LinkedHashMap<>(keys);
        more.put(key, values.stream().filter(Objects::nonNull).toList());
        return new Access(action, resources, more, also, toldAs, named);
    }

    /** The same where a denial calls the resource as the request did. */
    public Access toldAs(String name) {
        return new Access(action, resources, keys, also, name, named);
    }

    /**
     * The same where the call hands a role to a service, which {@code iam:PassRole} must allow; nothing changes without
     * a role.
     */
    public Access passing(String roleArn, String toService) {
        return roleArn == null ? this : passing(List.of(roleArn), toService);
    }

    /** The same with several roles. */
    public Access passing(List<String> roleArns, String toService) {
        return also(roleArns.stream().map(role -> to("iam:PassRole", role).with("iam:PassedToService", toService))
                .toList());
    }

    /** The same where more must be allowed. */
    public Access also(List<Access> more) {
        return new Access(action, resources, keys, Stream.concat(also.stream(), more.stream()).toList(), toldAs,
                named);
    }

    /** The same where the request brings a policy that names these. */
    public Access naming(Set<String> principals, Function<String, ? extends RuntimeException> missing) {
        return new Access(action, resources, keys, also, toldAs, new Named(principals, missing));
    }
}
