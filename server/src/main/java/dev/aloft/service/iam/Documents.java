package dev.aloft.service.iam;

import dev.aloft.api.Iam;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.wire.Percent;
import java.util.Set;

/** Policy documents as they come in and go out. */
final class Documents {
    private Documents() {}

    /** The document if it is one of this kind, or AWS's MalformedPolicyDocument. */
    static String checked(String document, Policy.Kind kind) {
        try {
            Policy.of(document, kind);
            return document;
        } catch (Policy.Malformed e) {
            throw new Iam.MalformedPolicyDocumentException(e.getMessage());
        }
    }

    /** Whom a role's trust policy names. */
    static Set<String> trusted(String document) {
        return Policy.named(document, Policy.Kind.TRUST);
    }

    static Iam.MalformedPolicyDocumentException nobodyThere(String principal) {
        return new Iam.MalformedPolicyDocumentException(new Policy.NobodyThere(principal).getMessage());
    }

    /** Quotas count characters without white space. */
    static int size(String document) {
        return (int) document.chars().filter(c -> !Character.isWhitespace(c)).count();
    }

    /** IAM's answers have documents percent-encoded. */
    static String encoded(String document) {
        return Percent.encode(document);
    }
}
