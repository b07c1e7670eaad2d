package dev.aloft.service.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GrantsTest extends KmsFixture {
    private static final String ANN = "arn:aws:iam::111122223333:user/ann";
    private static final String BOB = "arn:aws:iam::111122223333:user/bob";
    private String key;

    @BeforeEach
    void aKey() {
        key = make(_ -> { }).keyId();
    }

    private Kms.CreateGrantResponse grant(Caller caller, Consumer<Kms.CreateGrantRequest.Builder> with) {
        return kms.createGrant(caller, Kms.CreateGrantRequest.of(r -> {
            r.keyId(key).granteePrincipal(ANN).operations(List.of("Encrypt", "Decrypt"));
            with.accept(r);
        }));
    }

    private List<Kms.GrantListEntry> grants() {
        return kms.listGrants(ROOT, Kms.ListGrantsRequest.of(r -> r.keyId(key))).grants();
    }

    private void denied(String action, Runnable call) {
        refused("AccessDeniedException", "User: " + ANN + " is not authorized to perform: kms:" + action
                + " on resource: arn:aws:kms:us-east-1:111122223333:key/" + key
                + " because no identity-based policy allows the kms:" + action + " action", call::run);
    }

    @Test
    void aGrantIsTold() {
        var made = grant(ROOT, r -> r.name("reading").retiringPrincipal(BOB)
                .constraints(Kms.GrantConstraints.of(c -> c.encryptionContextSubset(Map.of("for", "ann")))));
        assertThat(made.grantId()).matches("[0-9a-f]{64}");
        assertThat(grants()).containsExactly(Kms.GrantListEntry.of(e -> e.grantId(made.grantId()).name("reading")
                .keyId("arn:aws:kms:us-east-1:111122223333:key/" + key).creationDate(time.instant())
                .granteePrincipal(ANN).retiringPrincipal(BOB).issuingAccount("arn:aws:iam::111122223333:root")
                .operations(List.of("Encrypt", "Decrypt"))
                .constraints(Kms.GrantConstraints.of(c -> c.encryptionContextSubset(Map.of("for", "ann"))))));
        assertThat(kms.listRetirableGrants(ROOT, Kms.ListRetirableGrantsRequest.of(r -> r.retiringPrincipal(BOB)))
                .grants()).isEqualTo(grants());
    }

    @Test
    void itAllowsItsOperationsUntilItIsRevoked() {
        denied("Encrypt", () -> encrypt(user("ann"), key, "x", null));
        var id = grant(ROOT, _ -> { }).grantId();
        var blob = encrypt(user("ann"), key, "x", null);
        assertThat(decrypt(user("ann"), blob, null)).isEqualTo("x");
        denied("DescribeKey",
                () -> kms.describeKey(user("ann"), Kms.DescribeKeyRequest.of(r -> r.keyId(key))));
        kms.revokeGrant(ROOT, Kms.RevokeGrantRequest.of(r -> r.keyId(key).grantId(id)));
        denied("Decrypt", () -> decrypt(user("ann"), blob, null));
        refused("NotFoundException", "Grant ID " + id + " not found",
                () -> kms.revokeGrant(ROOT, Kms.RevokeGrantRequest.of(r -> r.keyId(key).grantId(id))));
    }

    @Test
    void whatIsDeniedNoGrantAllows() {
        grant(ROOT, _ -> { });
        users.put(ANN, """
                {"Version": "2012-10-17", "Statement":
                 {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"}}""");
        refused("AccessDeniedException", "User: " + ANN + " is not authorized to perform: kms:Encrypt on resource:"
                + " arn:aws:kms:us-east-1:111122223333:key/" + key
                + " with an explicit deny in an identity-based policy", () -> encrypt(user("ann"), key, "x", null));
    }

    @Test
    void itsConstraintsHoldForTheEncryptionContext() {
        var pair = Map.of("for", "ann");
        grant(ROOT, r -> r.constraints(Kms.GrantConstraints.of(c -> c.encryptionContextEquals(pair))));
        encrypt(user("ann"), key, "x", Map.of("FOR", "ann"));
        denied("Encrypt", () -> encrypt(user("ann"), key, "x", Map.of("for", "ann", "more", "1")));
        grant(ROOT, r -> r.constraints(Kms.GrantConstraints.of(c -> c.encryptionContextSubset(pair))));
        encrypt(user("ann"), key, "x", Map.of("for", "ann", "more", "1"));
        denied("Encrypt", () -> encrypt(user("ann"), key, "x", Map.of("for", "bob")));
        denied("Encrypt", () -> encrypt(user("ann"), key, "x", null));
    }

    @Test
    void theSameUnderANameIsTheSameGrant() {
        var first = grant(ROOT, r -> r.name("once"));
        var again = grant(ROOT, r -> r.name("once"));
        assertThat(again.grantId()).isEqualTo(first.grantId());
        assertThat(again.grantToken()).isNotEqualTo(first.grantToken());
        assertThat(grant(ROOT, r -> r.name("once").operations(List.of("Encrypt"))).grantId())
                .isNotEqualTo(first.grantId());
        assertThat(grant(ROOT, _ -> { }).grantId()).isNotEqualTo(grant(ROOT, _ -> { }).grantId());
        assertThat(grants()).hasSize(4);
    }

    @Test
    void whoeverItNamesRetiresIt() {
        var mine = grant(ROOT, r -> r.operations(List.of("Encrypt", "RetireGrant")));
        var others = grant(ROOT, r -> r.retiringPrincipal(BOB));
        denied("RetireGrant", () -> retire(user("ann"), others.grantToken()));
        retire(user("bob"), others.grantToken());
        kms.retireGrant(user("ann"), Kms.RetireGrantRequest.of(r -> r.keyId(key).grantId(mine.grantId())));
        retire(ROOT, grant(ROOT, _ -> { }).grantToken());
        assertThat(grants()).isEmpty();
        refused("InvalidGrantTokenException", "Invalid token", () -> retire(ROOT, "nothing"));
    }

    private void retire(Caller caller, String token) {
        kms.retireGrant(caller, Kms.RetireGrantRequest.of(r -> r.grantToken(token)));
    }

    @Test
    void whoWasGrantedGrantingGrantsNoMoreThanItHas() {
        grant(ROOT, r -> r.operations(List.of("Encrypt", "CreateGrant"))
                .constraints(Kms.GrantConstraints.of(c -> c.encryptionContextSubset(Map.of("for", "ann")))));
        denied("CreateGrant", () -> grant(user("ann"), r -> r.granteePrincipal(BOB).operations(List.of("Decrypt"))));
        denied("CreateGrant", () -> grant(user("ann"), r -> r.granteePrincipal(BOB).operations(List.of("Encrypt"))));
        grant(user("ann"), r -> r.granteePrincipal(BOB).operations(List.of("Encrypt")).constraints(Kms.GrantConstraints
                .of(c -> c.encryptionContextEquals(Map.of("for", "ann", "more", "1")))));
        encrypt(user("bob"), key, "x", Map.of("for", "ann", "more", "1"));
    }

    @Test
    void policiesSeeWhatIsGranted() {
        users.put(ANN, """
                {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "*",
                 "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"},
                 "ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "Decrypt"]}}}}""");
        denied("CreateGrant", () -> grant(user("ann"), _ -> { }));
        grant(user("ann").through("dynamodb"), _ -> { });
        denied("CreateGrant", () -> grant(user("ann").through("dynamodb"), r -> r.operations(List.of("DescribeKey"))));
    }

    @Test
    void whatCannotBeGrantedIsRefused() {
        refused("ValidationException", "Operation Sign is not valid for a grant of the KMS key"
                + " arn:aws:kms:us-east-1:111122223333:key/" + key + " with key usage ENCRYPT_DECRYPT.",
                () -> grant(ROOT, r -> r.operations(List.of("Sign"))));
        refused("InvalidArnException", "ARN does not refer to a valid principal: ann",
                () -> grant(ROOT, r -> r.granteePrincipal("ann")));
        refused("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.",
                () -> grant(ROOT, r -> r.dryRun(true)));
        kms.disableKey(ROOT, Kms.DisableKeyRequest.of(r -> r.keyId(key)));
        refused("DisabledException", "arn:aws:kms:us-east-1:111122223333:key/" + key + " is disabled.",
                () -> grant(ROOT, _ -> { }));
        assertThat(grants()).isEmpty();
    }
}
