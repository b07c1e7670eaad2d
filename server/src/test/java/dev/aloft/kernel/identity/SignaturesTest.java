package dev.aloft.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Sts;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.wire.Authorization;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.SigV4;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SignaturesTest {
    private static final Principal.User ANN =
        new Principal.User("arn:aws:iam::000000000000:user/ann", "AIDAANN", "ann");
    private static final Principal.RoleSession WORKER =
        new Principal.RoleSession("arn:aws:iam::111122223333:role/worker", "AROAWORKER", "run", null);

    private final TestTime time = new TestTime();
    private final KeyFile keys = KeyFile.inMemory();
    private final Sessions sessions = new Sessions(keys, time);
    private final Map<String, PolicySource.AccessKey> accessKeys = Map.of(
        "AKIAANN", new PolicySource.AccessKey("AKIAANN", "secret", true, ANN),
        "AKIAOLD", new PolicySource.AccessKey("AKIAOLD", "secret", false, ANN));
    private boolean users;

    private final PolicySource source = new PolicySource() {
        @Override
        public boolean hasUsers() {
            return users;
        }

        @Override
        public Optional<AccessKey> accessKey(String accessKeyId) {
            return Optional.ofNullable(accessKeys.get(accessKeyId));
        }

        @Override
        public Optional<Role> role(String roleArn) {
            return Optional.empty();
        }

        @Override
        public boolean isThere(String principal, String account) {
            return true;
        }

        @Override
        public Optional<Identity> identity(Principal principal) {
            return Optional.empty();
        }
    };
    private final Signatures signatures = new Signatures(source, sessions, new RootKeys(keys), time, false);

    private static HttpRequest request(String host) {
        return new HttpRequest("POST", "http", "/", "", Headers.of("Host", host), Body.of("{}"), "127.0.0.1");
    }

    private HttpRequest signed(Credentials credentials, String region, String service) {
        return SigV4.sign(request("localhost:4566"), credentials, region, service, time.instant());
    }

    private Signatures.Signed verify(HttpRequest request, Operation operation) {
        return signatures.verify(request, Authorization.of(request), operation, null, "request");
    }

    private void refused(HttpRequest request, Operation operation, String code, String message) {
        assertThatThrownBy(() -> verify(request, operation))
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
            .hasMessage(message);
    }

    @Test
    void anUnsignedRequestIsRefusedExceptByS3() {
        refused(request("localhost:4566"), DynamoDb.PUT_ITEM, "MissingAuthenticationTokenException",
            "Request is missing Authentication Token");
        assertThat(verify(request("localhost:4566"), S3.MODEL.operation("GetObject")).caller().principal())
            .isEqualTo(new Principal.Anonymous());
    }

    @Test
    void anyKeyIsRootOfTheDefaultAccountWhileThereAreNoUsers() {
        var caller = verify(signed(new Credentials("test", "test", null), "eu-west-1", "dynamodb"), DynamoDb.PUT_ITEM)
            .caller();
        assertThat(caller.principal()).isEqualTo(new Principal.Root("000000000000"));
        assertThat(caller.account()).isEqualTo("000000000000");
        assertThat(caller.region()).isEqualTo("eu-west-1");
        assertThat(caller.endpoint()).isEqualTo("http://localhost:4566");
        var foreign = signed(new Credentials("ASIAFOREIGN", "x", "IQoJb3JpZ2luX2Vj"), "us-east-1", "dynamodb");
        assertThat(verify(foreign, DynamoDb.PUT_ITEM).caller().principal())
            .isEqualTo(new Principal.Root("000000000000"));
    }

    @Test
    void twelveDigitsSelectAnAccount() {
        var caller = verify(signed(new Credentials("111122223333", "x", null), "aws-global", "sts"), Sts.ASSUME_ROLE)
            .caller();
        assertThat(caller.account()).isEqualTo("111122223333");
        assertThat(caller.principal()).isEqualTo(new Principal.Root("111122223333"));
        assertThat(caller.region()).isEqualTo("us-east-1");
    }

    @Test
    void temporaryCredentialsAreWhatTheyAreUntilTheyExpire() {
        var issued = sessions.issue(WORKER, Duration.ofMinutes(15));
        var credentials = new Credentials(issued.accessKeyId(), "not checked yet", issued.sessionToken());
        var caller = verify(signed(credentials, "us-east-1", "dynamodb"), DynamoDb.PUT_ITEM).caller();
        assertThat(caller.principal()).isEqualTo(WORKER);
        assertThat(caller.account()).isEqualTo("111122223333");
        var stolen = new Credentials("ASIAAAAAAAAAAAAAAAAA", "x", issued.sessionToken());
        refused(signed(stolen, "us-east-1", "dynamodb"), DynamoDb.PUT_ITEM, "UnrecognizedClientException",
            "The security token included in the request is invalid.");
        time.advance(Duration.ofMinutes(15));
        refused(signed(credentials, "us-east-1", "dynamodb"), DynamoDb.PUT_ITEM, "ExpiredTokenException",
            "The security token included in the request is expired");
    }

    @Test
    void onceThereIsAUserEachSignatureCounts() {
        users = true;
        var ann = new Credentials("AKIAANN", "secret", null);
        assertThat(verify(signed(ann, "us-east-1", "dynamodb"), DynamoDb.PUT_ITEM).caller().principal()).isEqualTo(ANN);
        refused(signed(new Credentials("AKIAANN", "guess", null), "us-east-1", "sts"), Sts.ASSUME_ROLE,
            "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. "
                + "Check your AWS Secret Access Key and signing method. Consult the service "
                + "documentation for details.");
        refused(signed(new Credentials("test", "test", null), "us-east-1", "sts"), Sts.ASSUME_ROLE,
            "InvalidClientTokenId", "The security token included in the request is invalid.");
        refused(signed(new Credentials("AKIAOLD", "secret", null), "us-east-1", "sts"), Sts.ASSUME_ROLE,
            "InvalidClientTokenId", "The security token included in the request is invalid.");
        refused(signed(new Credentials("000000000000", "test", null), "us-east-1", "dynamodb"), DynamoDb.PUT_ITEM,
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check"
                + " your AWS Secret Access Key and signing method. Consult the service documentation for details.");
        var root = new Credentials("000000000000", new RootKeys(keys).secret("000000000000"), null);
        assertThat(verify(signed(root, "us-east-1", "dynamodb"), DynamoDb.PUT_ITEM).caller().principal())
            .isEqualTo(new Principal.Root("000000000000"));
        var issued = sessions.issue(WORKER, Duration.ofMinutes(15));
        var worker = new Credentials(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken());
        assertThat(verify(signed(worker, "us-east-1", "dynamodb"), DynamoDb.PUT_ITEM).caller().principal())
            .isEqualTo(WORKER);
    }
}
