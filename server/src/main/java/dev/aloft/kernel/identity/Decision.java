package dev.aloft.kernel.identity;

/** What the policies say of a request. */
public sealed interface Decision {
    /** The kinds of policies, as AWS's messages name them. */
    enum Layer {
        IDENTITY("an identity-based policy", "identity-based policy"),
        RESOURCE("a resource-based policy", "resource-based policy"),
        BOUNDARY("a permissions boundary", "permissions boundary"),
        SESSION("a session policy", "session policy"),
        TRUST("the role trust policy", "role trust policy");

        final String withArticle;
        final String name;

        Layer(String withArticle, String name) {
            this.withArticle = withArticle;
            this.name = name;
        }
    }

    record Allowed() implements Decision {}

    /** @param policyArn the managed policy that has the statement, or null */
    record ExplicitlyDenied(Layer layer, String policyArn) implements Decision {}

    /** Nothing of this layer allows it, and something had to. */
    record NotAllowed(Layer layer) implements Decision {}

    Decision ALLOWED = new Allowed();
}
