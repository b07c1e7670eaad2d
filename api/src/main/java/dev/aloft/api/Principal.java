package dev.aloft.api;

/** Who calls, as IAM knows them. */
public sealed interface Principal {
    /** The account's root user; also what any access key is while nothing is enforced. */
    record Root(String account) implements Principal {
        @Override
        public String arn() {
            return "arn:aws:iam::" + account + ":root";
        }

        @Override
        public String id() {
            return account;
        }
    }

    record User(String arn, String id, String name) implements Principal {}

    /**
     * A session of a role.
     *
     * @param roleArn       the role itself, {@code arn:aws:iam::…:role/path/name}
     * @param roleId        the role's unique id, {@code AROA…}
     * @param sessionPolicy a policy that narrows the session, or null
     */
    record RoleSession(String roleArn, String roleId, String sessionName, String sessionPolicy) implements Principal {
        @Override
        public String arn() {
            var role = Arn.parse(roleArn);
            var name = roleArn.substring(roleArn.lastIndexOf('/') + 1);
            return "arn:aws:sts::" + role.account() + ":assumed-role/" + name + "/" + sessionName;
        }

        @Override
        public String id() {
            return roleId + ":" + sessionName;
        }
    }

    /**
     * An AWS service acting for one of its resources.
     *
     * @param name      such as {@code apigateway.amazonaws.com}
     * @param sourceArn the resource it acts for ({@code aws:SourceArn}), or null
     */
    record Service(String name, String sourceArn) implements Principal {
        @Override
        public String arn() {
            return name;
        }

        @Override
        public String id() {
            return name;
        }
    }

    /** Nobody: an unsigned request. */
    record Anonymous() implements Principal {
        @Override
        public String arn() {
            return "*";
        }

        @Override
        public String id() {
            return "anonymous";
        }
    }

    String arn();

    /** The unique id, as GetCallerIdentity's UserId tells it. */
    String id();
}
