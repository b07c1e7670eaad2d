package dev.aloft.service.kms;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms.MalformedPolicyDocumentException;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.service.kms.KmsData.StoredKey;

/**
 * The policies that keys have of their own: a key has one always, and what it does not allow nobody may.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html">Key policies in AWS KMS</a>
 */
final class KeyPolicies {
    /** The only name that a policy of a key can have. */
    static final String NAME = "default";

    /** Whether this caller could change the policy of a key that had this one. */
    interface Check {
        boolean mayChange(Caller caller, String keyArn, String policy);
    }

    private final Check check;

    KeyPolicies(Check check) {
        this.check = check;
    }

    /** What a key has that was made without one: it hands all decisions to the account. */
    static String first(String account) {
        return """
                {
                  "Version" : "2012-10-17",
                  "Id" : "key-default-1",
                  "Statement" : [ {
                    "Sid" : "Enable IAM User Permissions",
                    "Effect" : "Allow",
                    "Principal" : {
                      "AWS" : "arn:aws:iam::%s:root"
                    },
                    "Action" : "kms:*",
                    "Resource" : "*"
                  } ]
                }""".formatted(account);
    }

    /** Whom a key's new policy names. */
    static Access naming(Access access, String policy) {
        return access.naming(Policy.named(policy, Policy.Kind.RESOURCE), _ -> nobodyThere());
    }

    private static MalformedPolicyDocumentException nobodyThere() {
        return new MalformedPolicyDocumentException("Policy contains a statement with one or more invalid principals.");
    }

    /** Demands a policy that can be read and that does not lock its maker out. */
    void require(Caller caller, StoredKey key, String policy, Boolean bypass) {
        try {
            Policy.of(policy, Policy.Kind.RESOURCE);
        } catch (Policy.NobodyThere _) {
            throw nobodyThere();
        } catch (Policy.Malformed e) {
            throw new MalformedPolicyDocumentException(e.getMessage());
        }
        if (!Boolean.TRUE.equals(bypass) && !check.mayChange(caller, key.arn(), policy)) {
            throw new MalformedPolicyDocumentException(
                    "The new key policy will not allow you to update the key policy in the future.");
        }
    }
}
